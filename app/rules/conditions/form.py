"""The form of a rule: it matches when all of some rows hold, except when any of others does."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from app.rules.conditions.tree import And, Condition, Node, Not, Or


@dataclass(frozen=True, slots=True)
class Form:
    """The rows of a rule, in the order in which they are written."""

    all_of: tuple[Condition, ...] = ()
    except_any_of: tuple[Condition, ...] = ()

    def as_tree(self) -> Node:
        """Return the tree that says the same."""
        parts: list[Node] = list(self.all_of)
        if self.except_any_of:
            parts.append(Not(_any_of(self.except_any_of)))
        return parts[0] if len(parts) == 1 else And(tuple(parts))


def find_form(tree: Node) -> Form | None:
    """Return the form that says what a tree says, or None for one that is wilder than any form."""
    all_of: list[Condition] = []
    except_any_of: list[Condition] = []
    for part in _joined(tree, And):
        if isinstance(part, Condition):
            all_of.append(part)
            continue
        excepted = list(_joined(part.part, Or)) if isinstance(part, Not) else [part]
        if not all(isinstance(row, Condition) for row in excepted):
            return None
        except_any_of += [row for row in excepted if isinstance(row, Condition)]
    return Form(tuple(all_of), tuple(except_any_of))


def _any_of(rows: Sequence[Condition]) -> Node:
    return rows[0] if len(rows) == 1 else Or(tuple(rows))


def _joined(node: Node, kind: type[And] | type[Or]) -> Iterator[Node]:
    """Yield what a node joins, through nodes of the same kind in it."""
    if isinstance(node, kind):
        for part in node.parts:
            yield from _joined(part, kind)
    else:
        yield node
