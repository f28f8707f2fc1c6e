"""The columns of an alarm that only rules change, as they are before any rule has said something."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

UNRULED: Mapping[str, Any] = MappingProxyType(
    {
        "transitions": None,
        "flaps_until": None,
        "suppressed_by": "",
        "suppressed_until": None,
        "is_hidden": False,
        "group_rule": "",
        "group_key": "",
        "parent_id": None,
        "holds": 0,
        "escalated_severity": None,
        "level": 0,
        "assigned_to": "",
        "escalation_rule": "",
        "escalation_cycle": 0,
        "escalation_round": 0,
        "escalation_step": 0,
        "clock_from": None,
        "clock_ran": 0,
        "escalates_at": None,
    }
)
