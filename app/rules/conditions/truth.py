"""Three values: true, false, and None for not known, because a fact is missing (Kleene's strong logic)."""

from collections.abc import Iterable
from typing import TypeAlias

Truth: TypeAlias = bool | None


def conjunction(values: Iterable[Truth]) -> Truth:
    """Return whether all hold: false as soon as one is false, else not known as soon as one is not known."""
    answer: Truth = True
    for value in values:
        if value is False:
            return False
        if value is None:
            answer = None
    return answer


def disjunction(values: Iterable[Truth]) -> Truth:
    """Return whether any holds: true as soon as one is true, else not known as soon as one is not known."""
    answer: Truth = False
    for value in values:
        if value is True:
            return True
        if value is None:
            answer = None
    return answer


def negation(value: Truth) -> Truth:
    """Return the contrary; that of what is not known is not known."""
    return None if value is None else not value
