"""Lists and counts of alarms, for the screens; a session's scope decides whose."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session, selectinload

from app.models import Alarm, Tenant
from app.models.enums import Severity
from app.rules.mac_addresses import find_mac
from app.services.paging import Page, page_of

COUNTED_ALARMS = 1_000

Condition = ColumnElement[bool]


@dataclass(frozen=True, kw_only=True)
class AlarmFilter:
    """What is looked for: words in name, MAC or IP, a severity, a tenant's name, alarms only, history or not."""

    words: str = ""
    severity: Severity | None = None
    tenant_name: str = ""
    with_events: bool = False
    is_history: bool = False


def count_active(session: Session) -> Mapping[Severity, int]:
    """Count active alarms by severity; beyond COUNTED_ALARMS in all it stops counting."""
    found = select(Alarm.severity).where(*conditions_of(AlarmFilter())).limit(COUNTED_ALARMS).subquery()
    rows = session.execute(select(found.c.severity, func.count()).group_by(found.c.severity))
    return {Severity(severity): number for severity, number in rows}


def search(session: Session, wanted: AlarmFilter, *, number: int, size: int) -> Page:
    """Return a page of alarms, newest first, with their tenants and sites."""
    statement = (
        select(Alarm).where(*conditions_of(wanted)).order_by(Alarm.last_raised_at.desc(), Alarm.id.desc())
    )
    with_places = statement.options(selectinload(Alarm.tenant), selectinload(Alarm.site))
    return page_of(session, with_places, number=number, size=size)


def conditions_of(wanted: AlarmFilter) -> list[Condition]:
    """Return what an alarm must fulfil to be one that is looked for."""
    conditions: list[Condition] = [
        Alarm.cleared_at.is_not(None) if wanted.is_history else Alarm.cleared_at.is_(None)
    ]
    if not wanted.with_events:
        conditions.append(Alarm.is_event.is_(False))
    if wanted.severity:
        conditions.append(Alarm.severity == wanted.severity)
    if wanted.tenant_name:
        conditions.append(Alarm.tenant.has(Tenant.name_key == wanted.tenant_name.casefold()))
    if wanted.words:
        conditions.append(_carries(wanted.words))
    return conditions


def _carries(words: str) -> Condition:
    """Look for the words in what an alarm is called, and for a MAC address however it is written."""
    mac = find_mac(words)
    columns = (Alarm.name, Alarm.mac, Alarm.ip, Alarm.remote_host)
    return Alarm.mac == mac if mac else or_(*(column.icontains(words, autoescape=True) for column in columns))
