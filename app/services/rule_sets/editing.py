"""What is done to a rule of a draft with one press of a button, and said in a sentence."""

from sqlalchemy.orm import Session

from app.errors import InvalidInputError, NotFoundError
from app.models import RuleRow
from app.models.rule_set import MAX_NAME
from app.rules.conditions.stored import tree_from_json
from app.rules.sentences import quoted
from app.services.rule_sets import drafts, reading
from app.services.rule_sets.drafts import Change, Content

_COPY = " (copy)"


def do(session: Session, change: Change, deed: str, key: str, to: str = "") -> str:
    """Do it, and return what was done.

    The deeds are ``up``, ``down``, ``top``, ``end``, ``move`` (to a position), ``on``, ``off``, ``duplicate`` and
    ``delete``; InvalidInputError for another one.
    """
    rows = reading.rows_of(session, change.version_id)
    row = next((row for row in rows if row.key == key), None)
    if row is None:
        raise NotFoundError("The rule is no more: somebody deleted it meanwhile.")
    name = quoted(row.name)
    if deed in ("on", "off"):
        drafts.switch(session, change, key, is_enabled=deed == "on")
        return f"Rule {name} is switched {deed}."
    if deed == "duplicate":
        copy = drafts.add(
            session,
            change,
            content_of(row, name=row.name[: MAX_NAME - len(_COPY)] + _COPY),
            position=row.position + 1,
        )
        return f"Rule {quoted(copy.name)} stands at {copy.position}."
    if deed == "delete":
        drafts.remove(session, change, key)
        return f"Rule {name} is deleted in the draft."
    position = _position(deed, row.position, len(rows), to)
    if position == row.position:
        return f"Rule {name} stays at {position} of {len(rows)}."
    drafts.move(session, change, key, position)
    return f"Rule {name} stands at {position} of {len(rows)} now."


def content_of(row: RuleRow, *, name: str) -> Content:
    """Return what a rule says, under another name."""
    return Content(
        name=name,
        conditions=tree_from_json(row.conditions),
        outcome=row.outcome,
        is_enabled=row.is_enabled,
        valid_from=row.valid_from,
        valid_until=row.valid_until,
        comment=row.comment,
    )


def _position(deed: str, now: int, last: int, to: str) -> int:
    wanted = {"up": max(now - 1, 1), "down": min(now + 1, last), "top": 1, "end": last}
    if deed == "move" and to.isascii() and to.isdecimal() and len(to) < 5:
        return max(1, min(int(to), last))
    if deed not in wanted:
        raise InvalidInputError("This cannot be done with a rule.")
    return wanted[deed]
