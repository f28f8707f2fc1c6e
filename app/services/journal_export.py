"""The activity log as a table for spreadsheets, and its days."""

import json
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from app.models import JournalEntry
from app.rendering.csv_lines import csv_line
from app.services.journal_search import JournalFilter, conditions_of

CHUNK_ROWS = 500
COLUMNS = ("When (UTC)", "Who", "From", "Action", "What", "In words", "Tenant", "Details", "Reason")
"""What came later stands last, so that who reads the others by their place goes on."""


def day_between(day: date, zone: tzinfo) -> tuple[datetime, datetime]:
    """Return when a day of this zone begins, and when the next one does."""
    return datetime.combine(day, time(), zone), datetime.combine(day + timedelta(days=1), time(), zone)


def header() -> str:
    """Return the first line: the names of the columns."""
    return csv_line(COLUMNS)


def read_chunk(
    session: Session, wanted: JournalFilter, *, after: JournalEntry | None
) -> Sequence[JournalEntry]:
    """Return the next entries that match behind this one, oldest first, up to CHUNK_ROWS; none at the end."""
    statement = select(JournalEntry).where(*conditions_of(wanted)).order_by(JournalEntry.id).limit(CHUNK_ROWS)
    if after is not None:
        statement = statement.where(JournalEntry.id > after.id)
    return session.scalars(statement.options(selectinload(JournalEntry.tenant))).all()


def lines(entries: Iterable[JournalEntry]) -> str:
    """Return a line for each entry."""
    return "".join(csv_line(_cells(entry)) for entry in entries)


def _cells(entry: JournalEntry) -> tuple[str, ...]:
    return (
        f"{entry.at.astimezone(UTC):%Y-%m-%d %H:%M:%S}",
        entry.actor,
        entry.address,
        entry.action,
        entry.subject,
        entry.text,
        entry.tenant.name if entry.tenant else "",
        json.dumps(entry.details, ensure_ascii=False) if entry.details else "",
        entry.reason,
    )
