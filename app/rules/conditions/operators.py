"""The operators of conditions: how they are written, how many values they take, and which is whose contrary."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class Operator(StrEnum):
    """An operator as the text of a condition has it."""

    IS = "="
    IS_NOT = "!="
    IN = "in"
    NOT_IN = "not-in"
    LESS = "<"
    AT_MOST = "<="
    MORE = ">"
    AT_LEAST = ">="
    IN_RANGE = "in-range"
    STARTS_WITH = "starts-with"
    LIKE = "~"
    NOT_LIKE = "!~"
    IS_SET = "is-set"
    IS_NOT_SET = "is-not-set"


CONTRARIES: Mapping[Operator, Operator] = MappingProxyType(
    {
        Operator.IS_NOT: Operator.IS,
        Operator.NOT_IN: Operator.IN,
        Operator.NOT_LIKE: Operator.LIKE,
        Operator.IS_NOT_SET: Operator.IS_SET,
    }
)
"""The operators that deny, each with the one that affirms the same."""

PRESENCE = (Operator.IS_SET, Operator.IS_NOT_SET)
"""What every fact that may be missing can be asked; they take no value, and their answer is always known."""

_LISTS = frozenset({Operator.IN, Operator.NOT_IN, Operator.LIKE, Operator.NOT_LIKE})


def why_wrong_count(operator: Operator, count: int) -> str:
    """Return what is wrong with so many values, empty if an operator takes as many."""
    if operator in PRESENCE:
        return f'"{operator}" takes no value; leave it out.' if count else ""
    if operator is Operator.IN_RANGE:
        return "" if count == 2 else '"in-range" takes two values, the least and the most.'
    if not count:
        return f'"{operator}" needs a value.'
    if count > 1 and operator not in _LISTS:
        return f'"{operator}" takes one value; use "in" for several where the field has it.'
    return ""


def find_operator(word: str) -> Operator | None:
    """Return the operator that is written so, without regard to case, or None."""
    try:
        return Operator(word.casefold())
    except ValueError:
        return None
