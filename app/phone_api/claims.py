"""Whom a call is about, as the guard asks it."""

from typing import NamedTuple

from app.phone_api.messages import PhoneRequest
from app.services.provisioning_guard import Caller


class Claim(NamedTuple):
    """Phones by their MACs, and the tenant that the call names, by its name or as a customer."""

    macs: tuple[str, ...] = ()
    tenant: str = ""
    customer: str | None = None


def caller_of(request: PhoneRequest, claim: Claim) -> Caller:
    """Return who asks, as the guard looks at him."""
    return Caller(request.peer, request.key, request.certificate, claim.macs)
