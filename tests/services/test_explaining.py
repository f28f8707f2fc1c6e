"""Explain goes the way that decisions go, with every rule; then with the rules of then, now with those of now."""

import pytest

from app.errors import InvalidInputError, NotFoundError
from app.models.enums import RuleKind, Stage, Status, Train
from app.rules.conditions.text.parser import parse
from app.rules.ordered.rule import Rule
from app.rules.ordered.verdicts import Verdict
from app.security.tenant_scope import only_tenants, set_scope
from app.services import zero_touch
from app.services.config_files.sources import Sources
from app.services.rule_sets.active import DraftedRules
from app.services.rule_sets.names import read_names, vocabulary_of
from app.services.zero_touch import explaining, trials
from app.services.zero_touch.discretion import discreet
from app.services.zero_touch.explaining import Explained
from app.services.zero_touch.facts import Surroundings
from app.services.zero_touch.replaying import replay
from app.services.zero_touch.typed_facts import typed_row
from tests import factories
from tests.factories import NOW
from tests.services.reporting import ANNA, MAC, report
from tests.services.rule_writing import activate, add, open_draft

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
IN_ACME, WAIT = {"give": "tenant", "tenant": "Acme"}, {"give": "wait"}


@pytest.fixture
def acme(session):
    return factories.make_tenant(session, "Acme")


def explain(session, typed, *, phone=None, with_drafts=False) -> Explained:
    surroundings = Surroundings(session, DraftedRules(session) if with_drafts else None)
    row = typed_row(typed, now=NOW, phone=phone)
    return explaining.explain(surroundings, Sources(session), explaining.asked_by(surroundings, row, NOW))


def verdicts(stages, stage) -> dict[str, Verdict]:
    return {step.title: step.verdict for found, steps in stages for step in steps if found is stage}


@pytest.mark.usefixtures("acme")
class TestNow:
    def test_a_phone_is_explained_as_it_was_decided(self, session):
        activate(session, RuleKind.PLACEMENT, ("user ~ nobody", IN_ACME), ("user ~ anna*", IN_ACME))
        activate(session, RuleKind.TEMPLATE, ("tenant = Acme", WAIT))
        report(session, Status.REGISTERED, **ANNA)
        decision = zero_touch.decisions_of(session, MAC)[0]

        found = explain(session, {}, phone=explaining.phone_row(session, MAC))
        assert found.placement.tenant_id == decision.outcome["tenant_id"]
        assert found.choices.template.reason == decision.outcome["reasons"][1]
        assert list(verdicts(found.stages, Stage.PLACEMENT).values())[:2] == [
            Verdict.NOT_MATCHED,
            Verdict.MATCHED,
        ]

    def test_facts_that_are_typed_stand_in_for_what_the_phone_said(self, session):
        activate(session, RuleKind.PLACEMENT, ("user ~ sales-*", IN_ACME))
        report(session, Status.REGISTERED, **ANNA)
        row = explaining.phone_row(session, MAC)
        assert explain(session, {}, phone=row).placement.steps[0].verdict is Verdict.NOT_MATCHED
        assert explain(session, {"user": "sales-7"}, phone=row).placement.steps[0].verdict is Verdict.MATCHED
        made_up = explain(session, {"user_agent": "AUDC-IPPhone-450HD_UC_3.4.6.604/1"})
        assert (made_up.known["model"], made_up.known["firmware"]) == ("450HD", "UC_3.4.6.604")
        assert made_up.placement.steps[0].verdict is Verdict.NOT_KNOWN

    def test_what_cannot_be_a_fact_is_said_at_its_field(self, session):
        with pytest.raises(InvalidInputError) as raised:
            explain(session, {"mac": "00:11", "ip": "10.1.2"})
        assert set(raised.value.by_field) == {"mac", "ip"}
        with pytest.raises(NotFoundError):
            explaining.phone_row(session, "00908f000001")

    def test_drafts_are_asked_where_they_are_wanted(self, session):
        activate(session, RuleKind.PLACEMENT, ("user ~ nobody", IN_ACME))
        add(session, open_draft(session, RuleKind.PLACEMENT), "model = 450HD", IN_ACME)
        typed = {"model": "450HD"}
        assert len(explain(session, typed).placement.steps) == 5
        drafted = explain(session, typed, with_drafts=True)
        assert list(verdicts(drafted.stages, Stage.PLACEMENT).values())[:2] == [
            Verdict.NOT_KNOWN,
            Verdict.MATCHED,
        ]

    def test_trials_follow_the_rules_of_placement(self, session):
        factories.make_tenant(session, "Globex")
        activate(session, RuleKind.PLACEMENT, ("url_tenant = Acme", {"give": "tenant", "tenant": "Globex"}))
        activate(session, RuleKind.TEMPLATE, ("tenant = Globex", WAIT))
        trial = trials.try_tenant_url(session, tenant_name="Acme", model="450HD", train=Train.UC, now=NOW)
        assert trial.stages[0][1][0].verdict is Verdict.MATCHED
        assert "Rule 1" in trial.template.reason

    def test_one_rule_is_tried_on_a_phone_where_it_is(self, session):
        report(session, Status.REGISTERED, region="Acme", **ANNA)
        vocabulary = vocabulary_of(RuleKind.TEMPLATE, read_names(session))
        rule = Rule("", 1, "tried", parse("tenant = Acme and not user ~ anna*", vocabulary), None)
        trace = explaining.try_rule(session, rule, Stage.TEMPLATE, MAC, now=NOW)
        assert [row.verdict for row in trace.rows] == [True, True]
        assert "excepted, because user name" in trace.sentence


@pytest.mark.usefixtures("acme")
class TestThen:
    def test_a_decision_is_replayed_with_the_rules_of_then(self, session):
        rules = (("user ~ nobody", IN_ACME), ("user ~ anna*", IN_ACME), ("", IN_ACME))
        activate(session, RuleKind.PLACEMENT, *rules)
        report(session, Status.REGISTERED, **ANNA)
        activate(session, RuleKind.PLACEMENT, ("", {"give": "approval"}))
        decision = zero_touch.decisions_of(session, MAC)[0]

        then = replay(session, decision)
        assert list(verdicts(then, Stage.PLACEMENT).values()) == [
            Verdict.NOT_MATCHED, Verdict.MATCHED, Verdict.SHADOWED, *[Verdict.NOT_REACHED] * 4,
        ]  # fmt: skip
        kept = {step["title"]: step["sentence"] for step in decision.steps}
        said = {step.title: step.sentence for _, steps in then for step in steps}
        assert all(said[title] == sentence for title, sentence in kept.items())

    def test_what_could_not_be_had_then_is_not_said_to_have_decided(self, session):
        template = factories.get_template(session).name
        activate(session, RuleKind.TEMPLATE, ("", {"give": "template", "template": template}), ("", WAIT))
        report(session, Status.REGISTERED, region="Acme", **{**ANNA, "model": "450HD"})
        decision = zero_touch.decisions_of(session, MAC)[0]
        found = list(verdicts(replay(session, decision), Stage.TEMPLATE).values())
        assert found[:2] == [Verdict.NOT_MATCHED, Verdict.MATCHED]


def test_rules_that_name_other_tenants_are_masked(session, acme):
    factories.make_tenant(session, "Globex")
    activate(session, RuleKind.PLACEMENT, ("subnet_tenant = Globex", IN_ACME), ("user ~ x*", IN_ACME))
    stages = explain(session, {"user": "anna", "ip": "10.9.9.9"}).stages
    set_scope(session, only_tenants([acme.id]))
    first, second = discreet(session, stages)[0][1][:2]
    assert "your account does not see" in first.sentence
    assert first.rows == ()
    assert second.rows
