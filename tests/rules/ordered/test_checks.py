"""What is said of rules before they become active."""

from datetime import UTC, datetime
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.models.enums import Stage
from app.rules.conditions.demands import Demands
from app.rules.conditions.operators import Operator
from app.rules.conditions.text.parser import parse
from app.rules.conditions.tree import And, Condition, Node
from app.rules.conditions.vocabulary import Vocabulary
from app.rules.ordered.checks import Weight, check_rules
from app.rules.ordered.rule import Rule
from tests.rules.conditions import drawn
from tests.rules.conditions.drawn import MODELS, SITES, TENANTS, VOCABULARY

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
NAMES = {"model": MODELS, "tenant": TENANTS, "site": SITES}


def rules(*texts: str | Node, **more: object) -> list[Rule[None]]:
    trees = [parse(text, VOCABULARY) if isinstance(text, str) else text for text in texts]
    return [
        Rule(f"r{number}", number, f"no {number}", tree, None, **more)  # type: ignore[arg-type]
        for number, tree in enumerate(trees, start=1)
    ]


def remarks(
    *texts: str | Node, stage: Stage = Stage.FIRMWARE, **more: object
) -> list[tuple[str, Weight, str]]:
    found = check_rules(rules(*texts, **more), Vocabulary(stage, NAMES))
    return [(remark.rule, remark.weight, remark.sentence) for remark in found]


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        ("", "model = 405"),
        ("", "model = 405 or user = anna"),
        ("model = 405", "model = 405 and user = anna"),
        ("model in (405, 430HD)", "model = 405"),
        ("model != 405", "model in (430HD, 450HD)"),
        ("model is-set", "model = 405"),
        ("model is-set", "model != 405"),
        ("ip in 10.0.0.0/8", "ip in (10.1.0.0/16, 10.2.3.4)"),
        ("ip in (10.0.0.0/9, 10.128.0.0/9)", "ip in 10.0.0.0/8"),
        ("ip in (0.0.0.0/0, ::/0)", "ip is-set"),
        ("ip not-in 10.1.0.0/16", "ip in 10.2.0.0/16"),
        ("mac in 0090", "mac in AudioCodes"),
        ("firmware >= 3.1", "firmware > 3.1"),
        ("firmware < 3.2", "firmware starts-with 3.1"),
        ("firmware in-range (3.0, 4)", "firmware > 3.0 and firmware < 4"),
        ("train != generic", "train = UC"),
        ("user ~ sales-*", "user = sales-anna"),
        ("user ~ sales-*", "user ~ (sales-a*, sales-b?)"),
        ("user ~ *?", "user ~ ?*"),
        ("user ~ *a*", "user ~ *ab* and model = 405"),
        ("user !~ a*", "user ~ b*"),
        ("now in mon-fri@08:00-18:00", "now in tue@09:00-10:00"),
        ("now in fri@22:00-06:00", "now in sat@00:00-05:00"),
        ("via_proxy = yes", "via_proxy = yes and model = 405"),
        ("not model = 405", "model = 430HD"),
        ("model = 405 and not user = anna", "model = 405 and not user ~ a*"),
        ("not (user = anna or model = 405)", "not (user ~ a* or model in (405, 430HD))"),
        ("model in (405, 430HD)", "model = 405 and (user = anna or ip in 10.0.0.0/8)"),
        ("model = 405 or user = anna", "model = 405 or user = anna"),
        ("train in (UC, generic)", "model = 405"),
    ],
)
def test_rule_behind_one_that_matches_all_of_its_phones_is_found(earlier: str, later: str) -> None:
    (found,) = [each for each in remarks(earlier, later) if "never decides" in each[2]]

    assert found == ("r2", Weight.WARNING, (
        'Rule 2 "no 2" never decides: rule 1 "no 1" comes before it and matches every phone that it matches.'
    ))  # fmt: skip


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        ("model = 405", "model in (405, 430HD)"),
        ("model = 405", "user = anna"),
        ("model != 405", "user = anna"),
        ("user != anna", "user is-not-set"),
        ("not user = anna", "user is-not-set"),
        ("ip in 10.0.0.0/9", "ip in 10.0.0.0/8"),
        ("ip in 0.0.0.0/0", "ip in ::/0"),
        ("firmware > 3.1", "firmware >= 3.1"),
        ("firmware starts-with 3.0", "firmware starts-with 3"),
        ("user ~ sales-*", "user ~ *sales-*"),
        ("user ~ ??", "user ~ ?*"),
        ("user ~ *a?b*", "user ~ *ab*"),
        ("now in mon-fri@08:00-18:00", "now in fri-sat@08:00-09:00"),
        ("model = 405 and not user = anna", "model = 405"),
        ("model = 405 and not user ~ a*", "model = 405 and not user = anna"),
        ("model = 405 or user = anna", "model = 405"),
    ],
)
def test_rule_that_can_decide_is_left_alone(earlier: str, later: str) -> None:
    assert not [each for each in remarks(earlier, later) if "never decides" in each[2]]


def test_only_rules_that_are_enabled_and_valid_cover_others() -> None:
    first, second = rules("model = 405", "model = 405")
    vocabulary = Vocabulary(Stage.FIRMWARE, NAMES)
    for earlier in (
        Rule(first.key, 1, "", first.conditions, None, is_enabled=False),
        Rule(first.key, 1, "", first.conditions, None, valid_from=NOW),
    ):
        assert check_rules([earlier, second], vocabulary) == []


def test_every_planted_rule_is_found_and_no_disjoint_one() -> None:
    subnets = [f"10.{number}.0.0/16" for number in range(60)]
    disjoint = [f"ip in {subnet} and model = 405" for subnet in subnets]
    planted = [f"ip in 10.{number}.7.0/24 and model = 405 and user is-set" for number in range(0, 60, 7)]

    assert remarks(*disjoint) == []
    assert [each[0] for each in remarks(*disjoint, *planted)] == [f"r{61 + n}" for n in range(len(planted))]


FIELDS = ("model", "ip", "firmware", "user", "now")


@given(drawn.forms(FIELDS), drawn.forms(FIELDS), st.lists(drawn.phones(FIELDS), min_size=1, max_size=5))
def test_implied_demands_hold_for_every_phone(one, other, phones) -> None:
    earlier, later = Demands(one.as_tree()), Demands(other.as_tree())
    contradicts = any(later.contradictions())
    implies = later.imply(earlier)
    for phone in phones:
        if drawn.plainly(other.as_tree(), phone) is True:
            assert not contradicts
            assert not implies or drawn.plainly(one.as_tree(), phone) is True


@given(drawn.conditions(FIELDS), drawn.forms(FIELDS))
def test_rule_with_one_row_more_is_always_found(row: Condition, form) -> None:
    longer = And((row, *form.all_of, *[part for part in [form.as_tree()] if form.except_any_of]))
    shorter = form.as_tree()
    assert Demands(longer).imply(Demands(shorter))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("model = 405 and model = 430HD", "no phone has model = 405 and model = 430HD."),
        (
            "model = 405 and not model in (405, 430HD)",
            "no phone has model = 405 and not model in (405, 430HD).",
        ),
        ("user = anna and user is-not-set", "no phone has user = anna and user is-not-set."),
        ("user ~ a* and user ~ b*", "no phone has"),
        ("ip in 10.1.0.0/16 and ip in 10.2.0.0/16", "no phone has"),
        (
            "firmware > 3.2 and firmware < 3.1 and model = 405",
            "no phone has firmware > 3.2 and firmware < 3.1.",
        ),
        ("now in mon@08:00-09:00 and now in tue@08:00-09:00", "no phone has"),
        ("train = UC and train = generic", "no phone has"),
    ],
)
def test_rule_that_contradicts_itself_is_refused(text: str, words: str) -> None:
    (found,) = [each for each in remarks(text) if each[1] is Weight.ERROR]
    assert found[2].startswith('Rule 1 "no 1" can never match: ')
    assert words in found[2]


def test_rules_that_contradict_themselves_are_not_also_called_unreachable() -> None:
    assert len(remarks("", "model = 405 and model = 430HD")) == 1


@pytest.mark.parametrize(
    ("tree", "sentence"),
    [
        (Condition("model", Operator.IS, ("451HD",)), 'No model is called "451HD"; did you mean 450HD?'),
        (Condition("model", Operator.LESS, ("405",)), '"<" cannot be used with model'),
        (Condition("modle", Operator.IS, ("405",)), '"modle" is not a field; did you mean model?'),
        (Condition("model", Operator.IN, ()), '"in" needs a value.'),
        (And((Condition("user", Operator.IS_SET),) * 51), "The rule has 51 conditions; 50 is the most."),
    ],
)
def test_row_that_has_become_wrong_is_named(tree: Node, sentence: str) -> None:
    first = remarks(tree)[0]
    assert first[1] is Weight.ERROR
    assert first[2].startswith(sentence)


@pytest.mark.parametrize(
    ("text", "stage", "words"),
    [
        ("firmware >= 3.1", Stage.FIRMWARE, ["different vendors", "different release trains"]),
        ("firmware >= 3.1 and vendor = AudioCodes", Stage.FIRMWARE, ["different release trains"]),
        ("firmware >= 3.1 and train = UC", Stage.FIRMWARE, ["different vendors"]),
        ("firmware >= 3.1 and train = UC and vendor = AudioCodes", Stage.FIRMWARE, []),
        ("firmware >= 3.1 and model = 405", Stage.FIRMWARE, []),
        (
            "firmware >= 3.1 and model != 405",
            Stage.FIRMWARE,
            ["different vendors", "different release trains"],
        ),
        ("firmware is-set", Stage.FIRMWARE, []),
        ("now in mon-fri@08:00-18:00", Stage.PLACEMENT, ["by the hour at which they first come"]),
        ("now in mon-fri@08:00-18:00", Stage.TEMPLATE, []),
        ("user ~ sales-*", Stage.TEMPLATE, ["not known before somebody signs in"]),
        ("user ~ sales-* or user is-not-set", Stage.TEMPLATE, []),
        ("user ~ sales-*", Stage.FIRMWARE, []),
        ("user ~ sales", Stage.FIRMWARE, ["did you mean *sales*?"]),
        ("ip in 255.255.0.0/16", Stage.FIRMWARE, ["looks like a subnet mask"]),
    ],
)
def test_likely_slip_is_warned_of(text: str, stage: Stage, words: list[str]) -> None:
    found = remarks(text, stage=stage)

    assert [each[1] for each in found] == [Weight.WARNING] * len(words)
    for each, expected in zip(found, words, strict=True):
        assert expected in each[2]


def test_dates_that_end_before_they_begin_are_refused() -> None:
    ((_, weight, sentence),) = remarks("model = 405", valid_from=NOW, valid_until=NOW)
    assert weight is Weight.ERROR
    assert "its dates end before they begin" in sentence


def test_remarks_come_in_the_order_of_the_rules() -> None:
    found = [
        each[0] for each in remarks("user ~ sales", "firmware >= 3.1", "user ~ sales", "ip in 255.0.0.0/8")
    ]
    assert all(one <= other for one, other in pairwise(found))
