"""The activity log: entries of the journal, newest first."""

from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, selectinload

from app.models import JournalEntry
from app.rules.mac_addresses import find_mac
from app.services.paging import Page, page_of


@dataclass(frozen=True, kw_only=True)
class JournalFilter:
    """What is looked for: words in subject or text, who did it, what was done."""

    words: str = ""
    actor: str = ""
    action: str = ""


def search(session: Session, wanted: JournalFilter, *, number: int, size: int) -> Page:
    """Return a page of entries, newest first, with their tenants."""
    statement = (
        select(JournalEntry).options(selectinload(JournalEntry.tenant)).order_by(JournalEntry.id.desc())
    )
    if wanted.actor:
        statement = statement.where(JournalEntry.actor == wanted.actor)
    if wanted.action:
        statement = statement.where(JournalEntry.action == wanted.action)
    if wanted.words:
        words = find_mac(wanted.words) or wanted.words
        columns = (JournalEntry.subject, JournalEntry.text, JournalEntry.address)
        statement = statement.where(or_(*(column.icontains(words, autoescape=True) for column in columns)))
    return page_of(session, statement, number=number, size=size)
