"""Lists and counts of alarms, for the screens; a session's scope decides whose."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, CompoundSelect, Select, func, literal, or_, select, union_all
from sqlalchemy.orm import Session, selectinload

from app.errors import NotFoundError
from app.models import Alarm, Tenant
from app.models.enums import Severity
from app.rules.mac_addresses import find_mac
from app.services.paging import Page, page_of
from app.services.text_search import contains

COUNTED_ALARMS = 1_000
"""Alarms of one severity that are counted; beyond it stops counting."""
SHOWN_SEVERITIES = tuple(severity for severity in Severity if severity is not Severity.CLEARED)

Condition = ColumnElement[bool]
_IN_SIGHT: tuple[Condition, ...] = (Alarm.shelved_until.is_(None), Alarm.is_hidden.is_(False))


class OperatorState(StrEnum):
    """What became of an alarm, to look for; without it nothing is found that is on the shelf, or hidden by a rule."""

    OPEN = "not acknowledged"
    ACKNOWLEDGED = "acknowledged"
    SHELVED = "shelved"
    SUPPRESSED = "suppressed"
    IN_OUTAGE = "part of an outage"
    FLAPPING = "flapping"


_IN_STATE: Mapping[OperatorState, Sequence[Condition]] = {
    OperatorState.OPEN: (*_IN_SIGHT, Alarm.acknowledged_at.is_(None)),
    OperatorState.ACKNOWLEDGED: (*_IN_SIGHT, Alarm.acknowledged_at.is_not(None)),
    OperatorState.SHELVED: (Alarm.shelved_until.is_not(None),),
    OperatorState.SUPPRESSED: (Alarm.suppressed_until.is_not(None),),
    OperatorState.IN_OUTAGE: (*_IN_SIGHT, Alarm.parent_id.is_not(None)),
    OperatorState.FLAPPING: (*_IN_SIGHT, Alarm.flaps_until.is_not(None)),
}


@dataclass(frozen=True, kw_only=True)
class AlarmFilter:
    """What is looked for: words in name, MAC or IP; parts of single fields; a severity, a tenant's name, a type.

    ``info`` matches either info. All that is given has to hold.
    """

    words: str = ""
    severity: Severity | None = None
    tenant_name: str = ""
    type_title: str = ""
    description: str = ""
    info: str = ""
    remote_host: str = ""
    source: str = ""
    state: OperatorState | None = None
    with_events: bool = False
    is_history: bool = False


def count_active(session: Session) -> Mapping[Severity, int]:
    """Count the active alarms of each severity that are not on the shelf, with one statement over an index.

    It stops counting each at COUNTED_ALARMS.
    """
    counts = session.execute(_counts_of_active(COUNTED_ALARMS))
    return {Severity(severity): number for severity, number in counts if number}


def search(session: Session, wanted: AlarmFilter, *, number: int, size: int) -> Page:
    """Return a page of alarms, the newest first, with their tenants and sites; of history the last that ended."""
    latest = [Alarm.cleared_at.desc()] if wanted.is_history else []
    statement = (
        select(Alarm)
        .where(*conditions_of(wanted))
        .order_by(*latest, Alarm.last_raised_at.desc(), Alarm.id.desc())
    )
    with_places = statement.options(selectinload(Alarm.tenant), selectinload(Alarm.site))
    return page_of(session, with_places, number=number, size=size)


def get_alarm(session: Session, alarm_id: int) -> Alarm:
    """Return an alarm with its tenant and site, or raise NotFoundError."""
    wanted = (
        select(Alarm)
        .where(Alarm.id == alarm_id)
        .options(selectinload(Alarm.tenant), selectinload(Alarm.site))
    )
    alarm = session.scalar(wanted)
    if alarm is None:
        raise NotFoundError("There is no such alarm, or your account does not see it.")
    return alarm


def conditions_of(wanted: AlarmFilter) -> list[Condition]:
    """Return what an alarm must fulfil to be one that is looked for."""
    is_there = Alarm.cleared_at.is_not(None) if wanted.is_history else Alarm.cleared_at.is_(None)
    is_alarm = [] if wanted.with_events else [Alarm.is_event.is_(False)]
    return [is_there, *is_alarm, *_in_state(wanted), *_exactly(wanted), *_partly(wanted)]


def _exactly(wanted: AlarmFilter) -> Iterator[Condition]:
    if wanted.severity:
        yield Alarm.severity == wanted.severity
    if wanted.tenant_name:
        yield Alarm.tenant.has(Tenant.name_key == wanted.tenant_name.casefold())
    if wanted.type_title:
        yield Alarm.name == wanted.type_title


def _partly(wanted: AlarmFilter) -> Iterator[Condition]:
    for columns, part in (
        ((Alarm.text,), wanted.description),
        ((Alarm.info1, Alarm.info2), wanted.info),
        ((Alarm.remote_host,), wanted.remote_host),
        ((Alarm.source,), wanted.source),
    ):
        if part:
            yield or_(*(contains(column, part) for column in columns))
    if wanted.words:
        yield _carries(wanted.words)


def _in_state(wanted: AlarmFilter) -> Sequence[Condition]:
    if wanted.state is None:
        return [] if wanted.is_history else _IN_SIGHT
    return _IN_STATE[wanted.state]


@cache
def _counts_of_active(at_most: int) -> CompoundSelect[Any]:
    """Return the statement of ``count_active``, which every page asks and takes longer to write than to answer."""
    return union_all(*(_count_of(severity, at_most) for severity in SHOWN_SEVERITIES))


def _count_of(severity: Severity, at_most: int) -> Select[str, int]:
    found = (
        select(literal(1))
        .select_from(Alarm)
        .where(*conditions_of(AlarmFilter(severity=severity)))
        .limit(at_most)
        .subquery()
    )
    return select(literal(severity.value), func.count()).select_from(found)


def _carries(words: str) -> Condition:
    """Look for the words in what an alarm is called, and for a MAC address however it is written."""
    mac = find_mac(words)
    columns = (Alarm.name, Alarm.mac, Alarm.ip, Alarm.remote_host)
    return Alarm.mac == mac if mac else or_(*(contains(column, words) for column in columns))
