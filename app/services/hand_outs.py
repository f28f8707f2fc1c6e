"""To whom the files of phones were handed out, where a tenant hands them out once (docs/decisions/0078)."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from app.database import table_of
from app.errors import ConflictError
from app.models import Device, HandOut
from app.rules.alarms.catalogue import CREDENTIALS_HELD_BACK
from app.services import journal
from app.services.alarms.own import OwnAlarm, clear_own, raise_own
from app.services.author import Author

_TABLE = table_of(HandOut)
_REFUSED = (
    update(_TABLE)
    .where(_TABLE.c.device_id == bindparam("new_id"))
    .values(refused_at=bindparam("new_at"), refused_address=bindparam("new_address"))
)


class Handed(NamedTuple):
    """A device whose file goes out once: when and to which address it went, None and empty where it did not yet."""

    device_id: int
    tenant_id: int
    mac: str
    handed_at: datetime | None
    address: str | None


def read(session: Session, macs: Collection[str], tenant_ids: Collection[int]) -> Mapping[str, Handed]:
    """Return those of these phones that are devices of these tenants, by their MACs."""
    wanted = (
        select(Device.id, Device.tenant_id, Device.mac, HandOut.handed_at, HandOut.address)
        .outerjoin(HandOut, HandOut.device_id == Device.id)
        .where(Device.mac.in_(macs), Device.tenant_id.in_(tenant_ids))
    )
    return {row.mac: Handed(*row) for row in session.execute(wanted)}


def note(session: Session, handed: Collection[tuple[Handed, str]], *, now: datetime) -> None:
    """Note that files were handed out, each with the address; where another process was first, that one counts."""
    rows = [
        {"device_id": one.device_id, "tenant_id": one.tenant_id, "handed_at": now, "address": address[:45]}
        for one, address in sorted(handed)
    ]
    if rows:
        dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
        session.connection().execute(dialect.insert(_TABLE).on_conflict_do_nothing(), rows)


def note_held_back(session: Session, held: Mapping[str, str], *, now: datetime) -> None:
    """Note for whom files were held back, by the phones' MACs; raise an alarm of each phone that is not free again."""
    handed = select(Device.mac, Device.id).join(HandOut, HandOut.device_id == Device.id)
    ids = dict(session.execute(handed.where(Device.mac.in_(held))).all())
    refused = [
        {"new_id": ids[mac], "new_address": held[mac][:45], "new_at": now}
        for mac in sorted(ids, key=ids.__getitem__)
    ]
    if refused:
        session.connection().execute(_REFUSED, refused)
    alarms = [
        OwnAlarm(
            kind=CREDENTIALS_HELD_BACK,
            mac=mac,
            text=f"The file of the phone, which was handed out before, was asked for from {address}.",
        )
        for mac, address in held.items()
        if mac in ids  # released meanwhile, nothing is wrong any more
    ]
    raise_own(session, alarms, now=now)


def find(session: Session, device_id: int) -> HandOut | None:
    """Return to whom a device's file was handed out, None where it was not, or where nobody counts."""
    return session.scalar(select(HandOut).where(HandOut.device_id == device_id))


def release(session: Session, device: Device, address: str, *, author: Author, now: datetime) -> None:
    """Let a device's file be handed out again: to this address, or where it is empty to whoever asks first.

    ConflictError where it was held back for another address meanwhile.
    """
    found = session.scalar(select(HandOut).where(HandOut.device_id == device.id).with_for_update())
    if address and (found is None or found.refused_address != address):
        raise ConflictError(
            "The file was asked for from another address meanwhile, or is free already: look again."
        )
    if found is not None and address:
        found.address, found.handed_at = address, now
        found.refused_at, found.refused_address = None, ""
    elif found is not None:
        session.delete(found)
    session.flush()
    clear_own(session, CREDENTIALS_HELD_BACK, [(device.mac, "")], now=now)
    whom = f"to {address}" if address else "to whoever asks first"
    journal.record(
        session,
        at=now,
        author=author,
        action="credentials released",
        subject=device.mac,
        text=f"{author.name} lets the file of the phone {device.mac} be handed out again, {whom}.",
        tenant_id=device.tenant_id,
    )


def forget(session: Session, device_id: int) -> None:
    """Forget to whom a device's file went: another phone takes its place."""
    session.execute(delete(HandOut).where(HandOut.device_id == device_id))
