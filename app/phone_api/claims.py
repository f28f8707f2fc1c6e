"""Whom a call is about, as the guard asks it."""

from typing import NamedTuple


class Claim(NamedTuple):
    """Phones by their MACs, and the tenant that the call names, by its name or as a customer."""

    macs: tuple[str, ...] = ()
    tenant: str = ""
    customer: str | None = None
