"""A draft takes the place of the active version, and an older version becomes a draft again."""

import hashlib
import json
from collections.abc import Sequence

from sqlalchemy.orm import Session

from app.errors import ConflictError, InvalidInputError
from app.models import RuleRow, RuleSetVersion
from app.models.enums import RuleSetState
from app.models.rule_set import MAX_COMMENT
from app.rules.rule_kinds import SPECS
from app.services import journal
from app.services.rule_sets import reading
from app.services.rule_sets.checking import check, errors_in
from app.services.rule_sets.differences import compare, decisive_parts, names_by_deed
from app.services.rule_sets.drafts import Change, lock_draft


def activate(session: Session, change: Change, *, note: str = "") -> RuleSetVersion:
    """Let a draft decide from now on, and return it; what it replaces is kept.

    ConflictError where the rules have errors, or somebody changed the draft since it was looked at.
    """
    if len(note) > MAX_COMMENT:
        raise InvalidInputError(
            f"The note has {len(note)} characters; {MAX_COMMENT} is the most.", field="note"
        )
    draft = lock_draft(session, change)
    wrong = errors_in(check(session, draft))
    if wrong:
        more = f" {len(wrong) - 1} more errors are listed with the rules." if len(wrong) > 1 else ""
        raise ConflictError(f"The rules cannot become active: {wrong[0].sentence}{more}")
    before = reading.find_version(session, draft.kind, draft.tenant_id, RuleSetState.ACTIVE)
    rows = reading.rows_of(session, draft.id)
    differences = compare(reading.rows_of(session, before.id) if before else (), rows)
    if before is not None:
        before.state = RuleSetState.RETIRED
        before.retired_at = change.now
        session.flush()
    draft.state = RuleSetState.ACTIVE
    draft.activated_at, draft.activated_by = change.now, change.author.name
    draft.note = note.strip()
    draft.checksum = checksum_of(draft, rows)
    session.flush()
    journal.record(
        session,
        at=change.now,
        author=change.author,
        action="rules activated",
        subject=f"{SPECS[draft.kind].title} rules",
        text=f"Version {draft.number} is active.{_unsaid(draft.note, change.author.reason)}",
        tenant_id=draft.tenant_id,
        details=names_by_deed(differences),
    )
    return draft


def _unsaid(note: str, reason: str) -> str:
    """Return a note as the end of a text, without what the entry says as its reason."""
    return f" {note}" if note and note != reason else ""


def checksum_of(version: RuleSetVersion, rows: Sequence[RuleRow]) -> str:
    """Return what tells lists of rules apart: two that have the same decide the same."""
    said = [version.kind, version.tenant_id, *([row.position, *decisive_parts(row)] for row in rows)]
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()
