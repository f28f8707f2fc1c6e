"""Multiplies the phones of a database inside the database: 300,000 of them in the time that 30,000 take otherwise."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, func, insert, literal, select, text
from sqlalchemy.orm import Session

from app.database import Database
from app.models import ConfigFile, Device, DeviceSeen, DeviceStatus, PhoneUser
from app.security.tenant_scope import ALL_TENANTS
from app.transaction import writing

MOST_COPIES = 15
_DIGITS_KEPT = 11
_NUMBERED = (PhoneUser, Device, ConfigFile)


def add(database: Database, copies: int) -> None:
    """Lay so many copies beside every phone, with user, device, reports and file.

    A copy has the MAC of its original but for the last digit, which is 0 in the original, so that the copies lie
    evenly between the originals in every index.
    """
    if not copies:
        return
    with writing(database, ALL_TENANTS) as session:
        if session.get_bind().dialect.name == "sqlite":
            session.execute(text("PRAGMA cache_size = -1000000"))  # its indexes are filled all over
        span = max(session.scalars(select(func.max(model.id))).one() or 0 for model in _NUMBERED)
        for number in range(1, copies + 1):
            _add_copy(session, number, span)
        if session.get_bind().dialect.name == "postgresql":
            _tell_postgresql(session)


def _add_copy(session: Session, number: int, span: int) -> None:
    """Add one copy of every phone; ids lie ``number`` spans behind those of the originals."""
    digit, offset = literal(f"{number:x}"), number * span
    users, devices, files = (model.__table__ for model in _NUMBERED)
    statuses, seen = DeviceStatus.__table__, DeviceSeen.__table__
    name = digit + users.c.name
    _copy(session, users, users.c.id <= span, {"id": offset + users.c.id, "name": name, "name_key": name})
    _copy(
        session,
        devices,
        devices.c.id <= span,
        {
            "id": offset + devices.c.id,
            "mac": _mac(devices.c.mac, digit),
            "phone_user_id": offset + devices.c.phone_user_id,
        },
    )
    _copy(
        session,
        statuses,
        statuses.c.device_id <= span,
        {"mac": _mac(statuses.c.mac, digit), "device_id": offset + statuses.c.device_id},
    )
    _copy(session, seen, seen.c.mac.endswith("0"), {"mac": _mac(seen.c.mac, digit)})
    named = _mac(files.c.name, digit) + ".cfg"
    _copy(
        session,
        files,
        files.c.device_id <= span,
        {
            "id": offset + files.c.id,
            "name": named,
            "name_key": named,
            "device_id": offset + files.c.device_id,
        },
    )


def _mac(column: ColumnElement[str], digit: ColumnElement[str]) -> ColumnElement[str]:
    """Return a MAC, or what begins with one, with another last digit and without what follows."""
    return func.substr(column, 1, _DIGITS_KEPT) + digit


def _copy(session: Session, table: Any, which: Any, changed: Mapping[str, Any]) -> None:
    values = [changed.get(column.name, column) for column in table.columns]
    names = [column.name for column in table.columns]
    session.execute(insert(table).from_select(names, select(*values).where(which)))


def _tell_postgresql(session: Session) -> None:
    """Tell it what it would find out by itself in time: the next free ids, and how the tables look now."""
    for model in _NUMBERED:
        name = model.__tablename__
        session.execute(
            text(f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), (SELECT max(id) FROM {name}))")
        )
    session.execute(text("ANALYZE"))
