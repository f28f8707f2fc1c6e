"""What conditions and trees of them say of phones, in three values."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.conditions.compiling import compile_tree
from app.rules.conditions.facts import KnownFacts
from app.rules.conditions.operators import PRESENCE
from app.rules.conditions.tracing import trace_tree
from app.rules.conditions.tree import EVERY_PHONE, And, Node, Not, Or, conditions_in
from app.rules.conditions.truth import Truth, conjunction, disjunction, negation
from tests.rules.conditions import drawn
from tests.rules.conditions.drawn import VOCABULARY

TRUTHS: tuple[Truth, ...] = (True, False, None)


def says(tree: Node, phone: dict[str, str | None]) -> Truth:
    return compile_tree(tree)(KnownFacts(phone).compared)


@pytest.mark.parametrize(("one", "other"), list(product(TRUTHS, TRUTHS)))
def test_three_values_are_joined_as_kleene_has_them(one: Truth, other: Truth) -> None:
    order = [False, None, True]
    assert conjunction([one, other]) is order[min(order.index(one), order.index(other))]
    assert disjunction([one, other]) is order[max(order.index(one), order.index(other))]
    assert negation(one) is order[2 - order.index(one)]


@given(drawn.trees(), drawn.phones())
def test_compiled_traced_and_plain_answers_are_the_same(tree: Node, phone: dict[str, str | None]) -> None:
    facts = KnownFacts(phone)
    expected = drawn.plainly(tree, phone)

    assert compile_tree(tree)(facts.compared) is expected
    assert trace_tree(tree, facts).verdict is expected


@pytest.mark.parametrize("name", drawn.ONE_OF_EACH_TYPE)
def test_each_field_answers_as_its_words_mean(name: str) -> None:
    @given(drawn.conditions([name]), drawn.facts(name))
    def check(condition: Node, fact: str | None) -> None:
        assert says(condition, {name: fact}) is drawn.plainly(condition, {name: fact})

    check()


@given(drawn.trees(), st.data())
def test_what_is_certain_stays_so_when_more_becomes_known(tree: Node, data: st.DataObject) -> None:
    phone = data.draw(drawn.phones())
    if any(condition.operator in PRESENCE for condition in conditions_in(tree)):
        return
    before = says(tree, dict.fromkeys(phone) | {name: phone[name] for name in list(phone)[::2]})
    assert before is None or says(tree, phone) is before


def test_no_condition_is_every_phone() -> None:
    assert says(EVERY_PHONE, {}) is True


@pytest.mark.parametrize("operator", ["!=", "!~"])
def test_denial_of_a_missing_fact_is_not_known(operator: str) -> None:
    condition = VOCABULARY.condition("user", operator, ["anna"])
    assert says(condition, {"user": None}) is None
    assert says(Not(condition), {"user": ""}) is None


@pytest.mark.parametrize(
    ("field", "fact"),
    [("ip", "phone.example.com"), ("firmware", "UC_0.0.0.0"), ("mac", "0090"), ("now", "noon")],
)
def test_fact_that_cannot_be_understood_is_not_known(field: str, fact: str) -> None:
    assert KnownFacts({field: fact}).compared[field] is None


@pytest.mark.parametrize("joined", [And, Or])
def test_order_of_the_parts_does_not_change_the_answer(joined: type[And] | type[Or]) -> None:
    glob = VOCABULARY.condition("user", "~", ["a*"])
    choice = VOCABULARY.condition("model", "=", ["430HD"])
    for phone in ({}, {"user": "anna"}, {"model": "450HD"}, {"user": "bob", "model": "430HD"}):
        assert says(joined((glob, choice)), phone) is says(joined((choice, glob)), phone)


def test_facts_grow_with_what_a_stage_decides() -> None:
    facts = KnownFacts({"model": "430HD"})
    condition = compile_tree(VOCABULARY.condition("tenant", "=", ["emea"]))
    assert condition(facts.compared) is None

    facts.add({"tenant": "EMEA"})

    assert condition(facts.compared) is True
