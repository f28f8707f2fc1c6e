"""To whom the file of a phone went that goes out once: `/devices/{mac}/hand-out`, and letting it go out again."""

from datetime import datetime
from typing import Annotated, Any

from msgspec import Meta, Struct

from app.models import Device
from app.rest_api.calls import Answer, Call
from app.rest_api.places import Mac
from app.rest_api.resources.devices import device_of, right
from app.rest_api.routes import Route
from app.services import hand_outs


class HandOutItem(Struct, kw_only=True):
    """When the file went out, and to which address; for whom it was held back last. Where `goes_out_once` is false,
    nobody counts."""

    mac: str
    goes_out_once: bool
    handed_at: datetime | None
    address: str
    refused_at: datetime | None
    refused_address: str


class Release(Struct, kw_only=True, forbid_unknown_fields=True):
    """To whom the file may go."""

    address: Annotated[
        str,
        Meta(max_length=45, description="The `refused_address`; empty is whoever asks first."),
    ] = ""


def read(call: Call[Any, Any]) -> Answer:
    """Shows to whom a device's file was handed out."""
    return Answer(_show(call, device_of(call, to_change=False)))


def release(call: Call[Any, Release]) -> Answer:
    """Lets a device's file be handed out again, and ends the alarm about it. Nothing is done where it is free."""
    device = device_of(call, to_change=True)
    shown = _show(call, device)
    call.check_may_change(shown)
    if shown.handed_at is not None or call.body.address:
        hand_outs.release(call.session, device, call.body.address, author=call.author, now=call.now)
    return Answer(_show(call, device))


def _show(call: Call[Any, Any], device: Device) -> HandOutItem:
    found = hand_outs.find(call.session, device.id)
    return HandOutItem(
        mac=device.mac,
        goes_out_once=device.tenant.hands_out_once,
        handed_at=found.handed_at if found else None,
        address=found.address if found else "",
        refused_at=found.refused_at if found else None,
        refused_address=found.refused_address if found else "",
    )


_ONE: dict[str, Any] = {"mac": Mac}
_PATH = "/devices/{mac}/hand-out"

ROUTES = (
    Route(
        method="GET", path=_PATH, does=read, name="show_hand_out", summary="Show to whom a device's file went",
        right=right("can_show"), place=_ONE, answers=HandOutItem,
    ),
    Route(
        method="POST", path=_PATH, does=release, name="release_hand_out",
        summary="Let a device's file go out again", right=right("can_edit"), place=_ONE, body=Release,
        answers=HandOutItem,
    ),
)  # fmt: skip
