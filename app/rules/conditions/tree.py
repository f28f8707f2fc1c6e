"""Conditions and what joins them; plain data, whose meaning is in ``compiling`` and ``tracing``."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

from app.errors import InvalidInputError
from app.rules.conditions.operators import Operator

MOST_CONDITIONS = 50
MOST_LEVELS = 20


@dataclass(frozen=True, slots=True)
class Condition:
    """A field, an operator and its values, each in its one form (``Vocabulary.condition`` makes them so)."""

    field: str
    operator: Operator
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class And:
    """All parts; without any, it holds for every phone."""

    parts: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Or:
    """Any of the parts."""

    parts: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The contrary of a part."""

    part: "Node"


Node: TypeAlias = Condition | And | Or | Not

EVERY_PHONE = And(())


def parts_of(node: Node) -> tuple[Node, ...]:
    """Return what a node joins, nothing for a condition."""
    if isinstance(node, Condition):
        return ()
    return (node.part,) if isinstance(node, Not) else node.parts


def conditions_in(node: Node) -> Iterator[Condition]:
    """Yield the conditions of a tree as they are written."""
    if isinstance(node, Condition):
        yield node
    for part in parts_of(node):
        yield from conditions_in(part)


def check_size(node: Node) -> None:
    """Raise InvalidInputError for a tree that nobody could read any more."""
    count = sum(1 for _ in conditions_in(node))
    if count > MOST_CONDITIONS:
        raise InvalidInputError(f"The rule has {count} conditions; {MOST_CONDITIONS} is the most.")
    if _levels(node) > MOST_LEVELS:
        raise InvalidInputError(f"The rule is nested more than {MOST_LEVELS} levels deep; write it flatter.")


def _levels(node: Node) -> int:
    return max((1 + _levels(part) for part in parts_of(node)), default=0)
