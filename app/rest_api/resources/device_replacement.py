"""Replacing a phone: `/devices/{mac}/replacement`, what another MAC address would take over, and doing it."""

from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Any

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from app.models import ConfigTemplate, Device
from app.models.enums import Status
from app.rest_api.calls import Answer, Call
from app.rest_api.keeping import fields_called
from app.rest_api.places import Mac
from app.rest_api.problems import RefusedError
from app.rest_api.references import find_template
from app.rest_api.resources.device_bodies import DeviceItem, TemplateName, show
from app.rest_api.resources.devices import device_of, right
from app.rest_api.routes import Route
from app.services import device_replacement
from app.services.device_replacement import Plan

_NEW = Annotated[str, Meta(max_length=40, description="The MAC address of the new phone, in any notation.")]


class Replacement(Struct, kw_only=True):
    """What a phone takes over in place of another one, and what goes.

    `template` is what it gets; where the device's is for another model than the phone says it is, `other_model` names
    that, and the firmware of the device is taken away. `frees_device`: it is a device without a user, which is deleted
    with its file and `freed_placeholders`. `edited_by` has changed the file by hand, which is lost. `alarms` that are
    active end. A phone that still reports (`old_status`) has to be unplugged, or it comes back as another phone.
    """

    mac: str
    new_mac: str
    told: str
    user: str
    template: str
    model: str | None
    other_model: str | None
    was_heard: bool
    placeholders: int
    lines: int
    frees_device: bool
    freed_placeholders: int
    alarms: int
    edited_by: str
    old_status: Status | None
    old_seen_at: datetime | None


class ReplacementQuery(Struct, kw_only=True, forbid_unknown_fields=True, frozen=True):
    """By which phone."""

    new_mac: _NEW


class WantedReplacement(Struct, kw_only=True, forbid_unknown_fields=True):
    """Which phone takes over. A template that is not said is the one that `replacement` names; empty is none."""

    new_mac: _NEW
    template: TemplateName | UnsetType = UNSET


class Agreed(Struct, kw_only=True, forbid_unknown_fields=True, frozen=True):
    """What it is told: that its caller knows what goes."""

    told: Annotated[
        str,
        Meta(max_length=500, description="The `told` of the replacement, or of the answer 409 that has it."),
    ] = ""


def read(call: Call[ReplacementQuery, Any]) -> Answer:
    """Shows what another phone would take over; nothing is changed."""
    device = device_of(call, to_change=False)
    return Answer(_show(call, _planned(call, device, call.query.new_mac)))


def replace(call: Call[Agreed, WantedReplacement]) -> Answer:
    """Lets another phone take over the device: user, template, values and history. It has its file at once, and where
    it was heard of, it restarts. What the old one last reported goes, which `told` has to know."""
    # Both MAC addresses are locked in their order by what replaces; here the device is only found.
    device = device_of(call, to_change=False)
    call.check_may_change(show(device))
    said, agreed = call.body, _planned(call, device, call.body.new_mac)
    if call.query.told != agreed.fingerprint:
        raise _untold(_show(call, agreed))
    template_id = (
        agreed.template_id
        if isinstance(said.template, UnsetType)
        else find_template(call.session, device.tenant, said.template)
    )
    with fields_called({"mac": "new_mac"}):
        replaced = device_replacement.replace(
            call.session,
            device.id,
            said.new_mac,
            template_id,
            call.query.told,
            author=call.author,
            now=call.now,
        )
    return Answer(show(replaced), location=f"/devices/{replaced.mac}")


def _planned(call: Call[Any, Any], device: Device, new_mac: str) -> Plan:
    with fields_called({"mac": "new_mac"}):
        return device_replacement.plan(call.session, device, new_mac)


def _untold(shown: Replacement) -> RefusedError:
    return RefusedError(
        HTTPStatus.CONFLICT,
        f"{shown.new_mac} would take over from {shown.mac}; `replacement` says what goes. Where that is meant, send "
        "the same with ?told=…, as this answer says it.",
        more={"told": shown.told, "replacement": msgspec.to_builtins(shown)},
    )


def _show(call: Call[Any, Any], agreed: Plan) -> Replacement:
    device: Device = agreed.device
    template = call.session.get(ConfigTemplate, agreed.template_id) if agreed.template_id else None
    return Replacement(
        mac=device.mac,
        new_mac=agreed.mac,
        told=agreed.fingerprint,
        user=device.phone_user.name if device.phone_user else "",
        template=template.name if template else "",
        model=agreed.model,
        other_model=agreed.other_model,
        was_heard=agreed.was_heard,
        placeholders=agreed.placeholders,
        lines=agreed.lines,
        frees_device=agreed.freed is not None,
        freed_placeholders=agreed.freed_placeholders,
        alarms=agreed.alarms,
        edited_by=agreed.edited_by,
        old_status=agreed.old_status,
        old_seen_at=agreed.old_seen_at,
    )


_ONE: dict[str, Any] = {"mac": Mac}
_PATH = "/devices/{mac}/replacement"

ROUTES = (
    Route(
        method="GET", path=_PATH, does=read, name="show_replacement", summary="Show what another phone takes over",
        right=right("can_edit"), place=_ONE, query=ReplacementQuery, answers=Replacement,
        refusals=(HTTPStatus.CONFLICT,),
    ),
    Route(
        method="POST", path=_PATH, does=replace, name="replace_phone", summary="Replace a phone by another one",
        right=right("can_edit"), place=_ONE, query=Agreed, body=WantedReplacement, answers=DeviceItem,
    ),
)  # fmt: skip
