"""Rules as tests write them: a text and what the form of the outcome has."""

from datetime import timedelta
from itertools import count

from sqlalchemy.orm import Session

from app.models import RuleRow, RuleSetVersion
from app.models.enums import RuleKind
from app.rules.conditions.text.parser import parse
from app.rules.rule_kinds import SPECS
from app.services.author import Author
from app.services.rule_sets import activation, drafts
from app.services.rule_sets.drafts import Change, Content
from app.services.rule_sets.names import read_names, vocabulary_of
from tests.factories import NOW

ALICE = Author("alice", "10.0.0.1")
_minutes = count(1)


def content(session: Session, kind: RuleKind, text: str, outcome: dict[str, str], **said: object) -> Content:
    """Return a rule; the outcome is as a form sends it."""
    names = read_names(session)
    kept = SPECS[kind].read({name: [value] for name, value in outcome.items()}, names)
    values = {"name": text or "everything", **said}
    return Content(conditions=parse(text, vocabulary_of(kind, names)), outcome=kept, **values)


def open_draft(session: Session, kind: RuleKind, tenant_id: int | None = None) -> RuleSetVersion:
    """Return the draft of a list."""
    return drafts.open_draft(session, kind, tenant_id, author=ALICE, now=NOW)


def changing(draft: RuleSetVersion) -> Change:
    """Return a change of the draft as it is."""
    return Change(draft.id, draft.revision, ALICE, NOW + timedelta(minutes=next(_minutes)))


def add(
    session: Session, draft: RuleSetVersion, text: str, outcome: dict[str, str], **said: object
) -> RuleRow:
    """Add a rule at the end."""
    return drafts.add(session, changing(draft), content(session, draft.kind, text, outcome, **said))


def activate(
    session: Session, kind: RuleKind, *rules: tuple[str, dict[str, str]], tenant_id: int | None = None
) -> RuleSetVersion:
    """Let a list begin with these rules, and what was active before after them."""
    draft = open_draft(session, kind, tenant_id)
    for position, (text, outcome) in enumerate(rules, start=1):
        drafts.add(session, changing(draft), content(session, kind, text, outcome), position=position)
    return activation.activate(session, changing(draft))
