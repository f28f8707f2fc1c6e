"""What goes with a device or a phone user, what stays, and the deletion itself (manual 6.7.6; docs/decisions/0035)."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import Select, delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.errors import ConflictError
from app.models import (
    ConfigFile,
    ConfigurationValue,
    Device,
    DeviceStatus,
    PhoneUser,
    Placeholder,
    ReplacedPhone,
)
from app.models.enums import Approval, Status
from app.services import journal, status_rows
from app.services.alarms import phones as alarms_of_phones
from app.services.author import Author
from app.services.tenancy.belongings import (
    CONFIGURATION_FILES,
    CONFIGURATION_VALUES,
    DEVICES,
    PLACEHOLDERS,
)
from app.services.usage import Consequence, Departure, Fate, Kind, check_may_go, departure, look_up
from app.services.zero_touch.decider import MAX_REASON

HEARD_PHONES = Kind("heard-phones", "phone that still reports", "phones that still report")
_COME_BACK = (
    "become devices again, or wait for approval, with the next report: unplug them, or point them elsewhere"
)


def departure_of_device(session: Session, device: Device) -> Departure:
    """Return what the deletion of a device would mean."""
    ids = select(Device.id).where(Device.id == device.id)
    goes, stays = _what_goes_with(session, ids), _what_stays_of(session, ids)
    return departure(f"The phone {device.mac}", [*goes, *stays])


def departure_of_user(session: Session, user: PhoneUser) -> Departure:
    """Return what the deletion of a user would mean: his devices go as well."""
    ids = select(Device.id).where(Device.phone_user_id == user.id)
    devices = select(Device.mac, Device.mac).where(Device.phone_user_id == user.id).order_by(Device.mac)
    lines = (
        select(ConfigurationValue.id, ConfigurationValue.parameter)
        .where(ConfigurationValue.phone_user_id == user.id)
        .order_by(ConfigurationValue.parameter)
    )
    consequences = [
        Consequence(Fate.GOES, look_up(session, DEVICES, devices)),
        Consequence(Fate.GOES, look_up(session, CONFIGURATION_VALUES, lines)),
        *_what_goes_with(session, ids),
        *_what_stays_of(session, ids),
    ]
    obstacle = "The system user is the one that phones come with; every installation has it, so it stays."
    return departure(f"The user {user.name}", consequences, obstacle if user.is_system else "")


def delete_device(session: Session, device: Device, *, author: Author, now: datetime) -> None:
    """Delete a device with its file and its placeholders; what the phone last reported stays."""
    along = departure_of_device(session, device).words_of_what_goes
    remove(session, [device], author=author, now=now)
    _note(
        session, "device deleted", device.mac, f"the phone {device.mac}", device.tenant_id, along, author, now
    )


def delete_user(session: Session, user: PhoneUser, *, author: Author, now: datetime) -> None:
    """Delete a user with his devices, or raise ConflictError with what stands against it."""
    departing = departure_of_user(session, user)
    check_may_go(departing)
    owned = session.scalars(select(Device).where(Device.phone_user_id == user.id).order_by(Device.mac)).all()
    remove(session, owned, author=author, now=now)
    for device in owned:
        _note(
            session,
            "device deleted",
            device.mac,
            f"the phone {device.mac}",
            device.tenant_id,
            "",
            author,
            now,
        )
    along = departing.words_of_what_goes
    _note(session, "user deleted", user.name, f"the user {user.name}", user.tenant_id, along, author, now)
    session.execute(delete(ConfigurationValue).where(ConfigurationValue.phone_user_id == user.id))
    try:
        session.execute(delete(PhoneUser).where(PhoneUser.id == user.id))
    except IntegrityError as error:
        raise ConflictError(
            f"{user.name} was given another phone just now, or has one that your account does not see."
        ) from error


def remove(session: Session, devices: Collection[Device], *, author: Author, now: datetime) -> None:
    """Delete devices; their phones, where they were heard of, are placed anew when they report again.

    Their active alarms are cleared.
    """
    rows = status_rows.lock(session, [device.mac for device in devices])
    reason = f"{author.name} deleted the device. The next report places the phone anew."
    for row in rows.values():
        row |= {
            "device_id": None,
            "approval": Approval.NEEDED,
            "placement_reason": reason[:MAX_REASON],
            "digest": None,
        }
    status_rows.write(session, rows.values())
    macs = [device.mac for device in devices]
    alarms_of_phones.clear_of_removed(session, macs, now=now, actor=author.name)
    ids = [device.id for device in devices]
    for kind in (ConfigFile, Placeholder, ReplacedPhone):
        session.execute(delete(kind).where(kind.device_id.in_(ids)))
    session.execute(delete(Device).where(Device.id.in_(ids)))


def _what_goes_with(session: Session, ids: Select[int]) -> Sequence[Consequence]:
    placeholders = select(Placeholder.id, Placeholder.name).where(Placeholder.device_id.in_(ids))
    files = select(ConfigFile.id, ConfigFile.name).where(ConfigFile.device_id.in_(ids))
    return [
        Consequence(
            Fate.GOES,
            look_up(session, PLACEHOLDERS, placeholders.order_by(Placeholder.name, Placeholder.id)),
        ),
        Consequence(Fate.GOES, look_up(session, CONFIGURATION_FILES, files.order_by(ConfigFile.name_key))),
    ]


def _what_stays_of(session: Session, ids: Select[int]) -> Sequence[Consequence]:
    is_heard = DeviceStatus.status.is_not(None) & (DeviceStatus.status != Status.DISCONNECTED)
    heard = select(DeviceStatus.mac, DeviceStatus.mac).where(DeviceStatus.device_id.in_(ids), is_heard)
    return [
        Consequence(Fate.STAYS, look_up(session, HEARD_PHONES, heard.order_by(DeviceStatus.mac)), _COME_BACK)
    ]


def _note(
    session: Session,
    action: str,
    subject: str,
    what: str,
    tenant_id: int,
    along: str,
    author: Author,
    now: datetime,
) -> None:
    journal.record(
        session,
        at=now,
        author=author,
        action=action,
        subject=subject,
        text=f"{author.name} deleted {what}{': with it went ' if along else ''}{along}.",
        tenant_id=tenant_id,
    )
