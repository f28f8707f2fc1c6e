"""Devices: how phones become some, and who is signed in on them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import bindparam, func, insert, select, update
from sqlalchemy.orm import Session

from app.errors import NotFoundError
from app.models import Device, DeviceStatus, PhoneUser, Site, Tenant
from app.services import journal
from app.services.author import Author


@dataclass(frozen=True, slots=True)
class NewDevice:
    """A device to add: its columns, and who adds it."""

    columns: Mapping[str, Any]
    author: Author


class Holder(NamedTuple):
    """Whose a device is: its tenant, and the user who is signed in on it, if there is one."""

    tenant_id: int
    user_id: int | None
    user_name: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SignIn:
    """Another user has signed in on a device, with a phone at this address."""

    device_id: int
    mac: str
    holder: Holder
    user_id: int
    user_name: str
    address: str


def add_all(session: Session, added: Sequence[NewDevice], *, now: datetime) -> dict[str, int]:
    """Add devices, note who did it, and return their ids by MAC; all of them have the same columns."""
    if not added:
        return {}
    rows = [{**device.columns, "created_at": now} for device in added]
    returned = session.execute(insert(Device).returning(Device.mac, Device.id), rows)
    ids = dict(returned.all())
    places = _names_of_places(session, {row["site_id"] for row in rows})
    journal.record_all(session, [_entry_of_new(device, places, now) for device in added])
    return ids


def find_by_mac(session: Session, macs: Collection[str]) -> Sequence[Device]:
    """Return those of these phones that are devices."""
    return session.scalars(select(Device).where(Device.mac.in_(macs))).all() if macs else []


def keys_of_users(session: Session, device_ids: Collection[int]) -> dict[int, str | None]:
    """Return for each of these devices the key of its user's name, None for a device without user."""
    if not device_ids:
        return {}
    keys = select(Device.id, PhoneUser.name_key).outerjoin(PhoneUser, Device.phone_user_id == PhoneUser.id)
    return dict(session.execute(keys.where(Device.id.in_(device_ids))).all())


def holders_of(session: Session, device_ids: Collection[int]) -> dict[int, Holder]:
    """Return whose each of these devices is."""
    if not device_ids:
        return {}
    holders = select(Device.id, Device.tenant_id, PhoneUser.id, PhoneUser.name).outerjoin(
        PhoneUser, Device.phone_user_id == PhoneUser.id
    )
    found = session.execute(holders.where(Device.id.in_(device_ids)))
    return {device_id: Holder._make(holder) for device_id, *holder in found}


def sign_in_all(session: Session, sign_ins: Sequence[SignIn], *, now: datetime) -> None:
    """Give devices to the users who are signed in on them (manual, chapter 12)."""
    if not sign_ins:
        return
    users = [{"id": sign_in.device_id, "phone_user_id": sign_in.user_id} for sign_in in sign_ins]
    session.execute(update(Device), users)
    journal.record_all(session, [_entry_of_sign_in(sign_in, now) for sign_in in sign_ins])


def give_templates(session: Session, devices: Sequence[Mapping[str, int | None]]) -> None:
    """Give devices their template, model and, where they have none, firmware.

    Each has ``device_id``, ``template``, ``model`` and ``firmware``: ids, the latter two may be None.
    """
    if devices:
        given = update(Device).where(Device.id == bindparam("device_id"))
        session.connection().execute(
            given.values(
                template_id=bindparam("template"),
                phone_model_id=bindparam("model"),
                firmware_id=func.coalesce(Device.firmware_id, bindparam("firmware")),
            ),
            devices,
        )


def get_status(session: Session, mac: str) -> DeviceStatus:
    """Return the status row of a phone as the database has it (reports write past the session), or NotFoundError."""
    statement = select(DeviceStatus).where(DeviceStatus.mac == mac)
    status = session.scalar(statement.execution_options(populate_existing=True))
    if status is None:
        raise NotFoundError(f"No phone has the MAC address {mac}.")
    return status


def _names_of_places(session: Session, site_ids: Collection[int]) -> dict[int, tuple[str, str]]:
    """Return for each site the names of its tenant and of itself."""
    names = select(Site.id, Tenant.name, Site.name).join(Tenant, Site.tenant_id == Tenant.id)
    found = session.execute(names.where(Site.id.in_(site_ids)))
    return {site_id: (tenant, site) for site_id, tenant, site in found}


def _entry_of_new(device: NewDevice, places: Mapping[int, tuple[str, str]], now: datetime) -> journal.Entry:
    mac = device.columns["mac"]
    tenant, site = places[device.columns["site_id"]]
    return journal.entry(
        at=now,
        author=device.author,
        action="device added",
        subject=mac,
        text=f"The phone {mac} became a device of {tenant}, site {site}.",
        tenant_id=device.columns["tenant_id"],
    )


def _entry_of_sign_in(sign_in: SignIn, now: datetime) -> journal.Entry:
    before = sign_in.holder.user_name
    return journal.entry(
        at=now,
        author=Author(journal.PHONE_PLANE, sign_in.address),
        action="user signed in",
        subject=sign_in.mac,
        text=f"{sign_in.user_name} signed in on the phone {sign_in.mac}"
        + (f", where {before} was signed in." if before else "."),
        tenant_id=sign_in.holder.tenant_id,
    )
