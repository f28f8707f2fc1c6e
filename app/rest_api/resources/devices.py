"""Devices: `/devices`, each at its MAC address, where it is added or replaced too."""

from datetime import datetime
from http import HTTPStatus
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import selectinload

from app.errors import ConflictError, InvalidInputError
from app.models import Device, PhoneUser, Site, Tenant
from app.rest_api.calls import Answer, Call
from app.rest_api.keeping import Deletion, check_was_told, fields_called, get_row, with_changes
from app.rest_api.listing import ItemPage, Listing, Order
from app.rest_api.places import Mac, mac_of
from app.rest_api.references import find_firmware, find_site, find_template, find_tenant
from app.rest_api.resources.device_bodies import DeviceChanges, DeviceContent, DeviceItem, DevicesQuery, show
from app.rest_api.routes import Right, Route
from app.rules.api_tokens import Kind
from app.security.roles import DEVICE
from app.services import device_changes, device_deletion
from app.services.device_fields import DeviceFields

_BY_MAC = Order(Device.mac, lambda row: row.mac)
_LISTING: Listing[Device] = Listing(
    {
        "mac": _BY_MAC,
        "created_at": Order(
            Device.created_at,
            lambda row: row.created_at.isoformat(),
            lambda said: datetime.fromisoformat(str(said)),
        ),
    },
    _BY_MAC,
)


def list_them(call: Call[DevicesQuery, Any]) -> Answer:
    """Lists the devices of the tenants that the token sees."""
    query, wanted = call.query, _devices()
    if query.tenant:
        wanted = wanted.where(Device.tenant.has(Tenant.name_key == Tenant.fold(query.tenant)))
    if query.site:
        wanted = wanted.where(Device.site.has(Site.name_key == Site.fold(query.site)))
    if query.user:
        wanted = wanted.where(Device.phone_user.has(PhoneUser.name_key == PhoneUser.fold(query.user)))
    return Answer(_LISTING.page(call, wanted, query.sort, show))


def read(call: Call[Any, Any]) -> Answer:
    """Shows a device."""
    return Answer(show(device_of(call, to_change=False)))


def change(call: Call[Any, DeviceChanges]) -> Answer:
    """Changes what the body names of a device. Its file stays as it is until it is generated."""
    device = device_of(call, to_change=True)
    shown = show(device)
    call.check_may_change(shown)
    present = DeviceContent(**{name: getattr(shown, name) for name in DeviceContent.__struct_fields__})
    return _changed(call, device, with_changes(present, call.body))


def put(call: Call[Any, DeviceContent]) -> Answer:
    """Gives a user a new phone, with its file, or replaces what is said of the one that there is. A phone that waits
    for approval is approved by it, and restarts."""
    mac = mac_of(call)
    device = call.session.scalar(_devices().where(Device.mac == mac).with_for_update(of=Device))
    if device is not None:
        call.check_may_change(show(device))
        return _changed(call, device, call.body)
    call.conditions.check_may_add()
    tenant = find_tenant(call.session, call.body.tenant)
    try:
        user = device_changes.find_user(call.session, call.body.user, tenant)
    except InvalidInputError as error:
        raise InvalidInputError(str(error), field="user") from None
    if user is None:
        raise InvalidInputError("Name the user whose phone it is.", field="user")
    device = device_changes.add(
        call.session, user, mac, _fields(call, tenant, call.body), author=call.author, now=call.now
    )
    return Answer(show(device), HTTPStatus.CREATED, f"/devices/{mac}")


def delete(call: Call[Deletion, Any]) -> Answer:
    """Deletes a device with its file; what goes along has to be named by `told`. A phone that reports on comes back."""
    device = device_of(call, to_change=True)
    call.check_may_change(show(device))
    check_was_told(device_deletion.departure_of_device(call.session, device), call.query.told)
    device_deletion.delete_device(call.session, device, author=call.author, now=call.now)
    return Answer(status=HTTPStatus.NO_CONTENT)


def _devices() -> Select[Device]:
    besides = (
        Device.tenant,
        Device.site,
        Device.phone_user,
        Device.template,
        Device.firmware,
        Device.phone_model,
    )
    return select(Device).options(*(selectinload(besides_it) for besides_it in besides))


def device_of(call: Call[Any, Any], *, to_change: bool) -> Device:
    """Return the device that the address names, or raise NotFoundError."""
    return get_row(call.session, _devices().where(Device.mac == mac_of(call)), "device", to_change=to_change)


def _changed(call: Call[Any, Any], device: Device, said: DeviceContent) -> Answer:
    if Tenant.fold(said.tenant.strip()) != device.tenant.name_key:
        raise ConflictError(
            f"The phone {device.mac} is a device of {device.tenant.name}; it goes to another tenant with its user, or "
            "by the operation Change Tenant.",
            field="tenant",
        )
    fields = _fields(call, device.tenant, said)
    with fields_called({"user_name": "user"}):
        device_changes.change(call.session, device, fields, said.user, author=call.author, now=call.now)
    return Answer(show(device))


def _fields(call: Call[Any, Any], tenant: Tenant, said: DeviceContent) -> DeviceFields:
    return DeviceFields(
        display_name=said.display_name,
        serial_number=said.serial_number,
        site_id=find_site(call.session, tenant, said.site),
        template_id=find_template(call.session, tenant, said.template),
        firmware_id=find_firmware(call.session, said.firmware),
        language=said.language,
        vlan_mode=said.vlan_mode,
        vlan_id=said.vlan_id,
        vlan_priority=said.vlan_priority,
    )


def right(*deeds: str) -> Right:
    """Return the right to do something with devices, as the screens have it."""
    return Right(kind=Kind.DEVICES, page=DEVICE, deeds=deeds)


_ONE: dict[str, Any] = {"mac": Mac}

ROUTES = (
    Route(
        method="GET", path="/devices", does=list_them, name="list_devices", summary="List devices",
        right=right("can_show"), query=DevicesQuery, answers=ItemPage[DeviceItem],
    ),
    Route(
        method="GET", path="/devices/{mac}", does=read, name="show_device", summary="Show a device",
        right=right("can_show"), place=_ONE, answers=DeviceItem,
    ),
    Route(
        method="PUT", path="/devices/{mac}", does=put, name="put_device", summary="Add or replace a device",
        right=right("can_add", "can_edit"), place=_ONE, body=DeviceContent, answers=DeviceItem, adds=True,
    ),
    Route(
        method="PATCH", path="/devices/{mac}", does=change, name="change_device", summary="Change a device",
        right=right("can_edit"), place=_ONE, body=DeviceChanges, answers=DeviceItem,
    ),
    Route(
        method="DELETE", path="/devices/{mac}", does=delete, name="delete_device", summary="Delete a device",
        right=right("can_delete"), place=_ONE, query=Deletion, status=HTTPStatus.NO_CONTENT,
    ),
)  # fmt: skip
