"""Tokens of the REST API: made, shown once, revoked, and checked at each request (docs/decisions/0061)."""
