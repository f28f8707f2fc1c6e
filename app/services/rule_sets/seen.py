"""What somebody looked at who changes a list: its draft, or what is active, of which a draft is made then."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.errors import ConflictError
from app.models import RuleSetVersion
from app.models.enums import RuleKind, RuleSetState
from app.services.author import Author
from app.services.rule_sets import drafts, reading
from app.services.rule_sets.drafts import Change


@dataclass(frozen=True, slots=True)
class Owned:
    """A list: of a kind, and a tenant's own or, with None, the system's."""

    kind: RuleKind
    tenant_id: int | None = None


@dataclass(frozen=True, slots=True)
class Seen:
    """The version that was looked at, 0 where there was none, and its revision."""

    version_id: int
    revision: int


def shown_version(session: Session, owned: Owned) -> RuleSetVersion | None:
    """Return what people look at who change a list: its draft, else what is active, else None."""
    return reading.find_version(session, owned.kind, owned.tenant_id, RuleSetState.DRAFT) or find_active(
        session, owned
    )


def find_active(session: Session, owned: Owned) -> RuleSetVersion | None:
    """Return what is active of a list."""
    return reading.find_version(session, owned.kind, owned.tenant_id, RuleSetState.ACTIVE)


def begin_change(
    session: Session, owned: Owned, seen: Seen, *, author: Author, now: datetime
) -> tuple[RuleSetVersion, Change]:
    """Return the draft that is to be changed, and the change; one is made where there is none.

    ConflictError where there is another than was looked at: somebody was faster.
    """
    version = shown_version(session, owned)
    if version is not None and version.id != seen.version_id:
        raise ConflictError(
            f"{version.changed_by} changed the rules meanwhile. Look at them as they are now, and change them again."
        )
    if version is not None and version.state is RuleSetState.DRAFT:
        return version, Change(version.id, seen.revision, author, now)
    if version is None and seen.version_id:
        raise ConflictError("The draft is no more: somebody discarded it meanwhile.")
    try:
        with session.begin_nested():
            draft = drafts.open_draft(session, owned.kind, owned.tenant_id, author=author, now=now)
    except IntegrityError as error:
        raise ConflictError("Somebody else began a draft at the same moment. Look at it first.") from error
    return draft, Change(draft.id, draft.revision, author, now)
