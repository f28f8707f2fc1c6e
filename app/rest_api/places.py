"""MAC addresses in addresses: in any notation, read into the one in which they are kept."""

from http import HTTPStatus
from typing import Annotated, Any

from msgspec import Meta

from app.rest_api.calls import Call
from app.rest_api.problems import RefusedError
from app.rules.mac_addresses import find_mac

Mac = Annotated[str, Meta(min_length=12, max_length=17, description="A MAC address in any notation.")]


def mac_of(call: Call[Any, Any]) -> str:
    """Return the MAC address that the address names, or raise RefusedError 404 where it can be none."""
    mac = find_mac(call.place["mac"])
    if mac is None:
        raise RefusedError(HTTPStatus.NOT_FOUND, "This is no MAC address, so there is nothing here.")
    return mac
