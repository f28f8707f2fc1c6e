"""Trees asked about one phone, whole and in the order in which they are written, with a sentence for each condition."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from app.rules.conditions.compiling import compile_condition
from app.rules.conditions.facts import KnownFacts
from app.rules.conditions.fields import FIELDS
from app.rules.conditions.operators import CONTRARIES, PRESENCE, Operator
from app.rules.conditions.tree import And, Condition, Node, Not, parts_of
from app.rules.conditions.truth import Truth, conjunction, disjunction, negation
from app.rules.sentences import quoted

_MOST_WANTED = 5


class Row(NamedTuple):
    """A condition and what a phone has to it; ``found`` is empty where it is not known.

    ``is_exception`` where the rule does not match because the condition holds.
    """

    field: str
    operator: Operator
    wanted: tuple[str, ...]
    found: str
    verdict: Truth
    sentence: str
    is_exception: bool


class TreeTrace(NamedTuple):
    """Whether a tree holds for a phone, its conditions as they are written, and the sentences that make it so."""

    verdict: Truth
    rows: tuple[Row, ...]
    reasons: tuple[str, ...]


class _Asked(NamedTuple):
    """A node with the answer to it and to all its parts."""

    node: Node
    verdict: Truth
    parts: Sequence["_Asked"]
    row: Row | None = None


def trace_tree(tree: Node, facts: KnownFacts) -> TreeTrace:
    """Ask every condition of a tree, also where it is certain without it."""
    asked = _ask(tree, facts, is_exception=False)
    reasons = (_reason(row, asked.verdict) for row in _reasons(asked))
    return TreeTrace(asked.verdict, tuple(_rows(asked)), tuple(dict.fromkeys(reasons)))


def _ask(node: Node, facts: KnownFacts, *, is_exception: bool) -> _Asked:
    if isinstance(node, Condition):
        row = _ask_condition(node, facts, is_exception=is_exception)
        return _Asked(node, row.verdict, (), row)
    turns = isinstance(node, Not)
    parts = [_ask(part, facts, is_exception=is_exception is not turns) for part in parts_of(node)]
    verdicts = [part.verdict for part in parts]
    if isinstance(node, Not):
        return _Asked(node, negation(verdicts[0]), parts)
    verdict = conjunction(verdicts) if isinstance(node, And) else disjunction(verdicts)
    return _Asked(node, verdict, parts)


def _ask_condition(condition: Condition, facts: KnownFacts, *, is_exception: bool) -> Row:
    field = FIELDS[condition.field]
    verdict = compile_condition(condition)(facts.compared)
    is_known = facts.compared[field.name] is not None
    return Row(
        field=field.name,
        operator=condition.operator,
        wanted=condition.values,
        found=field.type.shown(facts.written[field.name]) if is_known else "",
        verdict=verdict,
        sentence=_sentence(condition, facts, verdict),
        is_exception=is_exception,
    )


def _sentence(condition: Condition, facts: KnownFacts, verdict: Truth) -> str:
    """Return what a phone has to a condition: "IP address 10.2.3.4 is not in 10.1.0.0/16"."""
    field = FIELDS[condition.field]
    if facts.compared[field.name] is None:
        written = facts.written.get(field.name)
        why = f"{quoted(written)} cannot be understood" if written else field.missing or "nothing has said it"
        return f"{field.title} not known yet: {why}"
    fact = facts.written[field.name]
    statement = field.type.statement(fact)
    if statement:
        return statement
    subject = f"{field.title} {_in_quotes(field.type.shown(fact))}"
    if condition.operator in PRESENCE:
        return f"{subject} is known"
    affirming = CONTRARIES.get(condition.operator, condition.operator)
    is_so = verdict is (affirming is condition.operator)
    yes, no = field.type.phrase(affirming)
    if affirming is Operator.IN and len(condition.values) == 1 and yes == "is one of":
        yes, no = "is", "is not"
    remark = field.type.remark(fact, condition.values)
    wanted = _listed(condition.values, "and" if affirming is Operator.IN_RANGE else "or")
    return f"{subject} {yes if is_so else no} {wanted}" + (f" ({remark})" if remark else "")


def _in_quotes(text: str) -> str:
    """Return a fact as it is, or in quotes where it would run into the sentence."""
    return text if text.isprintable() and " " not in text and len(text) <= 40 else quoted(text)


def _listed(values: Sequence[str], word: str) -> str:
    shown = [_in_quotes(value) for value in values[:_MOST_WANTED]]
    if len(values) > _MOST_WANTED:
        return f"{', '.join(shown)} or {len(values) - _MOST_WANTED} more"
    return f" {word} ".join([", ".join(shown[:-1]), shown[-1]] if len(shown) > 1 else shown)


def _rows(asked: _Asked) -> Iterator[Row]:
    if asked.row is not None:
        yield asked.row
    for part in asked.parts:
        yield from _rows(part)


def _reason(row: Row, verdict: Truth) -> str:
    is_excepted = verdict is False and row.is_exception and row.verdict is True
    return f"excepted, because {row.sentence}" if is_excepted else row.sentence


def _reasons(asked: _Asked) -> Iterator[Row]:
    """Yield the conditions that make the answer what it is: one where one is enough, else all of them."""
    if asked.row is not None:
        yield asked.row
        return
    decisive = [part for part in asked.parts if part.verdict is asked.verdict]
    if isinstance(asked.node, Not):
        decisive = list(asked.parts)
    elif asked.verdict is not isinstance(asked.node, And):
        # One false part makes an "and" false, one true part an "or" true, one unknown part either unknown.
        decisive = decisive[:1]
    for part in decisive:
        yield from _reasons(part)
