"""The operators of whatever has an order, and the comparison that each of them is."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from app.rules.conditions.field_type import Test
from app.rules.conditions.operators import Operator

IN_ORDER = (
    Operator.IS,
    Operator.IS_NOT,
    Operator.LESS,
    Operator.AT_MOST,
    Operator.MORE,
    Operator.AT_LEAST,
)
"""What can be asked of a fact that has a place in an order."""

COMPARISONS: Mapping[Operator, Callable[[Any], Test]] = MappingProxyType(
    {
        Operator.IS: lambda wanted: lambda found: found == wanted,
        Operator.LESS: lambda wanted: lambda found: found < wanted,
        Operator.AT_MOST: lambda wanted: lambda found: found <= wanted,
        Operator.MORE: lambda wanted: lambda found: found > wanted,
        Operator.AT_LEAST: lambda wanted: lambda found: found >= wanted,
    }
)
"""Makes the test for a place that is wanted, by the affirming operator."""
