"""The activity log: entries of the journal, newest first."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session, selectinload

from app.models import JournalEntry
from app.rules.mac_addresses import find_mac
from app.services.paging import Page, page_of


@dataclass(frozen=True, kw_only=True)
class JournalFilter:
    """What is looked for: words in subject, text or reason, who did it, what was done, and when.

    ``between`` are the time from which on entries count, and the one before which.
    """

    words: str = ""
    actor: str = ""
    action: str = ""
    between: tuple[datetime, datetime] | None = None


def search(session: Session, wanted: JournalFilter, *, number: int, size: int) -> Page:
    """Return a page of entries, newest first, with their tenants."""
    statement = select(JournalEntry).where(*conditions_of(wanted)).order_by(JournalEntry.id.desc())
    statement = statement.options(selectinload(JournalEntry.tenant))
    return page_of(session, statement, number=number, size=size)


def conditions_of(wanted: JournalFilter) -> list[ColumnElement[bool]]:
    """Return what an entry must fulfil to be found."""
    conditions: list[ColumnElement[bool]] = []
    if wanted.actor:
        conditions.append(JournalEntry.actor == wanted.actor)
    if wanted.action:
        conditions.append(JournalEntry.action == wanted.action)
    if wanted.between:
        first, end = wanted.between
        conditions += [JournalEntry.at >= first, JournalEntry.at < end]
    if wanted.words:
        words = find_mac(wanted.words) or wanted.words
        columns = (JournalEntry.subject, JournalEntry.text, JournalEntry.address, JournalEntry.reason)
        conditions.append(or_(*(column.icontains(words, autoescape=True) for column in columns)))
    return conditions
