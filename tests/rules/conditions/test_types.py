"""What single fields mean by their operators, where it is easily got wrong."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.conditions.compiling import compile_condition
from app.rules.conditions.facts import KnownFacts
from app.rules.conditions.fields import FIELDS
from app.rules.conditions.operators import CONTRARIES, PRESENCE, Operator
from app.rules.conditions.tree import Condition
from app.rules.conditions.types.patterns import Pattern, texts_that_differ
from tests.rules.conditions import drawn
from tests.rules.conditions.drawn import VOCABULARY


@pytest.mark.parametrize(
    ("field", "operator", "values", "fact", "holds"),
    [
        ("ip", "in", ["10.1.0.0/16"], "::ffff:10.1.2.3", True),
        ("ip", "in", ["10.1.0.0/16"], " http://10.1.2.3:8080/ ", True),
        ("ip", "in", ["fe80::/10"], "fe80::1%eth0", True),
        ("ip", "in", ["::/0"], "10.1.2.3", False),
        ("ip", "not-in", ["0.0.0.0/0"], "2001:db8::1", True),
        ("ip", "in", ["10.1.0.0/16"], "010.1.2.3", None),
        ("mac", "in", ["0090"], "00:90:8F:12:34:56", True),
        ("mac", "in", ["Yealink"], "805ec0123456", True),
        ("firmware", "<", ["2.2.16"], "2.2.9", True),
        ("firmware", ">", ["7.4.9"], "7.4.9c", True),
        ("firmware", "=", ["UC_3.1"], "UC_3.1.0.0", True),
        ("firmware", "starts-with", ["3.0"], "3.1", False),
        ("firmware", "starts-with", ["3.0"], "3.0.9", True),
        ("firmware", "starts-with", ["3.0"], "3", True),
        ("firmware", "starts-with", ["3"], "30.1", False),
        ("firmware", "starts-with", ["7.4.9"], "7.4.9c", True),
        ("firmware", "in-range", ["3.1", "3.2"], "3.2", True),
        ("firmware", "in-range", ["3.1", "3.2"], "3.2.1", False),
        ("firmware", "=", ["3.1"], "UC_0.0.0.0", None),
        ("user", "=", ["STRASSE"], "straße", True),
        ("user", "=", ["é"], "e\u0301", True),
        ("user", "=", ["sales-*"], "sales-anna", False),
        ("user", "~", ["*strasse"], "Hauptstraße", True),
        ("model", "=", ["430HD"], "430hd", True),
        ("model", "!=", ["430HD"], "Trio 8800", True),
        ("now", "in", ["mon-fri@08:00-18:00"], "2026-11-27T08:00", True),
        ("now", "in", ["mon-fri@08:00-18:00"], "2026-11-27T17:59:59", True),
        ("now", "in", ["mon-fri@08:00-18:00"], "2026-11-27T18:00", False),
        ("now", "in", ["mon-fri@08:00-18:00"], "2026-11-28T09:00", False),
        ("now", "in", ["fri@22:00-06:00"], "2026-11-28T05:59", True),
        ("now", "in", ["fri@22:00-06:00"], "2026-11-27T05:59", False),
        ("now", "in", ["sun@22:00-06:00"], "2026-11-30T05:00", True),
        ("now", "in", ["sat-mon@10:00-11:00"], "2026-11-29T10:30", True),
        ("now", "in", ["00:00-24:00"], "2026-11-29T00:00", True),
        # An hour that is left out or comes twice by summer time: the clock on the wall counts.
        ("now", "in", ["sun@02:00-03:00"], "2026-10-25T02:30", True),
    ],
)
def test_fact_stands_to_a_condition(
    field: str, operator: str, values: list[str], fact: str, holds: bool | None
) -> None:
    condition = VOCABULARY.condition(field, operator, values)
    assert compile_condition(condition)(KnownFacts({field: fact}).compared) is holds


def verdicts(conditions: list[Condition], found: object) -> list[bool]:
    """How the affirming tests of conditions on one field answer together."""
    field_type = FIELDS[conditions[0].field].type
    return [
        bool(field_type.test(CONTRARIES.get(each.operator, each.operator), each.values)(found))
        for each in conditions
    ]


@pytest.mark.parametrize("name", drawn.ONE_OF_EACH_TYPE)
def test_every_fact_answers_as_some_witness_does(name: str) -> None:
    rows = drawn.conditions([name]).filter(lambda row: row.operator not in PRESENCE)

    @given(st.lists(rows, min_size=1, max_size=3), drawn.facts(name).filter(bool))
    def check(conditions: list[Condition], fact: str) -> None:
        field_type = FIELDS[name].type
        wanted = [(CONTRARIES.get(row.operator, row.operator), row.values) for row in conditions]
        witnessed = [verdicts(conditions, witness) for witness in field_type.witnesses(wanted)]

        assert verdicts(conditions, field_type.comparable(fact)) in witnessed

    check()


@pytest.mark.parametrize("name", [name for name in FIELDS if FIELDS[name].type.is_in_order])
def test_fact_of_an_order_answers_as_the_last_witness_that_is_not_behind_it(name: str) -> None:
    rows = drawn.conditions([name]).filter(lambda row: row.operator not in PRESENCE)

    @given(st.lists(rows, min_size=1, max_size=4), drawn.facts(name).filter(bool))
    def check(conditions: list[Condition], fact: str) -> None:
        field_type = FIELDS[name].type
        wanted = [(CONTRARIES.get(row.operator, row.operator), row.values) for row in conditions]
        found = field_type.comparable(fact)
        last = max(witness for witness in field_type.witnesses(wanted) if witness <= found)

        assert verdicts(conditions, found) == verdicts(conditions, last)

    check()


def test_patterns_that_are_too_long_to_be_told_apart_are_given_up() -> None:
    hostile = [Pattern("*a" + "?" * 20 + letter, is_glob=True) for letter in "abcd"]
    begun = time.process_time()
    with pytest.raises(LookupError):
        list(texts_that_differ(hostile))
    assert time.process_time() - begun < 1


def test_long_patterns_of_people_are_told_apart_by_their_own_texts() -> None:
    long = [Pattern(f"*{letter * 30}-{letter * 30}*", is_glob=True) for letter in "ab"]
    texts = texts_that_differ(long)
    assert [next(texts), next(texts)] == ["a" * 30 + "-" + "a" * 30, "\0" + "a" * 30 + "-" + "a" * 30 + "\0"]


@pytest.mark.parametrize(
    ("value", "is_doubtful"), [("255.255.0.0/16", True), ("10.1.0.0/16", False), ("255.255.255.255/32", True)]
)
def test_mask_in_place_of_a_subnet_is_doubted(value: str, is_doubtful: bool) -> None:
    assert bool(FIELDS["ip"].type.doubt(Operator.IN, value)) is is_doubtful


@pytest.mark.parametrize(
    ("operator", "value", "words"),
    [
        (Operator.LIKE, "sales", "did you mean *sales*?"),
        (Operator.IS, "sales-*", "its wildcards count with ~"),
        (Operator.NOT_LIKE, "sales-*", ""),
        (Operator.IS_NOT, "sales", ""),
    ],
)
def test_wildcards_in_the_wrong_place_are_doubted(operator: Operator, value: str, words: str) -> None:
    doubt = FIELDS["user"].type.doubt(operator, value)
    assert bool(doubt) is bool(words)
    assert words in doubt


def test_versions_of_different_trains_are_remarked_on() -> None:
    version = FIELDS["firmware"].type
    assert version.remark("UC_3.1", ["2.2.16"]) == "different release trains"
    assert version.remark("UC_3.1", ["UC_3.2"]) == ""
