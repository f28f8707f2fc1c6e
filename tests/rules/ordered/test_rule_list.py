"""Ordered lists of rules: which one decides, and what every other says."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.conditions.facts import KnownFacts
from app.rules.conditions.text.parser import parse
from app.rules.conditions.tree import Node
from app.rules.ordered.by_facts import MOST_FACTS
from app.rules.ordered.rule import Pin, Rule
from app.rules.ordered.rule_list import RuleList
from app.rules.ordered.verdicts import Verdict
from tests.rules.conditions import drawn
from tests.rules.conditions.drawn import VOCABULARY

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
DAY = timedelta(days=1)
PHONE = KnownFacts({"model": "450HD", "ip": "10.2.3.4", "tenant": "emea"})


def rule(position: int, text: str, **more: object) -> Rule[str]:
    fields = {"key": f"r{position}", "name": f"rule at {position}", "outcome": f"outcome {position}", **more}
    return Rule(position=position, conditions=parse(text, VOCABULARY), **fields)  # type: ignore[arg-type]


def said(rules: Sequence[Rule[str]], **more: object) -> list[tuple[Verdict, str]]:
    trace = RuleList(rules).trace(PHONE, NOW, **more)  # type: ignore[arg-type]
    return [(step.verdict, step.sentence) for step in trace.steps]


def test_first_rule_that_matches_decides_by_position() -> None:
    rules = RuleList([rule(30, "model = 450HD"), rule(10, "model = 405"), rule(20, "tenant = emea")])

    found = rules.first_match(PHONE, NOW)

    assert found is not None
    assert found.outcome == "outcome 20"
    assert rules.trace(PHONE, NOW).winner == found


def test_every_rule_says_how_it_stood() -> None:
    rules = [
        rule(10, "ip in 10.1.0.0/16", name="EMEA pilot"),
        rule(20, "user = anna"),
        rule(30, "model = 450HD", is_enabled=False),
        rule(40, "model = 450HD", valid_from=NOW + DAY),
        rule(50, "model = 450HD", valid_until=NOW),
        rule(60, "model = 450HD and not tenant = emea"),
        rule(70, "model = 450HD"),
        rule(80, ""),
    ]

    assert said(rules) == [
        (
            Verdict.NOT_MATCHED,
            'Rule 10 "EMEA pilot" did not match: IP address 10.2.3.4 is not in 10.1.0.0/16.',
        ),
        (
            Verdict.NOT_KNOWN,
            'Rule 20 "rule at 20" cannot be answered: user name not known yet: nobody has signed in.',
        ),
        (Verdict.DISABLED, 'Rule 30 "rule at 30" is disabled.'),
        (Verdict.OUT_OF_DATES, 'Rule 40 "rule at 40" does not hold before 2026-11-29 12:00 UTC.'),
        (Verdict.OUT_OF_DATES, 'Rule 50 "rule at 50" has not held since 2026-11-28 12:00 UTC.'),
        (
            Verdict.NOT_MATCHED,
            'Rule 60 "rule at 60" did not match: excepted, because tenant emea is emea.',
        ),
        (Verdict.MATCHED, 'Rule 70 "rule at 70" matched: model 450HD is 450HD.'),
        (
            Verdict.SHADOWED,
            'Rule 80 "rule at 80" would match, but rule 70 "rule at 70" decided before it.',
        ),
    ]


def test_rule_that_was_asked_has_its_rows() -> None:
    asked, disabled = (
        RuleList([rule(1, "model = 405 and ip in 10.0.0.0/8"), rule(2, "model = 405", is_enabled=False)])
        .trace(PHONE, NOW)
        .steps
    )

    assert [(row.field, row.verdict) for row in asked.rows] == [("model", False), ("ip", True)]
    assert disabled.rows == ()


def test_what_is_pinned_decides_before_every_rule() -> None:
    pin = Pin("pinned", "anna", NOW)

    assert said([rule(1, "model = 450HD"), rule(2, "model = 405")], decided_by=pin.title) == [
        (
            Verdict.SHADOWED,
            'Rule 1 "rule at 1" would match, but what anna pinned on 2026-11-28 decided before it.',
        ),
        (Verdict.NOT_MATCHED, 'Rule 2 "rule at 2" did not match: model 450HD is not 405.'),
    ]


def test_rule_whose_outcome_cannot_be_had_is_passed_over_and_says_why() -> None:
    rules = [rule(1, "model = 450HD"), rule(2, "model = 450HD")]

    def why_not(asked: Rule[str]) -> str:
        return "its template is no more" if asked.position == 1 else ""

    assert [verdict for verdict, _ in said(rules, why_not=why_not)] == [Verdict.NOT_MATCHED, Verdict.MATCHED]
    assert RuleList(rules).first_match(PHONE, NOW, why_not) == rules[1]
    assert (
        said(rules, why_not=why_not)[0][1] == 'Rule 1 "rule at 1" would match, but its template is no more.'
    )


def test_dates_begin_with_their_first_moment_and_end_before_their_last() -> None:
    dated = rule(1, "", valid_from=NOW, valid_until=NOW + DAY)

    assert [dated.is_valid_at(at) for at in (NOW - DAY, NOW, NOW + DAY)] == [False, True, False]


def test_no_rules_match_nothing() -> None:
    assert RuleList[str]().first_match(PHONE, NOW) is None


NAMES = ("model", "tenant", "user", "ip", "mac", "firmware", "now")


@given(st.lists(drawn.trees(NAMES), max_size=6), st.lists(drawn.phones(NAMES), min_size=1, max_size=4))
def test_fast_answer_is_that_of_the_trace_and_of_a_plain_search(
    trees: list[Node], phones: list[dict[str, str | None]]
) -> None:
    # So many times that conditions are shared by rules enough to be asked ahead of them.
    rules = [Rule(f"r{number}", number, "", tree, number) for number, tree in enumerate(trees * 4)]
    ready = RuleList(rules)
    for phone in phones:
        expected = next((each for each in rules if drawn.plainly(each.conditions, phone) is True), None)
        facts = KnownFacts(phone)

        assert ready.first_match(facts, NOW) == expected
        assert ready.trace(facts, NOW).winner == expected


def test_phones_that_name_ever_new_models_do_not_fill_the_memory() -> None:
    rules = RuleList([rule(1, "model != 405")])
    for number in range(5000):
        assert rules.first_match(KnownFacts({"model": f"made up {number}"}), NOW) is not None
    assert [len(remembered) for _, remembered, _ in rules._left._remembered] == [5000 - MOST_FACTS]


@pytest.mark.parametrize(
    ("earlier", "later", "covers"),
    [
        ((None, None), (NOW, NOW + DAY), True),
        ((NOW, NOW + DAY), (NOW, NOW + DAY), True),
        ((NOW, None), (None, None), False),
        ((None, NOW), (None, NOW + DAY), False),
        ((NOW, NOW + DAY), (NOW + DAY / 2, None), False),
    ],
)
def test_dates_lie_within_others(
    earlier: tuple[datetime | None, datetime | None],
    later: tuple[datetime | None, datetime | None],
    covers: bool,
) -> None:
    first = rule(1, "", valid_from=earlier[0], valid_until=earlier[1])
    second = rule(2, "", valid_from=later[0], valid_until=later[1])
    assert first.is_valid_whenever(second) is covers
