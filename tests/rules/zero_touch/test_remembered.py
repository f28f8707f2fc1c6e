"""What stages remember for whole fleets is what they answer each phone of it."""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from app.models.enums import Stage, Train
from app.rules.conditions.facts import KnownFacts
from app.rules.conditions.tree import Node
from app.rules.ordered.rule import Pin, Rule
from app.rules.ordered.rule_list import RuleList
from app.rules.ordered.verdicts import Verdict
from app.rules.zero_touch import remembered
from app.rules.zero_touch.facts import Facts, NamedTemplate, SiteFact, TemplateFact, TenantFact
from app.rules.zero_touch.firmware import FirmwareChoice, choose_firmware
from app.rules.zero_touch.known import Reported, known_facts, minute_of
from app.rules.zero_touch.outcomes import (
    GivenFirmware,
    GivenTemplate,
    KeepsFirmware,
    PlacedIn,
    WaitsForApproval,
    WaitsForTemplate,
)
from app.rules.zero_touch.placement import Placement, place
from app.rules.zero_touch.placement_rules import BY_ADDRESS
from app.rules.zero_touch.remembered import Answered, StageAnswers
from app.rules.zero_touch.spots import kind_of
from app.rules.zero_touch.stage_rules import StageRules
from app.rules.zero_touch.template import TemplateChoice, TemplateTable, choose_template
from app.rules.zero_touch.topology import Topology
from app.rules.zero_touch.trace import Step
from tests.rules.conditions import drawn

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
MODELS = ("405", "450HD", None)
TENANTS = (
    TenantFact(1, "emea", "10.0.0.0/8", is_default=True),
    TenantFact(2, "Acme & Co", "10.1.0.0/16"),
    TenantFact(3, "or", "10.1.0.0/16"),
)
SITES = (
    SiteFact(11, 1, "AutoDetection", is_auto_detection=True),
    SiteFact(12, 1, "Berlin", "10.1.2.0/24"),
    SiteFact(21, 2, "AutoDetection", is_auto_detection=True),
    SiteFact(22, 2, "Berlin HQ", "10.1.2.128/25"),
)
TOPOLOGIES = (
    Topology(TENANTS, SITES),
    Topology((replace(TENANTS[0], approves_automatically=True), *TENANTS[1:]), SITES),
    Topology((replace(TENANTS[0], is_default=False), *TENANTS[1:]), SITES),
)
TEMPLATES = TemplateTable(
    [
        TemplateFact(1, "Factory", "450HD", Train.UC, is_factory=True),
        TemplateFact(2, "Usual", "450HD", Train.UC, 2, is_default=True),
    ],
    [NamedTemplate(7, "Pilot", "450hd"), NamedTemplate(8, "Acme's", "405", 2)],
)
STORED = {"450HD.img": 1, "pilot.img": 2}
ADDRESSES = ("10.1.2.3", "10.1.2.200", "10.1.9.9", "10.9.9.9", "192.0.2.1", "2001:db8::1", "", None)
NAMED = ("emea", "ACME & CO", "nobody", None)
ASKED = ("model", "ip", "mac", "firmware", "user")
PLACES = (PlacedIn(1), PlacedIn(2, 22), PlacedIn(2, 11), PlacedIn(9), WaitsForApproval())
GIVEN = (GivenTemplate(7), GivenTemplate(8), GivenTemplate(9), WaitsForTemplate())
FILES = (GivenFirmware(1), GivenFirmware(2, "UC_3.1.1"), GivenFirmware(3), KeepsFirmware())

facts = st.builds(
    Facts,
    st.sampled_from(("00908f123456", "0004f2abcdef")),
    st.sampled_from(MODELS),
    st.sampled_from(Train),
    st.sampled_from(("UC_3.1", "UC_3.1.1", "7.4.9", None)),
    st.sampled_from(NAMED),
    st.sampled_from(NAMED),
    st.sampled_from(ADDRESSES),
    st.sampled_from(ADDRESSES),
    st.booleans(),
)
fleets = st.lists(st.tuples(facts, st.sampled_from(("", "anna", "sales-anna"))), min_size=1, max_size=8)


def listed(outcomes: Sequence[Any]) -> st.SearchStrategy[list[tuple[Node, Any]]]:
    return st.lists(st.tuples(drawn.trees(ASKED), st.sampled_from(outcomes)), max_size=6)


def ready(rules: list[tuple[Node, Any]]) -> list[RuleList[Any]]:
    """Two lists, as the system's and a tenant's are asked one after the other."""
    made = [Rule(f"r{number}", number, "", tree, given) for number, (tree, given) in enumerate(rules)]
    return [RuleList(made[::2]), RuleList(made[1::2])]


def known(phone: Facts, user: str, topology: Topology = TOPOLOGIES[0]) -> KnownFacts:
    return known_facts(phone, Reported(user=user), topology, minute_of(NOW))


def decider(steps: Sequence[Step]) -> tuple[str, str]:
    return next((step.rule, step.title) for step in steps if step.verdict is Verdict.MATCHED)


def check(
    answers: StageAnswers[Any],
    kind: Hashable,
    rules: StageRules[Any],
    choose: Callable[[StageRules[Any]], Any],
) -> None:
    """Compare what is remembered with what the stage answers this phone, all its rules asked with their reasons."""
    told = choose(rules)
    found: Answered[Any] = answers.find(kind, rules.lists, rules.facts, NOW, choose)
    assert found.choice == replace(told, reason="", steps=())
    assert (found.step.rule, found.step.title) == decider(told.steps)
    assert found.step.sentence == ""


@given(listed(PLACES), fleets, st.sampled_from(TOPOLOGIES))
def test_phones_of_a_kind_are_placed_alike(
    rules: list[tuple[Node, Any]], fleet: list[tuple[Facts, str]], topology: Topology
) -> None:
    lists, answers = ready(rules), StageAnswers[Placement](Stage.PLACEMENT, BY_ADDRESS)
    for phone, user in fleet:
        asked = StageRules(lists, known(phone, user, topology), NOW)
        check(
            answers, kind_of(phone, topology), asked, lambda rules, phone=phone: place(phone, topology, rules)
        )


@given(listed(GIVEN), fleets, st.sampled_from((None, *TENANTS)))
def test_phones_of_a_kind_get_the_same_template(
    rules: list[tuple[Node, Any]], fleet: list[tuple[Facts, str]], tenant: TenantFact | None
) -> None:
    lists, answers = ready(rules), StageAnswers[TemplateChoice](Stage.TEMPLATE)
    for phone, user in fleet:
        kind = (phone.model, phone.train)
        check(
            answers,
            kind,
            StageRules(lists, known(phone, user), NOW),
            lambda rules, kind=kind: choose_template(*kind, tenant, TEMPLATES, rules),
        )


@given(listed(FILES), fleets, st.sampled_from(("pilot.img", "gone.img", "")))
def test_phones_of_a_kind_get_the_same_firmware(
    rules: list[tuple[Node, Any]], fleet: list[tuple[Facts, str]], named: str
) -> None:
    lists, answers = ready(rules), StageAnswers[FirmwareChoice](Stage.FIRMWARE)
    for phone, user in fleet:
        check(
            answers,
            (phone.model, phone.firmware),
            StageRules(lists, known(phone, user), NOW),
            lambda rules, phone=phone: choose_firmware(phone.model, named, STORED, rules),
        )


def test_what_is_pinned_decides_for_its_phone_alone_and_only_where_it_can_be_had() -> None:
    answers = StageAnswers[TemplateChoice](Stage.TEMPLATE)
    nothing = KnownFacts({})

    def choose(rules: StageRules[Any]) -> TemplateChoice:
        return choose_template("450HD", Train.UC, TENANTS[1], TEMPLATES, rules)

    pinned = answers.find_pinned(Pin(GivenTemplate(7), "anna", NOW), nothing, NOW, choose)
    assert pinned is not None
    assert (pinned.choice.template_id, pinned.step.rule) == (7, "template.pinned")
    assert answers.find_pinned(Pin(GivenTemplate(8), "anna", NOW), nothing, NOW, choose) is None
    assert answers.find("kind", (), nothing, NOW, choose).choice.template_id == 2


def test_ever_new_kinds_do_not_fill_the_memory() -> None:
    answers = StageAnswers[FirmwareChoice](Stage.FIRMWARE)
    lists = [RuleList([Rule("r", 1, "", drawn.VOCABULARY.condition("model", "=", ["405"]), KeepsFirmware())])]
    for number in range(remembered.MOST_KINDS + 10):
        answers.find(
            number,
            lists,
            KnownFacts({"model": "405"}),
            NOW,
            lambda rules: choose_firmware("405", None, STORED, rules),
        )
    assert len(answers._by_rules) == 10
