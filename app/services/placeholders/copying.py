"""All placeholders of one owner copied to another of the same kind: what is there already is kept or replaced."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.errors import InvalidInputError
from app.models import Placeholder
from app.services import journal
from app.services.author import Author
from app.services.owned_values import PLACEHOLDERS
from app.services.placeholders.changes import check_may_change
from app.services.value_owners import Owner


@dataclass(frozen=True, slots=True)
class Plan:
    """The names that would be added, those that are there with another value, and those that are the same."""

    added: Sequence[str]
    different: Sequence[str]
    same: Sequence[str]


def plan(session: Session, source: Owner, target: Owner) -> Plan:
    """Say what copying would do."""
    theirs, ours = _read(session, source), _read(session, target)
    common = [name for name in theirs if name in ours]
    same = [name for name in common if theirs[name].value == ours[name].value]
    return Plan(
        added=[name for name in theirs if name not in ours],
        different=[name for name in common if name not in same],
        same=same,
    )


def copy(
    session: Session, source: Owner, target: Owner, *, replaces: bool, author: Author, now: datetime
) -> Plan:
    """Copy all placeholders; those of the target that differ are replaced or kept. Return what was planned."""
    if source.kind is not target.kind or source.id == target.id:
        raise InvalidInputError(f"Choose another {target.kind} to copy from.")
    check_may_change(session, target.tenant_id)
    planned = plan(session, source, target)
    theirs, ours = _read(session, source), _read(session, target)
    session.add_all(
        Placeholder(
            **PLACEHOLDERS.columns_for(target),
            name=name,
            value=theirs[name].value,
            description=theirs[name].description,
        )
        for name in planned.added
    )
    for name in planned.different if replaces else ():
        ours[name].value = theirs[name].value
    session.flush()
    _note(session, source, target, planned, replaces, author, now)
    return planned


def _read(session: Session, owner: Owner) -> dict[str, Placeholder]:
    rows = PLACEHOLDERS.of_owner(owner).order_by(Placeholder.name)
    return {row.name: row for row in session.scalars(rows)}


def _note(
    session: Session,
    source: Owner,
    target: Owner,
    planned: Plan,
    replaces: bool,
    author: Author,
    now: datetime,
) -> None:
    journal.record(
        session,
        at=now,
        author=author,
        action="placeholders copied",
        subject=target.name,
        text=f"{author.name} copied the placeholders of the {source.title} to the {target.title}.",
        tenant_id=target.tenant_id,
        details={"added": list(planned.added), "replaced": list(planned.different) if replaces else []},
    )
