"""Which phones or users an operation is for: those that were chosen, or all that match what was looked for."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, or_, select
from sqlalchemy.orm import Session

from app.errors import InvalidInputError
from app.models import Device, DeviceStatus, Operation, OperationTarget, PhoneModel, PhoneUser, Site, Tenant
from app.models.enums import Subject
from app.services import affected
from app.services.change_names import find_changes
from app.services.paging import count_of

MOST_TARGETS = 30_000
GONE_ELSEWHERE = "It has gone to another tenant since the operation began."


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for: words anywhere in what is shown, and the name of a tenant; empty for all.

    ``changes`` are names of changes (``change_names``): phones whose files are made from what one of them changed.
    """

    words: str = ""
    tenant_name: str = ""
    changes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Chosen:
    """What an operation is for.

    ``keys`` are MACs or ids of users one by one, ``matching`` is everything that matches, which the database finds.
    """

    subject: Subject
    keys: Sequence[str] = ()
    matching: Sequence[Wanted] = ()


@dataclass(frozen=True, slots=True)
class Candidate:
    """One phone or user as the pages list it; ``site_id`` is where a device is."""

    key: str
    label: str
    note: str
    tenant_id: int | None
    site_id: int | None = None


@dataclass(frozen=True, slots=True)
class Candidates:
    """The first of those that match, and how many there are in all, ``shown_count`` in words."""

    rows: Sequence[Candidate]
    count: int

    @property
    def shown_count(self) -> str:
        """The count as it is written."""
        return f"{MOST_TARGETS:,}+" if self.count > MOST_TARGETS else f"{self.count:,}"


def search(session: Session, subject: Subject, wanted: Wanted, *, first: int, size: int) -> Candidates:
    """Return some of the phones or users that match, in the order of their names, and how many there are."""
    statement = _matching(session, subject, wanted)
    rows = session.execute(statement.offset(first).limit(size)).all()
    count = count_of(session, statement, at_most=MOST_TARGETS)
    return Candidates([_candidate(subject, row) for row in rows], count)


def resolve(session: Session, chosen: Chosen) -> list[Candidate]:
    """Return all phones or users that are meant and that the session sees, each once, in the order of their names."""
    found: dict[str, Candidate] = {}
    for wanted in chosen.matching:
        rows = session.execute(_matching(session, chosen.subject, wanted).limit(MOST_TARGETS + 1))
        found |= {candidate.key: candidate for candidate in (_candidate(chosen.subject, row) for row in rows)}
    for first in range(0, len(chosen.keys), 500):
        keys = chosen.keys[first : first + 500]
        rows = session.execute(_statement(chosen.subject).where(_has_key(chosen.subject, keys)))
        found |= {candidate.key: candidate for candidate in (_candidate(chosen.subject, row) for row in rows)}
    return list(found.values())


def phones_of(session: Session, user_ids: Sequence[int]) -> list[Candidate]:
    """Return the phones of users."""
    found: list[Candidate] = []
    for first in range(0, len(user_ids), 500):
        rows = session.execute(_devices().where(Device.phone_user_id.in_(user_ids[first : first + 500])))
        found += [_candidate(Subject.DEVICES, row) for row in rows]
    return found


def waiting_phones(session: Session, macs: Sequence[str]) -> list[Candidate]:
    """Return those of these phones that are no devices yet."""
    found: list[Candidate] = []
    for first in range(0, len(macs), 500):
        rows = session.execute(
            select(DeviceStatus.mac, DeviceStatus.user_name, DeviceStatus.tenant_id).where(
                DeviceStatus.mac.in_(macs[first : first + 500]), DeviceStatus.device_id.is_(None)
            )
        )
        found += [Candidate(mac, name, "", tenant_id) for mac, name, tenant_id in rows]
    return found


def gone_elsewhere(session: Session, operation: Operation, keys: Sequence[str]) -> frozenset[str]:
    """Return those of an operation's targets that are in another tenant than when it began.

    Who began it may have nothing to say there. A phone that had no tenant then has got its first.
    """
    began = dict(
        session.execute(
            select(OperationTarget.key, OperationTarget.tenant_id).where(
                OperationTarget.operation_id == operation.id, OperationTarget.key.in_(keys)
            )
        ).all()
    )
    now = _tenants_of(session, operation.subject, keys)
    return frozenset(
        key for key, tenant_id in now.items() if began.get(key) is not None and began[key] != tenant_id
    )


def _tenants_of(session: Session, subject: Subject, keys: Sequence[str]) -> dict[str, int | None]:
    if subject is Subject.USERS:
        users = select(PhoneUser.id, PhoneUser.tenant_id).where(_has_key(subject, keys))
        return {str(user_id): tenant_id for user_id, tenant_id in session.execute(users)}
    heard = select(DeviceStatus.mac, DeviceStatus.tenant_id).where(DeviceStatus.mac.in_(keys))
    devices = select(Device.mac, Device.tenant_id).where(_has_key(subject, keys))
    return dict(session.execute(heard).all()) | dict(session.execute(devices).all())


def _statement(subject: Subject) -> Select[*tuple[Any, ...]]:
    return _devices() if subject is Subject.DEVICES else _users()


def _devices() -> Select[*tuple[Any, ...]]:
    return (
        select(
            Device.mac.label("key"), Device.display_name, PhoneUser.display_name.label("user_display_name"),
            PhoneUser.name.label("user_name"), PhoneModel.name.label("model"), Site.name.label("site"),
            Tenant.name.label("tenant"), Device.tenant_id, Device.site_id,
        )
        .select_from(Device)
        .join(Tenant, Device.tenant_id == Tenant.id)
        .join(Site, Device.site_id == Site.id)
        .outerjoin(PhoneUser, Device.phone_user_id == PhoneUser.id)
        .outerjoin(PhoneModel, Device.phone_model_id == PhoneModel.id)
        .order_by(Device.mac)
    )  # fmt: skip


def _users() -> Select[*tuple[Any, ...]]:
    return (
        select(
            PhoneUser.id.label("key"), PhoneUser.display_name, PhoneUser.name.label("user_name"),
            Tenant.name.label("tenant"), PhoneUser.tenant_id,
        )
        .select_from(PhoneUser)
        .join(Tenant, PhoneUser.tenant_id == Tenant.id)
        .where(~PhoneUser.is_system)
        .order_by(PhoneUser.name_key, PhoneUser.id)
    )  # fmt: skip


def _matching(session: Session, subject: Subject, wanted: Wanted) -> Select[*tuple[Any, ...]]:
    statement = _statement(subject)
    if wanted.changes:
        if subject is not Subject.DEVICES:
            raise InvalidInputError("Changes concern the files of phones: choose phones, not users.")
        changes = [named.change for named in find_changes(session, wanted.changes)]
        statement = statement.where(Device.id.in_(affected.affected_by_any(session, changes)))
    if wanted.tenant_name:
        statement = statement.where(Tenant.name_key == wanted.tenant_name.casefold())
    if wanted.words:
        statement = statement.where(_has_words(subject, wanted.words))
    return statement


def _has_words(subject: Subject, words: str) -> ColumnElement[bool]:
    columns: list[Any] = [PhoneUser.name, PhoneUser.display_name]
    if subject is Subject.DEVICES:
        digits = "".join(letter for letter in words.lower() if letter not in ":-. ")
        columns += [Device.display_name, PhoneModel.name, Site.name]
        return or_(
            Device.mac.contains(digits, autoescape=True),
            *(column.icontains(words, autoescape=True) for column in columns),
        )
    return or_(*(column.icontains(words, autoescape=True) for column in columns))


def _has_key(subject: Subject, keys: Sequence[str]) -> ColumnElement[bool]:
    if subject is Subject.DEVICES:
        return Device.mac.in_(keys)
    return PhoneUser.id.in_([int(key) for key in keys])


def _candidate(subject: Subject, row: Row[*tuple[Any, ...]]) -> Candidate:
    if subject is Subject.USERS:
        return Candidate(
            str(row.key), row.display_name or row.user_name, f"{row.user_name} · {row.tenant}", row.tenant_id
        )
    label = row.display_name or row.user_display_name or row.user_name or ""
    parts = (row.model, f"{row.tenant} / {row.site}")
    note = " · ".join(part for part in parts if part)
    return Candidate(row.key, label, note, row.tenant_id, row.site_id)
