"""A change is made to what was looked at: the draft, or what is active, of which a draft is made."""

import pytest

from app.errors import ConflictError, NotFoundError
from app.models.enums import RuleKind, RuleSetState
from app.services.rule_sets import drafts, editing, reading
from app.services.rule_sets.seen import Owned, Seen, begin_change, shown_version
from tests.factories import NOW
from tests.services.rule_writing import ALICE, activate, changing, content

OWNED = Owned(RuleKind.FIRMWARE)
KEEP = {"give": "keep"}


def begin(session, seen: Seen):
    return begin_change(session, OWNED, seen, author=ALICE, now=NOW)


def test_first_change_makes_a_draft_of_what_is_active(session):
    active = activate(session, OWNED.kind, ("model = 405", KEEP), ("model = 430HD", KEEP))
    assert shown_version(session, OWNED) is active
    draft, change = begin(session, Seen(active.id, active.revision))
    assert (draft.state, draft.based_on) == (RuleSetState.DRAFT, active.number)
    key = reading.rows_of(session, active.id)[1].key
    assert editing.do(session, change, "top", key) == 'Rule "model = 430HD" stands at 1 of 2 now.'
    assert [row.name for row in reading.rows_of(session, draft.id)] == ["model = 430HD", "model = 405"]
    assert shown_version(session, OWNED) is draft

    with pytest.raises(ConflictError, match="alice changed the rules meanwhile"):
        begin(session, Seen(active.id, active.revision))
    drafts.discard(session, changing(draft))
    with pytest.raises(ConflictError, match="meanwhile"):
        begin(session, Seen(draft.id, draft.revision))


def test_nothing_at_all_begins_a_draft_and_an_old_revision_is_refused(session):
    draft, change = begin(session, Seen(0, 0))
    row = drafts.add(session, change, content(session, OWNED.kind, "", KEEP))
    same, stale = begin(session, Seen(draft.id, change.revision))
    assert same is draft
    with pytest.raises(ConflictError, match="changed the draft meanwhile"):
        editing.do(session, stale, "off", row.key)
    with pytest.raises(NotFoundError):
        editing.do(session, changing(draft), "off", "no such rule")
