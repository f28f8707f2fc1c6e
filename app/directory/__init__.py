"""The way to LDAP directories: the only part of this program that speaks to them."""
