"""A draft that is written as a whole: its rules are those of a text that was kept elsewhere, in their order."""

from collections.abc import Sequence
from typing import Any
from uuid import uuid4

from sqlalchemy.orm import Session

from app.errors import ConflictError, InvalidInputError
from app.models import RuleRow
from app.services.rule_sets import drafts, reading
from app.services.rule_sets.drafts import MOST_RULES, Change, Content


def replace(session: Session, change: Change, wanted: Sequence[tuple[str, Content]]) -> None:
    """Let a draft have these rules, each with the key of a rule that it has, or an empty one where it is new.

    What has the rules already is left as it is. InvalidInputError at ``rules[n].field`` for a rule that will not do,
    ConflictError as for any change of a draft.
    """
    draft = drafts.lock_draft(session, change)
    rows = {row.key: row for row in reading.rows_of(session, draft.id)}
    before = [_said(row) for row in rows.values()]
    _check_keys(rows, [key for key, _ in wanted if key])
    if len(wanted) > MOST_RULES:
        raise ConflictError(f"The list has {len(wanted)} rules; {MOST_RULES} is the most. Join some of them.")
    with session.no_autoflush:
        after = []
        for number, (key, content) in enumerate(wanted):
            row = rows.pop(key, None) or RuleRow(
                version_id=draft.id,
                tenant_id=draft.tenant_id,
                key=str(uuid4()),
                position=len(before) + number + 1,
            )
            _fill(row, content, number)
            after.append(row)
    for row in rows.values():
        session.delete(row)
    session.add_all(after)
    session.flush()
    drafts.renumber(session, after)
    if [_said(row) for row in after] != before:
        drafts.note(session, change, draft, f"The draft was replaced: it has {len(after)} rules.")


def _check_keys(rows: dict[str, RuleRow], keys: Sequence[str]) -> None:
    if len(set(keys)) != len(keys):
        raise InvalidInputError("Two rules have the same key.", field="rules")
    strange = next((key for key in keys if key not in rows), None)
    if strange is not None:
        raise InvalidInputError("A key is none of a rule of the draft; a new rule has none.", field="rules")


def _fill(row: RuleRow, content: Content, number: int) -> None:
    try:
        drafts.fill(row, content)
    except InvalidInputError as error:
        fields = error.by_field or {"when": str(error)}
        raise InvalidInputError(
            by_field={f"rules[{number}].{name}": said for name, said in fields.items()}
        ) from None


def _said(row: RuleRow) -> tuple[Any, ...]:
    return (
        row.key, row.position, row.name, row.conditions, row.outcome, row.is_enabled, row.valid_from,
        row.valid_until, row.comment,
    )  # fmt: skip
