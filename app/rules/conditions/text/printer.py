"""Writes conditions as text; ``parse`` makes the same tree of it again."""

from collections.abc import Sequence

from app.rules.conditions.operators import PRESENCE, Operator
from app.rules.conditions.text.words import AND, NOT, OR, quoted_if_needed
from app.rules.conditions.tree import And, Condition, Node, Not, Or


def as_text(tree: Node) -> str:
    """Return the text of a tree, in one line; every phone is no text at all."""
    if isinstance(tree, Condition):
        return _condition(tree)
    if isinstance(tree, Not):
        return f"{NOT} {_part(tree.part, (And, Or))}"
    # Nodes of the same kind in one another keep their brackets, so that nothing of the tree is lost.
    if isinstance(tree, And):
        return f" {AND} ".join(_part(part, (And, Or)) for part in tree.parts)
    return f" {OR} ".join(_part(part, (Or,)) for part in tree.parts)


def _part(node: Node, in_brackets: tuple[type[And] | type[Or], ...]) -> str:
    return f"({as_text(node)})" if isinstance(node, in_brackets) else as_text(node)


def _condition(condition: Condition) -> str:
    if condition.operator in PRESENCE:
        return f"{condition.field} {condition.operator}"
    return f"{condition.field} {condition.operator} {_values(condition.operator, condition.values)}"


def _values(operator: Operator, values: Sequence[str]) -> str:
    written = [quoted_if_needed(value) for value in values]
    if operator is not Operator.IN_RANGE and len(written) == 1:
        return written[0]
    return f"({', '.join(written)})"
