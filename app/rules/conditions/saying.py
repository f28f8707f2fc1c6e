"""Conditions in the words of sentences: what a rule demands, before any phone is asked."""

from collections.abc import Sequence
from typing import NamedTuple

from app.rules.conditions.fields import FIELDS
from app.rules.conditions.form import find_form
from app.rules.conditions.operators import CONTRARIES, PRESENCE, Operator
from app.rules.conditions.tree import And, Condition, Node, Not, Or
from app.rules.sentences import quoted

_MOST_WANTED = 5
_LONGEST_BARE = 40


class Predicate(NamedTuple):
    """What a condition says of its field: that it is so, that it is not, and what it is compared with."""

    yes: str
    no: str
    wanted: str


def predicate_of(condition: Condition) -> Predicate:
    """Return how sentences say a condition, as its operator affirms it: "is not" is "is" denied."""
    if condition.operator in PRESENCE:
        return Predicate("is known", "is not known", "")
    affirming = CONTRARIES.get(condition.operator, condition.operator)
    yes, no = FIELDS[condition.field].type.phrase(affirming)
    if affirming is Operator.IN and len(condition.values) == 1 and yes == "is one of":
        yes, no = "is", "is not"
    return Predicate(yes, no, listed(condition.values, "and" if affirming is Operator.IN_RANGE else "or"))


def said_of_rule(tree: Node) -> str:
    """Return when a rule matches, as it follows "When": empty for one that matches every phone."""
    form = find_form(tree)
    if form is None:
        return _said(tree)
    wanted = " and ".join(map(_said, form.all_of))
    excepted = " or ".join(map(_said, form.except_any_of))
    if not excepted:
        return wanted
    return f"{wanted or 'it is any at all'}, except when {excepted}"


def in_quotes(text: str) -> str:
    """Return a value as it is, or in quotes where it would run into the sentence."""
    is_bare = text.isprintable() and " " not in text and len(text) <= _LONGEST_BARE
    return text if is_bare else quoted(text)


def listed(values: Sequence[str], word: str) -> str:
    """Return values with a word between the last two; of many, the first."""
    shown = [in_quotes(value) for value in values[:_MOST_WANTED]]
    if len(values) > _MOST_WANTED:
        return f"{', '.join(shown)} or {len(values) - _MOST_WANTED} more"
    return f" {word} ".join([", ".join(shown[:-1]), shown[-1]] if len(shown) > 1 else shown)


def _said(node: Node) -> str:
    if isinstance(node, Condition):
        return _condition(node)
    if isinstance(node, Not):
        return f"not ({_said(node.part)})"
    word = " and " if isinstance(node, And) else " or "
    return word.join(f"({_said(part)})" if isinstance(part, And | Or) else _said(part) for part in node.parts)


def _condition(condition: Condition) -> str:
    field = FIELDS[condition.field]
    statement = field.type.statement(condition.values[0]) if condition.values else ""
    if statement:
        return statement
    predicate = predicate_of(condition)
    is_affirmed = condition.operator not in CONTRARIES
    return f"{field.title} {predicate.yes if is_affirmed else predicate.no} {predicate.wanted}".rstrip()
