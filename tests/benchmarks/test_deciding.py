"""Rules are asked for a made-up fleet, and what is measured is what the trace says."""

from dataclasses import asdict

from app.models.enums import Stage
from app.rules.conditions.facts import KnownFacts
from app.rules.ordered.rule_list import RuleList
from benchmarks import deciding
from benchmarks.made_rules import STAGES, make_fleet, make_rules

PHONES = 50


def test_every_figure_of_a_round_is_measured() -> None:
    found = deciding.measure(make_fleet(PHONES))
    assert min(asdict(found).values()) > 0


def test_made_rules_decide_for_some_phones_and_not_for_others() -> None:
    fleet = make_fleet(PHONES)
    for stage in STAGES:
        rules = RuleList(make_rules(stage, deciding.RULES))
        found = [
            rules.first_match(KnownFacts({**phone, **place}), deciding._AT)
            for phone, place in zip(fleet.phones, fleet.places, strict=True)
        ]
        assert 0 < sum(each is not None for each in found) <= PHONES
        assert len({each.key for each in found if each}) > 5


def test_rules_without_names_ask_for_neither_model_nor_tenant() -> None:
    rules = make_rules(Stage.TEMPLATE, 20, names_models=False)
    assert not {"model", "tenant"} & {name for each in rules for name in each.fields}
