"""Zero Touch: which tenant and site, which template, which firmware a phone gets, and why."""
