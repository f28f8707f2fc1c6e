"""Devices that people add and change one at a time (manual 6.7.3, 6.7.4). A MAC address belongs to one device."""

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.database import table_of
from app.errors import ConflictError, InvalidInputError, NotFoundError
from app.models import Device, PhoneUser, Tenant
from app.models.enums import Approval, Origin, Stage
from app.rules.mac_addresses import parse_mac
from app.security.tenant_scope import scope_of
from app.services import config_files, devices, journal, phone_users, pins, status_rows
from app.services.author import Author
from app.services.device_fields import DeviceFields, checked_columns, words_of
from app.services.devices import NewDevice
from app.services.journal_words import changes_between
from app.services.licenses import room
from app.services.operations import restarting
from app.services.phone_history import places
from app.services.status_rows import StatusRow
from app.services.zero_touch.decider import MAX_REASON
from app.services.zero_touch.facts import Surroundings


def get_device(session: Session, mac: str) -> Device:
    """Return the device of this MAC address, or raise NotFoundError where there is none that the account sees."""
    device = session.scalar(select(Device).where(Device.mac == mac))
    if device is None:
        raise NotFoundError(f"No device has the MAC address {mac}, or your account does not see it.")
    return device


def add(
    session: Session, user: PhoneUser, typed_mac: str, fields: DeviceFields, *, author: Author, now: datetime
) -> Device:
    """Give a user a phone, with its file; one that waits for approval is approved by it, and restarts.

    Raises InvalidInputError, or ConflictError where the MAC address is somebody's, or licences have no room.
    """
    if user.is_system:
        raise ConflictError("The system user is nobody who has phones; add the phone to another user.")
    mac = read_mac(typed_mac)
    columns = checked_columns(session, fields, user.tenant_id)
    if columns["template_id"] is None:
        raise InvalidInputError(
            by_field={"template": "Choose the template that the phone's file is made from."}
        )
    row = status_rows.hold(session, mac, now=now)
    check_is_free(session, mac)
    check_waits_in_sight(session, mac, row)
    room.check(session, {user.tenant_id: 1}, now=now)
    columns |= {
        "mac": mac,
        "tenant_id": user.tenant_id,
        "phone_user_id": user.id,
        "phone_model_id": None,
        "origin": Origin.ADDED,
    }
    device = _insert(session, NewDevice(columns, author), now)
    chosen = (Stage.PLACEMENT, Stage.TEMPLATE, *((Stage.FIRMWARE,) if device.firmware_id else ()))
    pins.pin(session, [device], chosen, author=author, now=now)
    device.phone_model_id = model_of(session, device, row)
    settle(session, device, row, f"{author.name} added the phone for {user.name}.", author=author, now=now)
    return device


def settle(
    session: Session, device: Device, row: StatusRow | None, reason: str, *, author: Author, now: datetime
) -> None:
    """Let a phone be this device from now on: it has its file and, where it was heard of, is asked to restart."""
    if row is not None:
        sites = places.sites_of([row])
        row |= place_of(device) | {
            "device_id": device.id,
            "approval": Approval.NOT_NEEDED,
            "is_blocked": False,
            "placement_reason": reason[:MAX_REASON],
            "digest": None,
        }
        status_rows.write(session, [row])
        places.note_moves(session, sites, [row], now=now)
    config_files.generate(session, device, now=now)
    if row is not None:
        restarting.restart(session, device.mac, author=author, now=now)


def change(
    session: Session, device: Device, fields: DeviceFields, user_name: str, *, author: Author, now: datetime
) -> bool:
    """Change what is said of a device, and whose it is; return whether anything changed. What is chosen is pinned.

    Its file stays as it is until Generate. Raises InvalidInputError.
    """
    row = status_rows.lock(session, [device.mac]).get(device.mac)
    session.refresh(device, with_for_update=True)
    before, had = words_of(device), _in_stages(device)
    refused: dict[str, str] = {}
    columns: dict[str, Any] = {}
    try:
        columns = checked_columns(session, fields, device.tenant_id)
    except InvalidInputError as error:
        refused |= error.by_field
    try:
        user = find_user(session, user_name, device.tenant)
    except InvalidInputError as error:
        refused["user_name"] = str(error)
    if refused:
        raise InvalidInputError(by_field=refused)
    for name, value in columns.items():
        setattr(device, name, value)
    device.phone_user_id = user.id if user else None
    session.flush()
    session.refresh(device)
    device.phone_model_id = model_of(session, device, row)
    changes = changes_between(before, words_of(device))
    now_has = _in_stages(device)
    chosen = [stage for stage in Stage if now_has[stage] != had[stage]]
    pins.pin(session, [device], chosen, author=author, now=now)
    if changes:
        if row is not None:
            moved = row | place_of(device) | {"digest": None}
            status_rows.write(session, [moved])
            places.note_moves(session, places.sites_of([row]), [moved], now=now)
        _note(session, "device changed", device, f"changed the phone {device.mac}: {changes}", author, now)
    return bool(changes)


def _in_stages(device: Device) -> dict[Stage, int | None]:
    """Return what a device has in each stage, as far as its form may change it."""
    return {
        Stage.PLACEMENT: device.site_id,
        Stage.TEMPLATE: device.template_id,
        Stage.FIRMWARE: device.firmware_id,
    }


def find_user(session: Session, name: str, tenant: Tenant) -> PhoneUser | None:
    """Return the user of this name in a tenant, None for no name, or raise InvalidInputError."""
    key = phone_users.key_of(name)
    if not key:
        return None
    user = session.scalar(
        select(PhoneUser).where(
            PhoneUser.tenant_id == tenant.id, PhoneUser.name_key == key, ~PhoneUser.is_system
        )
    )
    if user is None:
        raise InvalidInputError(
            f"{tenant.name} has no user of this name. Write the whole name, or add the user first."
        )
    return user


def doubts_of(device: Device, reported_model: str) -> list[str]:
    """Return what is probably a slip, as sentences."""
    template = device.template
    if template is None or not reported_model or template.phone_model_id == device.phone_model_id:
        return []
    fit = f"the template {template.name} is for the {template.phone_model.name}"
    return [f"The phone says that it is a {reported_model}, and {fit}."]


def read_mac(text: str) -> str:
    """Return a MAC address, written in any notation, as it is kept; or raise InvalidInputError."""
    try:
        return parse_mac(text)
    except InvalidInputError as error:
        raise InvalidInputError(by_field={"mac": str(error)}) from None


def check_is_free(session: Session, mac: str) -> None:
    """Raise ConflictError where a MAC address is a device's already, of whichever tenant."""
    table = table_of(Device)
    held = session.connection().execute(select(table.c.tenant_id).where(table.c.mac == mac)).first()
    if held is None:
        return
    if not scope_of(session).includes(held.tenant_id):
        raise ConflictError(
            f"The MAC address {mac} is that of a phone that your account does not see.", field="mac"
        )
    device = get_device(session, mac)
    if device.phone_user is None:
        raise ConflictError(
            f"{mac} is a device of {device.tenant.name} already, without a user: edit that one and give it to "
            "the user.",
            field="mac",
        )
    raise ConflictError(
        f"{mac} is the phone of {device.phone_user.name} ({device.tenant.name}) already. "
        "Edit that phone, or delete it first.",
        field="mac",
    )


def check_waits_in_sight(session: Session, mac: str, row: StatusRow | None) -> None:
    """Raise ConflictError where a phone waits in a tenant that the account does not see: others approve it."""
    if row is not None and not scope_of(session).includes(row["tenant_id"]):
        raise ConflictError(
            f"The phone {mac} waits for approval where your account does not see it. "
            "Somebody who sees all tenants has to approve it.",
            field="mac",
        )


def place_of(device: Device) -> dict[str, int | None]:
    """Return what a status row says of where its device is."""
    return {
        "tenant_id": device.tenant_id,
        "site_id": device.site_id,
        "template_id": device.template_id,
    }


def model_of(session: Session, device: Device, row: StatusRow | None) -> int | None:
    """Return the model that a phone says it is, else the one that its template is for."""
    surroundings = Surroundings(session)
    reported = surroundings.facts_of(row).model if row is not None else None
    fitting = device.template.phone_model_id if device.template else device.phone_model_id
    return surroundings.models.get(reported or "", fitting)


def _insert(session: Session, device: NewDevice, now: datetime) -> Device:
    """Add a device; where somebody else added the same MAC address at this moment, say so."""
    mac = device.columns["mac"]
    try:
        ids = devices.add_all(session, [device], now=now)
    except IntegrityError as error:
        raise ConflictError(
            f"Somebody else made a device of {mac} at this moment: look at it before you go on.", field="mac"
        ) from error
    return session.get_one(Device, ids[mac])


def _note(session: Session, action: str, device: Device, what: str, author: Author, now: datetime) -> None:
    journal.record(
        session,
        at=now,
        author=author,
        action=action,
        subject=device.mac,
        text=f"{author.name} {what}.",
        tenant_id=device.tenant_id,
    )
