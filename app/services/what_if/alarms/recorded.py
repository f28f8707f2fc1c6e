"""What was recorded of alarms, in the order in which it happened, a page at a time.

Recorded are raises, clears, changes of severity and what operators did. What rules made of it is left out, and so are
alarms of outages, which rules raise: other rules would make something else of it. Repeats that say the same are a
count without times.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from heapq import merge
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, func, or_, select, tuple_
from sqlalchemy.orm import Session

from app.models import Alarm, AlarmChange, Simulation
from app.models.enums import AlarmDeed, Severity, SourceKind

PAGE = 2_000
"""Happenings that are read together: so many are in memory, and followed by one write."""
MOST_PLAYED = 300_000
"""Happenings that one simulation plays."""
BEGINS_BEFORE = timedelta(hours=1)
"""So long before the days that are asked about it begins: what stands, flaps or is an outage then is found out."""

_DEEDS = (
    AlarmDeed.SEVERITY,
    AlarmDeed.CLEAR,
    AlarmDeed.REOPEN,
    AlarmDeed.ACKNOWLEDGE,
    AlarmDeed.UNACKNOWLEDGE,
    AlarmDeed.SHELVE,
    AlarmDeed.UNSHELVE,
)
_SHOWS_SEVERITY = (AlarmDeed.SEVERITY, AlarmDeed.ESCALATE, AlarmDeed.REOPEN)
_KEPT = (
    Alarm.dedup_key, Alarm.name, Alarm.wire_name, Alarm.is_event, Alarm.source_kind, Alarm.source, Alarm.mac, Alarm.ip,
    Alarm.remote_host, Alarm.model, Alarm.firmware_version, Alarm.tenant_id, Alarm.site_id, Alarm.text, Alarm.info1,
    Alarm.info2, Alarm.unique_id,
)  # fmt: skip
_FIXED = frozenset({"name", "is_event", "source_kind", "source", "mac", "model", "firmware_version"})


class Happening(NamedTuple):
    """What happened to an alarm: None is that it was raised; ``new`` and ``actor`` are as its timeline has them.

    ``fixed`` and ``said`` are what an alarm shows, as the board has them.
    """

    at: datetime
    alarm_id: int
    deed: AlarmDeed | None
    new: str
    actor: str
    key: str
    fixed: Mapping[str, Any]
    said: Mapping[str, Any]


def which_alarms(simulation: Simulation) -> ColumnElement[bool]:
    """Return the condition for the recorded alarms that a simulation is about."""
    since = begin_of(simulation)
    stood = or_(Alarm.cleared_at.is_(None), Alarm.cleared_at >= since)
    found = and_(stood, Alarm.first_raised_at < simulation.as_of, Alarm.source_kind != SourceKind.GROUP)
    if simulation.tenant_ids is not None:
        found = and_(found, Alarm.tenant_id.in_(simulation.tenant_ids))
    if simulation.only_tenant_id is not None:
        found = and_(found, Alarm.tenant_id == simulation.only_tenant_id)
    return found


def begin_of(simulation: Simulation) -> datetime:
    """Return when what is played begins: some time before what is counted."""
    return (simulation.since or simulation.as_of) - BEGINS_BEFORE


def count(session: Session, simulation: Simulation) -> int:
    """Return how much there is to play."""
    raised = select(func.count()).select_from(Alarm).where(which_alarms(simulation))
    changed = select(func.count()).select_from(AlarmChange).join(Alarm).where(*_which_changes(simulation))
    return (session.scalar(raised) or 0) + (session.scalar(changed) or 0)


def earliest(session: Session) -> datetime | None:
    """Return when the first alarm was raised of which there is history, None where there is none."""
    return session.scalar(
        select(func.min(Alarm.first_raised_at)).where(Alarm.source_kind != SourceKind.GROUP)
    )


def pages(session: Session, simulation: Simulation) -> Iterator[Sequence[Happening]]:
    """Yield everything in its order; between two pages the session may be let go."""
    page: list[Happening] = []
    for happening in merge(_raises(session, simulation), _changes(session, simulation), key=_order_of):
        page.append(happening)
        if len(page) == PAGE:
            yield page
            page = []
    if page:
        yield page


def _order_of(happening: Happening) -> tuple[datetime, bool]:
    return happening.at, happening.deed is not None


def _which_changes(simulation: Simulation) -> tuple[ColumnElement[bool], ...]:
    return which_alarms(simulation), AlarmChange.deed.in_(_DEEDS), AlarmChange.at < simulation.as_of


def _raises(session: Session, simulation: Simulation) -> Iterator[Happening]:
    wanted = select(Alarm.first_raised_at, Alarm.id, Alarm.reported_severity, *_KEPT).where(
        which_alarms(simulation)
    )
    place = (Alarm.first_raised_at, Alarm.id)
    last: tuple[datetime, int] | None = None
    while True:
        behind = wanted if last is None else wanted.where(tuple_(*place) > last)
        rows = session.execute(behind.order_by(*place).limit(PAGE)).all()
        severities = _first_severities(session, [row.id for row in rows])
        for row in rows:
            severity = severities.get(row.id) or row.reported_severity
            yield _happening(row, row.first_raised_at, row.id, None, severity, "")
        if len(rows) < PAGE:
            return
        last = (rows[-1].first_raised_at, rows[-1].id)


def _changes(session: Session, simulation: Simulation) -> Iterator[Happening]:
    wanted = (
        select(
            *(AlarmChange.at, AlarmChange.id, AlarmChange.alarm_id, AlarmChange.deed, AlarmChange.new),
            *(AlarmChange.actor, *_KEPT),
        )
        .join(Alarm, Alarm.id == AlarmChange.alarm_id)
        .where(*_which_changes(simulation))
    )
    place = (AlarmChange.at, AlarmChange.id)
    last: tuple[datetime, int] | None = None
    while True:
        behind = wanted if last is None else wanted.where(tuple_(*place) > last)
        rows = session.execute(behind.order_by(*place).limit(PAGE)).all()
        for row in rows:
            yield _happening(row, row.at, row.alarm_id, row.deed, row.new, row.actor)
        if len(rows) < PAGE:
            return
        last = (rows[-1].at, rows[-1].id)


def _happening(
    row: Any, at: datetime, alarm_id: int, deed: AlarmDeed | None, new: str, actor: str
) -> Happening:
    kept = {column.key: getattr(row, column.key) for column in _KEPT}
    key = kept.pop("dedup_key")
    fixed = {name: value for name, value in kept.items() if name in _FIXED}
    said = {name: value for name, value in kept.items() if name not in _FIXED}
    return Happening(at, alarm_id, deed, new, actor, key, fixed, said)


def _first_severities(session: Session, ids: Sequence[int]) -> dict[int, Severity]:
    """Return how bad alarms were said to be at first, where a line of their timelines tells."""
    if not ids:
        return {}
    first = (
        select(func.min(AlarmChange.id))
        .where(AlarmChange.alarm_id.in_(ids), AlarmChange.deed.in_(_SHOWS_SEVERITY))
        .group_by(AlarmChange.alarm_id)
    )
    told = select(AlarmChange.alarm_id, AlarmChange.old, AlarmChange.new).where(AlarmChange.id.in_(first))
    return {row.alarm_id: Severity(row.old or row.new) for row in session.execute(told)}
