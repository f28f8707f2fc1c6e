"""Lists of rules: written as drafts, checked, made active, and brought back."""

from datetime import timedelta

import pytest

from app.errors import ConflictError, InvalidInputError, NotAllowedError, NotFoundError
from app.models import JournalEntry, RuleRow, RuleSetVersion
from app.models.enums import RuleKind, RuleSetState
from app.security.tenant_scope import ALL_TENANTS, only_tenants, set_scope
from app.services.rule_sets import activation, checking, drafts, hits, reading
from app.services.rule_sets.active import ActiveRules, lists_of
from app.services.rule_sets.drafts import Change
from tests import factories
from tests.factories import NOW
from tests.services.rule_writing import ALICE, activate, add, changing, content, open_draft

WAIT = {"give": "wait"}
KEEP = {"give": "keep"}


@pytest.fixture
def draft(session) -> RuleSetVersion:
    return open_draft(session, RuleKind.TEMPLATE)


@pytest.fixture
def three(session, draft) -> list[RuleRow]:
    return [add(session, draft, f"mac in 00908f{number}", WAIT, name=f"no {number}") for number in range(3)]


def names_in(session, version) -> list[str]:
    rows = reading.rows_of(session, version.id)
    assert [row.position for row in rows] == list(range(1, len(rows) + 1))
    return [row.name for row in rows]


@pytest.mark.parametrize(
    ("number", "position", "order"),
    [
        (0, 3, ["no 1", "no 2", "no 0"]),
        (2, 1, ["no 2", "no 0", "no 1"]),
        (1, 2, ["no 0", "no 1", "no 2"]),
    ],
)
def test_rule_moves_and_those_between_make_room(session, draft, three, number, position, order):
    drafts.move(session, changing(draft), three[number].key, position)

    assert names_in(session, draft) == order


@pytest.mark.usefixtures("three")
def test_rule_is_added_where_it_is_wanted(session, draft):
    wanted = content(session, RuleKind.TEMPLATE, "", WAIT, name="second")
    drafts.add(session, changing(draft), wanted, position=2)

    assert names_in(session, draft) == ["no 0", "second", "no 1", "no 2"]


@pytest.mark.parametrize("position", [0, -1])
def test_rule_is_added_at_no_position_that_there_is_not(session, draft, three, position):
    wanted = content(session, RuleKind.TEMPLATE, "", WAIT)
    with pytest.raises(InvalidInputError, match=f"not at {position}") as refused:
        drafts.add(session, changing(draft), wanted, position=position)

    assert refused.value.by_field.keys() == {"position"}
    assert names_in(session, draft) == [row.name for row in three]


def test_rule_that_is_deleted_leaves_no_gap(session, draft, three):
    drafts.remove(session, changing(draft), three[0].key)

    assert names_in(session, draft) == ["no 1", "no 2"]
    with pytest.raises(NotFoundError, match="no more in this draft"):
        drafts.remove(session, changing(draft), three[0].key)


def test_rule_is_rewritten_and_switched_off_and_the_journal_says_who_did_it(session, draft, three):
    wanted = content(session, RuleKind.TEMPLATE, "mac in 00908f", WAIT, name="better", comment="why")
    drafts.rewrite(session, changing(draft), three[0].key, wanted)
    drafts.switch(session, changing(draft), three[0].key, is_enabled=False)

    first = reading.rows_of(session, draft.id)[0]
    assert (first.name, first.comment, first.is_enabled, first.key) == ("better", "why", False, three[0].key)
    said = [entry.text for entry in session.query(JournalEntry).order_by(JournalEntry.id)]
    assert said[-2:] == ['Rule "better" was changed.', 'Rule "better" was switched off.']
    assert draft.changed_by == "alice"


@pytest.mark.parametrize(
    ("said", "fields"),
    [
        ({"name": " "}, {"name"}),
        ({"name": "x" * 101, "comment": "x" * 1001}, {"name", "comment"}),
        ({"valid_from": NOW, "valid_until": NOW}, {"valid_until"}),
    ],
)
def test_rule_that_cannot_be_kept_is_refused_at_its_fields(session, draft, said, fields):
    with pytest.raises(InvalidInputError) as refused:
        add(session, draft, "", WAIT, **said)

    assert refused.value.by_field.keys() == fields
    assert names_in(session, draft) == []


def test_second_of_two_who_change_a_draft_at_once_has_to_look_again(session, draft, three):
    looked_at = changing(draft)
    drafts.move(session, looked_at, three[0].key, 2)

    with pytest.raises(ConflictError, match="alice changed the draft meanwhile"):
        drafts.move(session, looked_at, three[1].key, 1)


def test_list_has_a_most(session, draft, monkeypatch):
    monkeypatch.setattr(drafts, "MOST_RULES", 1)
    add(session, draft, "", WAIT)

    with pytest.raises(ConflictError, match="1 is the most"):
        add(session, draft, "", WAIT)


def test_what_is_active_is_copied_with_its_keys_and_changed_without_touching_it(session):
    first = activate(session, RuleKind.FIRMWARE, ("model = 430HD", KEEP))
    draft = open_draft(session, RuleKind.FIRMWARE)
    key = reading.rows_of(session, first.id)[0].key
    drafts.switch(session, changing(draft), key, is_enabled=False)

    assert (draft.number, draft.based_on) == (first.number + 1, first.number)
    assert [row.is_enabled for row in reading.rows_of(session, first.id)] == [True]
    assert open_draft(session, RuleKind.FIRMWARE) is draft
    with pytest.raises(ConflictError, match="was activated meanwhile"):
        drafts.remove(session, changing(first), key)


def test_draft_takes_the_place_of_the_active_version_and_older_ones_come_back(session):
    first = activate(session, RuleKind.FIRMWARE, ("", KEEP))
    second = activate(session, RuleKind.FIRMWARE, ("model = 430HD", KEEP))
    assert (first.state, second.state) == (RuleSetState.RETIRED, RuleSetState.ACTIVE)
    assert [rule.name for rule in ActiveRules(session).lists(RuleKind.FIRMWARE, None)[0].rules] == [
        "model = 430HD",
        "everything",
    ]

    third = drafts.open_draft(session, RuleKind.FIRMWARE, None, author=ALICE, now=NOW, based_on=first)
    activation.activate(session, changing(third), note="as it was")

    assert names_in(session, third) == ["everything"]
    assert [rule.name for rule in lists_of(session, [second.id])[0].rules] == ["model = 430HD", "everything"]
    entry = session.query(JournalEntry).order_by(JournalEntry.id.desc()).first()
    assert entry.text == f"Version {third.number} is active. as it was"
    assert entry.details == {"deleted": ["model = 430HD"]}
    assert [
        each.number for each in reading.history(session, RuleKind.FIRMWARE, None, number=1, size=9).rows
    ] == [
        3,
        2,
        1,
    ]


def test_older_version_does_not_overwrite_a_draft(session):
    first = activate(session, RuleKind.FIRMWARE, ("", KEEP))
    draft = open_draft(session, RuleKind.FIRMWARE)

    with pytest.raises(ConflictError, match="There is a draft already"):
        drafts.open_draft(session, RuleKind.FIRMWARE, None, author=ALICE, now=NOW, based_on=first)

    drafts.discard(session, changing(draft))
    with pytest.raises(NotFoundError, match="somebody discarded it"):
        drafts.discard(session, Change(draft.id, 1, ALICE, NOW))


def test_rules_with_errors_do_not_become_active(session, draft):
    factories.get_template(session)
    given = {"give": "template", "template": factories.TEMPLATE}
    add(session, draft, "model = 430HD and model = 405", given)
    add(session, draft, "model = 405", given)
    add(session, draft, "", WAIT)
    add(session, draft, "model = 430HD", WAIT)

    remarks = checking.check(session, draft)

    assert [remark.sentence.split(":")[0] for remark in checking.errors_in(remarks)] == [
        'Rule 1 "model = 430HD and model = 405" can never match',
        f"Its template {factories.TEMPLATE} is for model 430HD, and no such phone matches.",
    ]
    assert remarks[-1].sentence.startswith('Rule 4 "model = 430HD" never decides')
    with pytest.raises(ConflictError, match=r"can never match.* 1 more errors"):
        activation.activate(session, changing(draft))
    assert draft.state is RuleSetState.DRAFT


def test_outcome_that_is_no_more_is_an_error(session):
    draft = open_draft(session, RuleKind.PLACEMENT)
    tenant = factories.make_tenant(session, "Acme")
    add(session, draft, "", {"give": "tenant", "tenant": "acme"})
    row = reading.rows_of(session, draft.id)[0]
    row.outcome = {**row.outcome, "tenant_id": tenant.id + 99}
    session.flush()

    assert [remark.sentence for remark in checking.check(session, draft)] == [
        "The tenant that it names is no more."
    ]


class TestTenants:
    """Tenants have lists of their own beside the system's, which they read."""

    @pytest.fixture
    def acme(self, session):
        return factories.make_tenant(session, "Acme")

    def test_they_are_asked_after_those_of_the_system(self, session, acme):
        system = activate(session, RuleKind.TEMPLATE, ("model = 405", WAIT))
        own = activate(session, RuleKind.TEMPLATE, ("", WAIT), tenant_id=acme.id)
        active = ActiveRules(session)

        assert active.versions(RuleKind.TEMPLATE, acme.id) == [system.id, own.id]
        assert active.versions(RuleKind.TEMPLATE, acme.id + 1) == [system.id]
        assert active.lists(RuleKind.TEMPLATE, acme.id)[1].rules[0].title == 'tenant rule 1 "everything"'

    def test_account_of_a_tenant_reads_the_systems_and_changes_its_own(self, session, acme):
        globex = factories.make_tenant(session, "Globex")
        others = activate(session, RuleKind.TEMPLATE, ("", WAIT), tenant_id=globex.id)
        system = open_draft(session, RuleKind.TEMPLATE)
        set_scope(session, only_tenants([acme.id]))

        assert reading.get_version(session, system.id) is system
        with pytest.raises(NotFoundError):
            reading.get_version(session, others.id)
        add(session, open_draft(session, RuleKind.TEMPLATE, acme.id), "", WAIT)
        with pytest.raises(NotAllowedError), session.begin_nested():
            add(session, system, "", WAIT)
        set_scope(session, ALL_TENANTS)

    def test_none_has_rules_of_placement(self, session, acme):
        with pytest.raises(NotAllowedError, match="Placement are the system's"):
            open_draft(session, RuleKind.PLACEMENT, acme.id)


def test_hits_are_counted_by_day_and_forgotten_after_ninety(session):
    hits.count(session, {"a": 2, "b": 1}, now=NOW)
    hits.count(session, {"a": 3}, now=NOW)
    hits.count(session, {"a": 4}, now=NOW - timedelta(days=90))
    hits.count(session, {}, now=NOW)

    assert hits.read(session, ["a", "c"], today=NOW.date()) == {"a": 5}
    assert hits.drop(session, hits.find_old(session, today=NOW.date())) == 1
    assert hits.read(session, ["a"], today=NOW.date() - timedelta(days=1)) == {"a": 5}
