"""The rules of administrators ahead of the built-in ladders of Zero Touch."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from app.models.enums import Approval, Stage, Train
from app.rules.conditions.facts import KnownFacts
from app.rules.conditions.text.parser import parse
from app.rules.conditions.tree import EVERY_PHONE
from app.rules.conditions.vocabulary import Vocabulary
from app.rules.ordered.rule import Pin, Rule
from app.rules.ordered.rule_list import RuleList
from app.rules.ordered.verdicts import Verdict
from app.rules.zero_touch.facts import Facts, NamedTemplate, SiteFact, TemplateFact, TenantFact
from app.rules.zero_touch.firmware import FirmwareChoice, choose_firmware
from app.rules.zero_touch.outcomes import (
    GivenFirmware,
    GivenTemplate,
    KeepsFirmware,
    PlacedIn,
    WaitsForApproval,
    WaitsForTemplate,
)
from app.rules.zero_touch.placement import Placement, place
from app.rules.zero_touch.stage_rules import StageRules
from app.rules.zero_touch.template import TemplateChoice, TemplateTable, choose_template
from app.rules.zero_touch.topology import Topology
from app.rules.zero_touch.trace import steps_as_json, steps_from_json

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
DEFAULT = TenantFact(1, "Default", is_default=True)
ACME = TenantFact(2, "Acme")
DEFAULT_AUTO = SiteFact(11, 1, "AutoDetection", is_auto_detection=True)
ACME_AUTO = SiteFact(21, 2, "AutoDetection", is_auto_detection=True)
BERLIN = SiteFact(22, 2, "Berlin", "10.1.0.0/16")
TOPOLOGY = Topology((DEFAULT, ACME), (DEFAULT_AUTO, ACME_AUTO, BERLIN))
PHONE = Facts("00908f123456", "450HD", Train.UC, "UC_3.1.0.478", ip="10.1.2.3", peer="10.1.2.3")
KNOWN = {"mac": PHONE.mac, "model": PHONE.model, "firmware": PHONE.firmware, "ip": PHONE.ip}
TEMPLATES = TemplateTable(
    [TemplateFact(1, "Factory", "450HD", Train.UC, is_factory=True)],
    [
        NamedTemplate(7, "Pilot", "450hd"),
        NamedTemplate(8, "For 405", "405"),
        NamedTemplate(9, "Old", "405"),
        NamedTemplate(10, "Default's", "450HD", DEFAULT.id),
    ],
)
STORED = {"450HD.img": 1, "pilot.img": 2}


def asked(stage: Stage, *rules: tuple[str, Any], pin: Pin[Any] | None = None) -> StageRules[Any]:
    vocabulary = Vocabulary(stage, {"model": ("405", "450HD")})
    listed = [
        Rule(f"key {number}", number, f"no {number}", parse(text, vocabulary), outcome)
        for number, (text, outcome) in enumerate(rules, start=1)
    ]
    return StageRules((RuleList(listed),), KnownFacts(KNOWN), NOW, pin)


def placed(*rules: tuple[str, Any], phone: Facts = PHONE, pin: Pin[Any] | None = None) -> Placement:
    return place(phone, TOPOLOGY, asked(Stage.PLACEMENT, *rules, pin=pin))


def template(*rules: tuple[str, Any], pin: Pin[Any] | None = None) -> TemplateChoice:
    return choose_template("450HD", Train.UC, ACME, TEMPLATES, asked(Stage.TEMPLATE, *rules, pin=pin))


def firmware(*rules: tuple[str, Any]) -> FirmwareChoice:
    return choose_firmware("450HD", None, STORED, asked(Stage.FIRMWARE, *rules))


def verdicts(choice: Placement | TemplateChoice | FirmwareChoice) -> Sequence[tuple[str, Verdict]]:
    return [(step.rule, step.verdict) for step in choice.steps]


def test_rule_places_a_phone_in_the_site_that_its_address_has_in_the_tenant() -> None:
    placement = placed(("model = 450HD", PlacedIn(ACME.id)))

    assert (placement.tenant_id, placement.site_id) == (ACME.id, BERLIN.id)
    assert placement.approval is Approval.NOT_NEEDED
    assert placement.reason == (
        'Rule 1 "no 1" matched: model 450HD is 450HD. '
        "It places the phone in tenant Acme; 10.1.2.3 lies in site Berlin 10.1.0.0/16."
    )


def test_rule_places_a_phone_in_its_site() -> None:
    placement = placed(("model = 450HD", PlacedIn(ACME.id, ACME_AUTO.id)))

    assert placement.site_id == ACME_AUTO.id
    assert placement.reason.endswith("tenant Acme; site AutoDetection.")


def test_ladder_stands_at_the_end_and_says_that_it_was_not_asked() -> None:
    placement = placed(("model = 405", PlacedIn(DEFAULT.id)), ("", PlacedIn(ACME.id)))

    assert verdicts(placement) == [
        ("key 1", Verdict.NOT_MATCHED),
        ("key 2", Verdict.MATCHED),
        ("placement.url_tenant", Verdict.NOT_REACHED),
        ("placement.subnet", Verdict.NOT_REACHED),
        ("placement.default_tenant", Verdict.NOT_REACHED),
        ("placement.hold", Verdict.NOT_REACHED),
    ]
    assert placement.steps[-1].sentence == 'Not asked, because rule 2 "no 2" decided.'


def test_ladder_decides_where_no_rule_does() -> None:
    with_rules = placed(("model = 405", PlacedIn(DEFAULT.id)))
    without = place(PHONE, TOPOLOGY)

    assert replace(with_rules, steps=with_rules.steps[1:]) == without


@pytest.mark.parametrize(
    ("text", "peer", "approval"),
    [
        ("ip in 10.0.0.0/8", "10.1.2.3", Approval.NOT_NEEDED),
        ("ip in 10.0.0.0/8", "192.0.2.1", Approval.NEEDED),
        ("not ip in 11.0.0.0/8", "192.0.2.1", Approval.NEEDED),
        ("model = 450HD", "192.0.2.1", Approval.NOT_NEEDED),
    ],
)
def test_nobody_approves_himself_by_an_address_that_a_rule_asks_for(
    text: str, peer: str, approval: Approval
) -> None:
    placement = placed((text, PlacedIn(ACME.id)), phone=replace(PHONE, peer=peer))

    assert placement.approval is approval
    assert ("It waits for approval" in placement.reason) is (approval is Approval.NEEDED)


def test_rule_lets_a_phone_wait_for_approval() -> None:
    placement = placed(("", WaitsForApproval()))

    assert (placement.tenant_id, placement.approval) == (DEFAULT.id, Approval.NEEDED)
    assert placement.reason.endswith("The phone waits for approval in the default tenant Default.")


def test_phone_is_held_where_there_is_no_default_tenant() -> None:
    rules = asked(Stage.PLACEMENT, ("", WaitsForApproval()))
    assert place(PHONE, Topology((ACME,), (ACME_AUTO,)), rules).approval is Approval.HELD


@pytest.mark.parametrize(
    ("outcome", "words"),
    [
        (PlacedIn(99), "would match, but the tenant that it names is no more."),
        (PlacedIn(ACME.id, 99), "would match, but the site that it names is no more in tenant Acme."),
        (PlacedIn(ACME.id, DEFAULT_AUTO.id), "the site that it names is no more in tenant Acme."),
    ],
)
def test_rule_whose_place_is_no_more_is_passed_over(outcome: PlacedIn, words: str) -> None:
    placement = placed(("", outcome), ("", PlacedIn(ACME.id)))

    assert placement.tenant_id == ACME.id
    assert placement.steps[0].sentence.endswith(words)
    assert placement.steps[1].verdict is Verdict.MATCHED


def test_pin_decides_and_says_who_pinned_it() -> None:
    placement = placed(("", PlacedIn(DEFAULT.id)), pin=Pin(PlacedIn(ACME.id), "anna", NOW))

    assert placement.tenant_id == ACME.id
    assert verdicts(placement)[:3] == [
        ("placement.pinned", Verdict.MATCHED),
        ("key 1", Verdict.SHADOWED),
        ("placement.url_tenant", Verdict.NOT_REACHED),
    ]
    assert placement.reason.startswith(
        "What anna pinned on 2026-11-28 counts. It places the phone in tenant Acme;"
    )


def test_pin_that_cannot_be_had_any_more_does_not_count() -> None:
    choice = template(("", WaitsForTemplate()), pin=Pin(GivenTemplate(9), "anna", NOW))

    assert choice.steps[0].sentence == (
        "What anna pinned on 2026-11-28 does not count: its template Old is for model 405."
    )
    assert (choice.template_id, choice.steps[1].verdict) == (None, Verdict.MATCHED)


def test_rule_gives_a_template_of_the_model_of_the_phone() -> None:
    choice = template(("", GivenTemplate(8)), ("", GivenTemplate(7)))

    assert choice.template_id == 7
    assert choice.reason == 'Rule 2 "no 2" matched: it asks for nothing. Its template is Pilot.'
    assert choice.steps[0].sentence == (
        'Rule 1 "no 1" would match, but its template For 405 is for model 405.'
    )


@pytest.mark.parametrize(
    ("outcome", "words"),
    [
        (GivenTemplate(99), "would match, but the template that it names is no more."),
        (GivenTemplate(10), "would match, but its template Default's belongs to another tenant."),
    ],
)
def test_rule_whose_template_cannot_be_had_is_passed_over(outcome: GivenTemplate, words: str) -> None:
    choice = template(("", outcome))

    assert choice.template_id == 1
    assert choice.steps[0].sentence.endswith(words)


def test_rules_of_the_tenant_are_asked_after_those_of_the_system() -> None:
    first, second = (
        asked(Stage.TEMPLATE, ("model = 405", GivenTemplate(8))),
        RuleList([Rule("own", 1, "ours", EVERY_PHONE, GivenTemplate(7), is_tenants=True)]),
    )
    both = replace(first, lists=(*first.lists, second))

    choice = choose_template("450HD", Train.UC, ACME, TEMPLATES, both)

    assert choice.template_id == 7
    assert choice.reason.startswith('Tenant rule 1 "ours" matched')
    decided = asked(Stage.TEMPLATE, ("", GivenTemplate(7)))
    choice = choose_template(
        "450HD", Train.UC, ACME, TEMPLATES, replace(decided, lists=(*decided.lists, second))
    )
    assert choice.steps[1].sentence.endswith('would match, but rule 1 "no 1" decided before it.')


def test_rule_lets_a_phone_wait_for_a_template() -> None:
    assert template(("", WaitsForTemplate())).template_id is None
    assert template(("model = 405", WaitsForTemplate())).template_id == 1


@pytest.mark.parametrize(
    ("outcome", "name", "words"),
    [
        (GivenFirmware(2), "pilot.img", "Its firmware is pilot.img."),
        (GivenFirmware(99), "450HD.img", "450HD.img is the default firmware of model 450HD."),
        (GivenFirmware(2, at_least="UC_3.2"), "pilot.img", "Its firmware is pilot.img."),
        (
            GivenFirmware(2, at_least="UC_3.1"),
            None,
            "The phone keeps UC_3.1.0.478, which is at least UC_3.1.",
        ),
        (KeepsFirmware(), None, "The phone keeps the firmware it has."),
    ],
)
def test_rule_says_what_firmware_a_phone_loads(outcome: Any, name: str | None, words: str) -> None:
    choice = firmware(("", outcome))

    assert choice.name == name
    assert choice.reason.endswith(words)


def test_rows_of_a_rule_survive_a_json_column() -> None:
    steps = placed(("model = 405 and ip in (10.0.0.0/8, 2001:db8::/32)", PlacedIn(ACME.id))).steps

    assert len(steps[0].rows) == 2
    assert steps_from_json(json.loads(json.dumps(steps_as_json(steps)))) == steps
