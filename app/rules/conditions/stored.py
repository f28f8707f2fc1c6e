"""The tree of conditions as plain data, for a JSON column and for whoever sends rules."""

from collections.abc import Mapping
from typing import Any

from app.rules.conditions.operators import Operator
from app.rules.conditions.tree import And, Condition, Node, Not, Or


def tree_as_json(node: Node) -> dict[str, Any]:
    """Return a tree as plain data: ``{"field", "operator", "values"}``, or ``all``, ``any`` or ``not`` of such."""
    if isinstance(node, Condition):
        return {"field": node.field, "operator": node.operator.value, "values": list(node.values)}
    if isinstance(node, Not):
        return {"not": tree_as_json(node.part)}
    return {"all" if isinstance(node, And) else "any": [tree_as_json(part) for part in node.parts]}


def tree_from_json(plain: Mapping[str, Any]) -> Node:
    """Return the tree that ``tree_as_json`` turned into plain data."""
    if "field" in plain:
        return Condition(plain["field"], Operator(plain["operator"]), tuple(plain["values"]))
    if "not" in plain:
        return Not(tree_from_json(plain["not"]))
    if "all" in plain:
        return And(tuple(tree_from_json(part) for part in plain["all"]))
    return Or(tuple(tree_from_json(part) for part in plain["any"]))
