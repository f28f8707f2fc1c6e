"""Alarms as a table for spreadsheets."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from app.models import Alarm
from app.rendering.csv_lines import csv_line
from app.services.alarm_search import AlarmFilter, conditions_of

CHUNK_ROWS = 500
COLUMNS = (
    "Severity", "Name", "Description", "Source", "IP", "Remote host", "Tenant", "Site", "Info 1", "Info 2",
    "First raised (UTC)", "Last raised (UTC)", "Cleared (UTC)", "Count", "Cleared by", "Acknowledged by",
    "Acknowledged (UTC)", "Shelved until (UTC)", "Model", "Firmware",
)  # fmt: skip


def header() -> str:
    """Return the first line: the names of the columns."""
    return csv_line(COLUMNS)


def lines(alarms: Iterable[Alarm]) -> str:
    """Return a line for each alarm."""
    return "".join(csv_line(_cells(alarm)) for alarm in alarms)


def read_chunk(session: Session, wanted: AlarmFilter, *, after: Alarm | None) -> Sequence[Alarm]:
    """Return the next alarms that match behind this one, up to CHUNK_ROWS; none at the end.

    They come in the order of their ids, newest first, so that alarms that are raised again meanwhile come once.
    """
    statement = select(Alarm).where(*conditions_of(wanted)).order_by(Alarm.id.desc()).limit(CHUNK_ROWS)
    if after is not None:
        statement = statement.where(Alarm.id < after.id)
    return session.scalars(statement.options(selectinload(Alarm.tenant), selectinload(Alarm.site))).all()


def _cells(alarm: Alarm) -> tuple[str, ...]:
    return (
        alarm.severity,
        alarm.name,
        alarm.text,
        alarm.source,
        alarm.ip,
        alarm.remote_host,
        alarm.tenant.name if alarm.tenant else "",
        alarm.site.name if alarm.site else "",
        alarm.info1,
        alarm.info2,
        _time(alarm.first_raised_at),
        _time(alarm.last_raised_at),
        _time(alarm.cleared_at),
        str(alarm.count),
        (alarm.cleared_by or "").replace("_", " "),
        alarm.acknowledged_by,
        _time(alarm.acknowledged_at),
        _time(alarm.shelved_until),
        alarm.model,
        alarm.firmware_version,
    )


def _time(at: datetime | None) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S}" if at else ""
