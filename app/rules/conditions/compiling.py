"""Trees made into functions once, so that a fleet can be asked fast: the cheapest conditions first."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeAlias

from app.rules.conditions.field_type import Test, Wanted
from app.rules.conditions.fields import FIELDS
from app.rules.conditions.operators import CONTRARIES, PRESENCE, Operator
from app.rules.conditions.tree import And, Condition, Node, Not, conditions_in, parts_of
from app.rules.conditions.truth import Truth, negation

Judge: TypeAlias = Callable[[Mapping[str, Any]], Truth]
"""Asked of the facts as they are compared."""

Matcher: TypeAlias = Callable[[Mapping[str, Any]], bool]
"""Says of the facts as they are compared whether something is certain to hold."""


def compile_tree(node: Node) -> Judge:
    """Return the function that says whether a tree holds; it stops as soon as that is certain."""
    if isinstance(node, Condition):
        return compile_condition(node)
    if isinstance(node, Not):
        return _contrary(compile_tree(node.part))
    judges = [compile_tree(part) for part in sorted(parts_of(node), key=_cost)]
    if len(judges) == 1:
        return judges[0]
    return _all(judges) if isinstance(node, And) else _any(judges)


def compile_match(node: Node) -> Matcher:
    """Return the function that says whether a tree is certain to hold."""
    judge = compile_tree(node)
    return lambda facts: judge(facts) is True


def compile_demands(demands: Iterable[tuple[Condition, bool]]) -> Matcher:
    """Return the function that says whether each of these conditions is certain to hold, or to fail, as demanded.

    It answers what ``compile_match`` does for all of them joined, without a call in between for each of them.
    """
    ordered = sorted(demands, key=lambda demand: _cost(demand[0]))
    present = tuple(
        (condition.field, (condition.operator is Operator.IS_SET) is holds)
        for condition, holds in ordered
        if condition.operator in PRESENCE
    )
    compared = tuple(
        (condition.field, *test_of(condition, holds=holds)[::2])
        for condition, holds in ordered
        if condition.operator not in PRESENCE
    )

    def holds_all(facts: Mapping[str, Any]) -> bool:
        for name, is_set in present:
            if (facts[name] is not None) is not is_set:
                return False
        for name, test, wanted in compared:
            found = facts[name]
            if found is None or (not test(found)) is wanted:
                return False
        return True

    return holds_all


def test_of(condition: Condition, *, holds: bool) -> tuple[Test, Wanted, bool]:
    """Return the test of a condition, what it tests, and what it answers where the condition holds, or fails."""
    operator = CONTRARIES.get(condition.operator, condition.operator)
    test = FIELDS[condition.field].type.test(operator, condition.values)
    return test, (operator, condition.values), (operator is condition.operator) is holds


def compile_condition(condition: Condition) -> Judge:
    """Return the function that says whether a condition holds."""
    if condition.operator in PRESENCE:
        return _presence(condition.field, wanted=condition.operator is Operator.IS_SET)
    test, _, wanted = test_of(condition, holds=True)
    return _comparison(condition.field, test, wanted=wanted)


def _presence(name: str, *, wanted: bool) -> Judge:
    if wanted:
        return lambda facts: facts[name] is not None
    return lambda facts: facts[name] is None


def _comparison(name: str, test: Callable[[Any], object], *, wanted: bool) -> Judge:
    def affirms(facts: Mapping[str, Any]) -> Truth:
        found = facts[name]
        return None if found is None else bool(test(found))

    def denies(facts: Mapping[str, Any]) -> Truth:
        found = facts[name]
        return None if found is None else not test(found)

    return affirms if wanted else denies


def _contrary(judge: Judge) -> Judge:
    return lambda facts: negation(judge(facts))


def _all(judges: Sequence[Judge]) -> Judge:
    ordered = tuple(judges)

    # The same as truth.conjunction, without a generator in between: fleets are asked millions of times.
    def holds(facts: Mapping[str, Any]) -> Truth:
        answer: Truth = True
        for judge in ordered:
            verdict = judge(facts)
            if verdict is False:
                return False
            if verdict is None:
                answer = None
        return answer

    return holds


def _any(judges: Sequence[Judge]) -> Judge:
    ordered = tuple(judges)

    def holds(facts: Mapping[str, Any]) -> Truth:
        answer: Truth = False
        for judge in ordered:
            verdict = judge(facts)
            if verdict is True:
                return True
            if verdict is None:
                answer = None
        return answer

    return holds


def _cost(node: Node) -> int:
    """Return how long a node takes beside others: a test of equality 1, a pattern 4."""
    return sum(
        0 if condition.operator in PRESENCE else FIELDS[condition.field].type.cost
        for condition in conditions_in(node)
    )
