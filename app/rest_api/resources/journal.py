"""The journal: `/journal`, who did what to what, when, from where and why."""

from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from msgspec import Meta, Struct
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from app.models import JournalEntry
from app.rest_api.calls import Answer, Call
from app.rest_api.listing import ItemPage, Listing, ListQuery, Order, Words
from app.rest_api.routes import Right, Route
from app.rules.api_tokens import Kind
from app.security.roles import JOURNAL
from app.services.journal_search import JournalFilter, conditions_of

_FIRST, _LAST = datetime(1970, 1, 1, tzinfo=UTC), datetime(9000, 1, 1, tzinfo=UTC)
"""Between these all databases can compare times."""


class JournalItem(Struct, kw_only=True):
    """What somebody did, or what befell a phone. `details` say it for programs, where there is more to say."""

    id: int
    at: datetime
    actor: str
    address: str
    action: str
    subject: str
    text: str
    reason: str
    details: dict[str, Any]
    tenant: str
    tenant_id: int | None


class JournalQuery(ListQuery, kw_only=True, forbid_unknown_fields=True, frozen=True):
    """Which entries are listed."""

    actor: Annotated[Words, Meta(description="The whole name of who did it.")] = ""
    action: Annotated[Words, Meta(description="The whole name of what was done.")] = ""
    q: Annotated[
        Words, Meta(description="A part of subject, text, reason or address, or a MAC in any notation.")
    ] = ""
    since: Annotated[datetime, Meta(tz=True)] | None = None
    before: Annotated[datetime, Meta(tz=True)] | None = None
    sort: Literal["id", "-id"] = "-id"


_BY_ID = Order(JournalEntry.id, lambda row: row.id, said_as=int)
_LISTING: Listing[JournalEntry] = Listing({"id": _BY_ID}, _BY_ID)


def list_them(call: Call[JournalQuery, Any]) -> Answer:
    """Lists the entries of the journal, the newest first."""
    query = call.query
    wanted = JournalFilter(
        words=query.q,
        actor=query.actor,
        action=query.action,
        between=(_comparable(query.since or _FIRST), _comparable(query.before or _LAST)),
    )
    entries = select(JournalEntry).where(*conditions_of(wanted)).options(selectinload(JournalEntry.tenant))
    return Answer(_LISTING.page(call, entries, query.sort, _show))


def _comparable(time: datetime) -> datetime:
    return min(max(time, _FIRST), _LAST)


def _show(entry: JournalEntry) -> JournalItem:
    return JournalItem(
        id=entry.id,
        at=entry.at,
        actor=entry.actor,
        address=entry.address,
        action=entry.action,
        subject=entry.subject,
        text=entry.text,
        reason=entry.reason,
        details=entry.details,
        tenant=entry.tenant.name if entry.tenant else "",
        tenant_id=entry.tenant_id,
    )


ROUTES = (
    Route(
        method="GET", path="/journal", does=list_them, name="list_journal", summary="List what was done",
        right=Right(kind=Kind.JOURNAL, page=JOURNAL, deeds=("can_list",)), query=JournalQuery,
        answers=ItemPage[JournalItem],
    ),
)  # fmt: skip
