"""Alarms that come and go: their changes are remembered, and too many in too short a time are flapping."""

from datetime import datetime
from typing import Any

from app.rules.alarm_rules.outcomes import MOST_TRANSITIONS, Flap


def remember(alarm: dict[str, Any], now: datetime) -> None:
    """Remember a change of an alarm, in its columns."""
    known = alarm["transitions"] or []
    alarm["transitions"] = [*known, now.isoformat()][-MOST_TRANSITIONS:]


def is_flapping(alarm: dict[str, Any], flap: Flap, now: datetime) -> bool:
    """Return whether the changes of an alarm are too many."""
    since = now - flap.within
    recent = sum(datetime.fromisoformat(at) >= since for at in alarm["transitions"] or ())
    return recent >= flap.changes
