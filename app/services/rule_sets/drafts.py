"""Drafts: lists of rules as they are written, changed one rule at a time, or thrown away."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.errors import ConflictError, InvalidInputError, NotAllowedError, NotFoundError
from app.models import RuleRow, RuleSetVersion
from app.models.enums import RuleKind, RuleSetState
from app.models.rule_set import MAX_COMMENT, MAX_NAME
from app.rules.conditions.stored import tree_as_json
from app.rules.conditions.tree import Node, check_size
from app.rules.rule_kinds import SPECS
from app.rules.sentences import quoted
from app.services import journal
from app.services.author import Author
from app.services.rule_sets import reading

MOST_RULES = 500
"""Rules of a list."""


@dataclass(frozen=True, slots=True)
class Content:
    """What a rule says; the outcome is as its kind keeps it."""

    name: str
    conditions: Node
    outcome: Mapping[str, Any]
    is_enabled: bool = True
    valid_from: datetime | None = None
    valid_until: datetime | None = None
    comment: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """Who changes which draft, and at which revision it was looked at.

    ConflictError where somebody else has changed it since, or where it is no draft any more.
    """

    version_id: int
    revision: int
    author: Author
    now: datetime


def open_draft(
    session: Session,
    kind: RuleKind,
    tenant_id: int | None,
    *,
    author: Author,
    now: datetime,
    based_on: RuleSetVersion | None = None,
) -> RuleSetVersion:
    """Return the draft of a list; where there is none, one is made of the active version, or of one that is named.

    ConflictError where a version is named and there is a draft: it would be lost.
    """
    spec = SPECS[kind]
    if tenant_id is not None and not spec.is_for_tenants:
        raise NotAllowedError(
            f"Rules of the kind {spec.title} are the system's; a tenant has none of its own."
        )
    draft = reading.find_version(session, kind, tenant_id, RuleSetState.DRAFT)
    if draft is not None:
        if based_on is not None:
            raise ConflictError(
                f"There is a draft already, changed last by {draft.changed_by}. Activate or discard it first."
            )
        return draft
    source = based_on or reading.find_version(session, kind, tenant_id, RuleSetState.ACTIVE)
    draft = RuleSetVersion(
        kind=kind,
        tenant_id=tenant_id,
        number=reading.highest_number(session, kind, tenant_id) + 1,
        state=RuleSetState.DRAFT,
        based_on=source.number if source else None,
        created_at=now,
        created_by=author.name,
        changed_at=now,
        changed_by=author.name,
    )
    session.add(draft)
    session.flush()
    for row in reading.rows_of(session, source.id) if source else ():
        session.add(_copy(row, draft))
    session.flush()
    return draft


def add(session: Session, change: Change, content: Content, *, position: int | None = None) -> RuleRow:
    """Add a rule at a position, from 1, and return it; at the end where none is given, or fewer rules are there."""
    draft, rows = _begin(session, change)
    if len(rows) >= MOST_RULES:
        raise ConflictError(f"The list has {len(rows)} rules; {MOST_RULES} is the most. Join some of them.")
    if position is not None and position < 1:
        raise InvalidInputError(f"A rule stands at 1 or below, not at {position}.", field="position")
    row = RuleRow(version_id=draft.id, tenant_id=draft.tenant_id, key=str(uuid4()), position=len(rows) + 1)
    fill(row, content)
    session.add(row)
    session.flush()
    _arrange(session, [*rows, row], row, position or len(rows) + 1)
    note(session, change, draft, f"Rule {quoted(row.name)} was added.")
    return row


def rewrite(session: Session, change: Change, key: str, content: Content) -> RuleRow:
    """Change what a rule says, and return it."""
    draft, rows = _begin(session, change)
    row = _row(rows, key)
    fill(row, content)
    note(session, change, draft, f"Rule {quoted(row.name)} was changed.")
    return row


def move(session: Session, change: Change, key: str, position: int) -> None:
    """Put a rule at a position, from 1; those between move up or down."""
    draft, rows = _begin(session, change)
    row = _row(rows, key)
    if not 1 <= position <= len(rows):
        raise InvalidInputError(f"A rule can stand at 1 to {len(rows)}, not at {position}.", field="position")
    if row.position != position:
        before = row.position
        _arrange(session, rows, row, position)
        note(session, change, draft, f"Rule {quoted(row.name)} moved from {before} to {position}.")


def switch(session: Session, change: Change, key: str, *, is_enabled: bool) -> None:
    """Switch a rule on or off."""
    draft, rows = _begin(session, change)
    row = _row(rows, key)
    if row.is_enabled != is_enabled:
        row.is_enabled = is_enabled
        note(session, change, draft, f"Rule {quoted(row.name)} was switched {'on' if is_enabled else 'off'}.")


def remove(session: Session, change: Change, key: str) -> None:
    """Take a rule out of the draft."""
    draft, rows = _begin(session, change)
    row = _row(rows, key)
    session.delete(row)
    session.flush()
    renumber(session, [each for each in rows if each is not row])
    note(session, change, draft, f"Rule {quoted(row.name)} was deleted.")


def discard(session: Session, change: Change) -> None:
    """Throw a draft away; what is active goes on."""
    draft, _ = _begin(session, change)
    said = f"The draft of the rules of the kind {SPECS[draft.kind].title} was discarded."
    _journal(session, change, draft, said, action="rules discarded")
    session.delete(draft)


def lock_draft(session: Session, change: Change) -> RuleSetVersion:
    """Return the draft of a change, locked; ConflictError where it is not what was looked at."""
    found = select(RuleSetVersion).where(RuleSetVersion.id == change.version_id).with_for_update()
    draft = session.scalar(found.execution_options(populate_existing=True))
    if draft is None:
        raise NotFoundError("The draft is no more: somebody discarded it, or your account may not see it.")
    if draft.state is not RuleSetState.DRAFT:
        raise ConflictError("The draft was activated meanwhile; a change begins a new one.")
    if draft.revision != change.revision:
        raise ConflictError(
            f"{draft.changed_by} changed the draft meanwhile. Look at it as it is now, and change it again."
        )
    return draft


def _begin(session: Session, change: Change) -> tuple[RuleSetVersion, Sequence[RuleRow]]:
    draft = lock_draft(session, change)
    return draft, reading.rows_of(session, draft.id)


def _row(rows: Sequence[RuleRow], key: str) -> RuleRow:
    found = next((row for row in rows if row.key == key), None)
    if found is None:
        raise NotFoundError("The rule is no more in this draft.")
    return found


def fill(row: RuleRow, content: Content) -> None:
    """Give a rule its content, or raise InvalidInputError with the fields that are wrong."""
    name = content.name.strip()
    wrong: dict[str, str] = {}
    if not name:
        wrong["name"] = "Give the rule a name."
    elif len(name) > MAX_NAME:
        wrong["name"] = f"The name has {len(name)} characters; {MAX_NAME} is the most."
    if len(content.comment) > MAX_COMMENT:
        wrong["comment"] = f"The comment has {len(content.comment)} characters; {MAX_COMMENT} is the most."
    if content.valid_from and content.valid_until and content.valid_from >= content.valid_until:
        wrong["valid_until"] = "The rule ends before it begins."
    if wrong:
        raise InvalidInputError(by_field=wrong)
    check_size(content.conditions)
    row.name = name
    row.conditions = tree_as_json(content.conditions)
    row.outcome = dict(content.outcome)
    row.is_enabled = content.is_enabled
    row.valid_from, row.valid_until = content.valid_from, content.valid_until
    row.comment = content.comment.strip()


def _copy(row: RuleRow, draft: RuleSetVersion) -> RuleRow:
    return RuleRow(
        version_id=draft.id,
        tenant_id=draft.tenant_id,
        position=row.position,
        key=row.key,
        name=row.name,
        is_enabled=row.is_enabled,
        valid_from=row.valid_from,
        valid_until=row.valid_until,
        conditions=row.conditions,
        outcome=row.outcome,
        comment=row.comment,
    )


def _arrange(session: Session, rows: Sequence[RuleRow], moved: RuleRow, position: int) -> None:
    others = [row for row in rows if row is not moved]
    others.insert(position - 1, moved)
    renumber(session, others)


def renumber(session: Session, rows: Sequence[RuleRow]) -> None:
    """Number the rules from 1; first out of the way of one another, because no two may have the same position."""
    wanted = {row.id: position for position, row in enumerate(rows, start=1) if row.position != position}
    if not wanted:
        return
    session.flush()
    session.execute(
        update(RuleRow)
        .where(RuleRow.id.in_(wanted))
        .values(position=-RuleRow.id)
        .execution_options(synchronize_session=False)
    )
    session.execute(update(RuleRow), [{"id": row_id, "position": new} for row_id, new in wanted.items()])
    for row in rows:
        session.refresh(row, ["position"])


def note(session: Session, change: Change, draft: RuleSetVersion, said: str) -> None:
    """Note who changed a draft to what; it is another revision from now on."""
    draft.revision += 1
    draft.changed_at = change.now
    draft.changed_by = change.author.name
    _journal(session, change, draft, said, action="rules changed")
    session.flush()


def _journal(session: Session, change: Change, draft: RuleSetVersion, said: str, *, action: str) -> None:
    journal.record(
        session,
        at=change.now,
        author=change.author,
        action=action,
        subject=f"{SPECS[draft.kind].title} rules",
        text=said,
        tenant_id=draft.tenant_id,
    )
