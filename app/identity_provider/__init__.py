"""The way to OpenID Connect providers: the only part of this program that speaks to them."""
