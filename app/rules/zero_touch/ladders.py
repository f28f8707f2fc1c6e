"""The built-in ladders of all stages, to be read."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from app.models.enums import Stage
from app.rules.zero_touch import firmware, placement, template
from app.rules.zero_touch.trace import Rung

LADDERS: Mapping[Stage, Sequence[Rung[Any, Any]]] = MappingProxyType(
    {
        Stage.PLACEMENT: placement.LADDER,
        Stage.TEMPLATE: template.LADDER,
        Stage.FIRMWARE: firmware.LADDER,
    }
)
"""What decides where no rule of an administrator does, the first that is asked first."""
