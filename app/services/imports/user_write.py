"""Writing the rows of users that are new: all of them in one transaction, then what follows for their phones.

The transaction only copies what was kept beside: everything that takes time was done before (docs/decisions/0037).
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Insert,
    Update,
    collate,
    delete,
    false,
    insert,
    literal,
    select,
    update,
)
from sqlalchemy.orm import Session

from app.errors import ConflictError
from app.models import Device, ImportDevice, ImportFile, ImportJob
from app.models.enums import ImportState, Origin
from app.services import config_files, journal, status_rows
from app.services.bulk_rows import forget_what_was_read, in_one_pass, unchecked
from app.services.imports import jobs
from app.services.imports.jobs import Claim
from app.services.imports.user_additions import Additions, read_additions
from app.services.imports.user_places import Places
from app.services.imports.user_staging import DEVICES, STAGED_DEVICES, STAGED_ROWS, USERS
from app.services.licenses import room
from app.services.phone_history import places
from app.services.zero_touch import Decider

PHONES_AT_ONCE = 100
"""Phones whose files one transaction makes: on SQLite so long nobody else can write."""
_COPIED = (
    "mac", "tenant_id", "site_id", "phone_model_id", "template_id", "display_name", "serial_number", "language",
    "vlan_mode", "vlan_id", "vlan_priority",
)  # fmt: skip


def write(session: Session, held: Claim, now: datetime) -> None:
    """Add all users and devices of a job, or raise: ConflictError or a violated constraint, when something changed.

    NoRoomError where licences have no room for all of its devices.
    """
    job = jobs.hold(session, held, now)
    expected = read_additions(job.counts)
    if job.places != Places(session).snapshot():
        raise ConflictError("Tenants, sites or templates have changed since the file was looked at.")
    room.check(session, expected.devices, now=now)
    forget_what_was_read(session)  # the file, and rows as they were stored: memory is to stay flat
    with unchecked(session), in_one_pass(session):
        users, devices = _add_users(session, job.id, now), _add_devices(session, job.id, now)
    given = _give_devices(session, job.id) if expected.given else 0
    if (users, devices, given) != tuple(numbers.total() for numbers in expected.all):
        raise ConflictError("Users or phones have changed since the file was looked at.")
    _record(session, job, expected, now)
    jobs.move(job, ImportState.WRITTEN, total=devices + given)
    job.written_at = now


def settle_next(session: Session, held: Claim, now: datetime) -> bool:
    """Do what follows for the next phones; whether there are more.

    Those that have reported become the devices that they are by now, and each gets its file.
    """
    job = jobs.hold(session, held, now)
    if not job.cursor:
        session.execute(delete(ImportFile).where(ImportFile.job_id == job.id))
    due = select(ImportDevice.mac).where(ImportDevice.job_id == job.id, ImportDevice.mac > job.cursor)
    macs = session.scalars(due.order_by(ImportDevice.mac).limit(PHONES_AT_ONCE)).all()
    if not macs:
        jobs.move(job, ImportState.DONE)
        return False
    _attach(session, macs, now)
    ids = session.scalars(select(Device.id).where(Device.mac.in_(macs))).all()
    config_files.generate_many(session, ids, now=now)
    job.cursor, job.done = macs[-1], job.done + len(macs)
    return True


def _attach(session: Session, macs: Collection[str], now: datetime) -> None:
    """Let phones that wait be the devices that have their addresses; their next report counts as a change."""
    rows = [row for row in status_rows.lock(session, macs).values() if row["device_id"] is None]
    sites = places.sites_of(rows)
    Decider(session, now).attach(rows)
    attached = [row | {"digest": None} for row in rows if row["device_id"] is not None]
    status_rows.write(session, attached)
    places.note_moves(session, sites, attached, now=now)


def _add_users(session: Session, job_id: int, now: datetime) -> int:
    """Copy the users that are new, in the order of their keys, as whoever else adds users does."""
    row = STAGED_ROWS.c
    copied = (
        select(
            row.tenant_id, row.name, row.name_key, row.password, row.display_name,
            literal("").label("nickname"), false().label("is_system"),
            literal(now, USERS.c.created_at.type).label("created_at"),
        )
        .where(row.job_id == job_id, row.adds)
        .order_by(*_order(session, row.tenant_id, collate(row.name_key, "C")))
    )  # fmt: skip
    names = [column.name for column in copied.selected_columns]
    return _changed(session, insert(USERS).from_select(names, copied))


def _add_devices(session: Session, job_id: int, now: datetime) -> int:
    """Copy the devices that are new with their users, in the order of their addresses."""
    staged = STAGED_DEVICES.c
    copied = (
        select(
            *(staged[name] for name in _COPIED), USERS.c.id.label("phone_user_id"),
            literal(Origin.IMPORTED.value).label("origin"),
            literal(now, DEVICES.c.created_at.type).label("created_at"),
        )
        .join_from(STAGED_DEVICES, USERS, _is_user_of_device())
        .where(staged.job_id == job_id, ~staged.is_known)
        .order_by(*_order(session, collate(staged.mac, "C")))
    )  # fmt: skip
    names = [column.name for column in copied.selected_columns]
    return _changed(session, insert(DEVICES).from_select(names, copied))


def _give_devices(session: Session, job_id: int) -> int:
    """Give devices that are there without a user the one of their row."""
    staged = STAGED_DEVICES.c
    known = select(staged.mac).where(staged.job_id == job_id, staged.is_known)
    user = (
        select(USERS.c.id)
        .join_from(STAGED_DEVICES, USERS, _is_user_of_device())
        .where(staged.job_id == job_id, staged.mac == DEVICES.c.mac, staged.tenant_id == DEVICES.c.tenant_id)
        .correlate(DEVICES)
        .scalar_subquery()
    )
    given = (
        update(DEVICES)
        .where(DEVICES.c.mac.in_(known), DEVICES.c.phone_user_id.is_(None), user.is_not(None))
        .values(phone_user_id=user)
    )
    return _changed(session, given)


def _order(session: Session, *columns: ColumnElement[Any]) -> Sequence[ColumnElement[Any]]:
    """Return in which order rows are added, so that two who add the same never wait for one another.

    Others sort in Python, by the characters' numbers. SQLite has one writer, and need not sort.
    """
    return () if session.get_bind().dialect.name == "sqlite" else columns


def _changed(session: Session, statement: Insert | Update) -> int:
    """Execute a statement and return how many rows it wrote."""
    return session.connection().execute(statement.execution_options(preserve_rowcount=True)).rowcount


def _is_user_of_device() -> ColumnElement[bool]:
    staged = STAGED_DEVICES.c
    return (USERS.c.tenant_id == staged.tenant_id) & (USERS.c.name_key == staged.user_key)


def _record(session: Session, job: ImportJob, added: Additions, now: datetime) -> None:
    """Write an entry for each tenant, so that whoever sees only one sees what was added to it."""
    entries = [
        journal.entry(
            at=now,
            author=jobs.author_of(job),
            action="users imported",
            subject=job.file_name,
            text=f"{job.asked_by} imported {added.users[tenant_id]:,} users and "
            f"{added.devices[tenant_id] + added.given[tenant_id]:,} devices from {job.file_name}.",
            tenant_id=tenant_id,
        )
        for tenant_id in added.tenant_ids
    ]
    journal.record_all(session, entries)
