"""Status rows in bulk: read as plain mappings and written back with one statement (the hot path of reports)."""

from collections.abc import Collection, Iterable, Set
from datetime import datetime
from typing import Any, TypeAlias

from sqlalchemy import String, delete, select, update
from sqlalchemy.orm import Session

from app.database import table_of
from app.models import DeviceStatus
from app.models.enums import Approval
from app.services.upserts import insert_missing, insert_or_replace, insert_unless_there

StatusRow: TypeAlias = dict[str, Any]

_TABLE = table_of(DeviceStatus)
_COLUMNS = [column.name for column in _TABLE.columns]
_TEXTS = [column.name for column in _TABLE.columns if isinstance(column.type, String) and not column.nullable]


def lock(session: Session, macs: Collection[str]) -> dict[str, StatusRow]:
    """Return the whole rows of those of these phones that have one, by MAC.

    Nobody else changes them before this transaction ends. They are locked in the order of their MACs, so that two
    writers never wait for one another; on SQLite the writer has the whole database to itself.
    """
    if not macs:
        return {}
    wanted = select(_TABLE).where(_TABLE.c.mac.in_(macs)).order_by(_TABLE.c.mac).with_for_update()
    return {row["mac"]: dict(row) for row in session.execute(wanted).mappings()}


def find(session: Session, mac: str) -> StatusRow | None:
    """Return the whole row of a phone without locking it, also where the session's scope does not see it."""
    found = session.connection().execute(select(_TABLE).where(_TABLE.c.mac == mac)).mappings().first()
    return dict(found) if found else None


def lock_or_make(
    session: Session, macs: Set[str], *, unknown: Set[str], now: datetime
) -> dict[str, StatusRow]:
    """Return the whole rows of these phones, locked as by ``lock``; those that are unknown, by now, get new ones.

    A new row is put into the database to be locked, where another writer may have added it meanwhile. On SQLite the
    writer has the database to itself, and the row need not be there before it is written.
    """
    if session.get_bind().dialect.name == "sqlite":
        return lock(session, macs - unknown) | {mac: make(mac, now) for mac in unknown}
    insert_missing(session, _TABLE, [make(mac, now) for mac in sorted(unknown)])
    return lock(session, macs)


def hold(session: Session, mac: str, *, now: datetime) -> StatusRow | None:
    """Return the whole row of a phone, locked as by ``lock``; None, and the MAC is held, where it was never heard of.

    Of two who make something of the same MAC at once, people or reports, the second waits until this transaction ends.
    A row that is put in and taken out again holds its key; on SQLite the writer has the database to itself.
    """
    if session.get_bind().dialect.name != "sqlite" and insert_unless_there(session, _TABLE, make(mac, now)):
        session.connection().execute(delete(_TABLE).where(_TABLE.c.mac == mac))
        return None
    return lock(session, [mac]).get(mac)


def make(mac: str, now: datetime) -> StatusRow:
    """Return a row for a phone that was never heard of."""
    row: StatusRow = dict.fromkeys(_COLUMNS)
    row |= dict.fromkeys(_TEXTS, "")
    return row | {
        "mac": mac,
        "approval": Approval.NEEDED,
        "first_seen_at": now,
        "is_behind_proxy": False,
        "is_blocked": False,
    }


def forget_digests(session: Session, macs: Collection[str]) -> None:
    """Let the next report of these phones count as a change, whatever it says; their rows are locked already."""
    if macs:
        forgotten = update(_TABLE).where(_TABLE.c.mac.in_(macs)).values(digest=None)
        session.connection().execute(forgotten)


def write(session: Session, rows: Iterable[StatusRow]) -> None:
    """Insert or replace rows, in the order of their MACs so that two writers never wait for one another."""
    insert_or_replace(session, _TABLE, sorted(rows, key=lambda row: str(row["mac"])))
