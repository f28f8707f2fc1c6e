"""When the next message of a group leaves, and which of the steps that wait in it still have to be told.

Whoever keeps groups of notices asks here: the outbox, and what-if, which keeps them in memory.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from app.models.enums import DestinationKind, NoticeReason

EACH_ALARM: Final = frozenset({DestinationKind.SNMP, DestinationKind.SYSLOG})
"""Destinations that get a message for each alarm; all others get one for a group."""
ENDS: Final = frozenset({NoticeReason.CLEAR, NoticeReason.CANCEL})
NOT_FOR_EACH_ALARM: Final = frozenset({NoticeReason.ACKNOWLEDGE})
"""What a receiver that keeps a list of alarms of its own has no word for."""

OUTAGES_SHOW_WITHIN: Final = timedelta(seconds=15)
"""So long an alarm waits at least that may be part of an outage: what begins one is found out every few seconds."""


def withheld_until(
    reason: NoticeReason, put_at: datetime, alarm: Mapping[str, Any], *, now: datetime
) -> datetime | None:
    """Return until when a raise waits that may turn out to be part of an outage, whatever else its group tells.

    ``alarm`` are its columns, of which ``group_key`` and ``mac`` are read. None is what may be told now.
    """
    until = put_at + OUTAGES_SHOW_WITHIN
    may_be_part = reason is NoticeReason.RAISE and alarm["group_key"] and alarm["mac"]
    return until if may_be_part and until > now else None


def leaves_at(
    due_at: datetime | None,
    last_told_at: datetime | None,
    *,
    wait: timedelta,
    interval: timedelta,
    now: datetime,
) -> datetime:
    """Return when the next message leaves of a group into which something was put now."""
    leaves = now + wait
    if last_told_at is not None:
        leaves = max(leaves, last_told_at + interval)
    return leaves if due_at is None else min(leaves, due_at)


def repeats_at(last_told_at: datetime | None, repeat: timedelta, *, now: datetime) -> datetime:
    """Return when it is said again that alarms which were told are still active; ``repeat`` is not zero."""
    at = (last_told_at or now) + repeat
    return at if at > now else now + repeat  # there was nothing to repeat


def last_that_holds(
    reasons: Iterable[NoticeReason], *, is_active: bool, is_known: bool
) -> NoticeReason | None:
    """Return which of the steps that wait of an alarm is told; ``is_known`` says whether it was told to be active.

    An active alarm is not cleared any more, and a cleared one is only cleared: to those who know of it.
    """
    if not is_active and not is_known:
        return None
    held = [reason for reason in reasons if (reason in ENDS) is not is_active]
    return held[-1] if held else None
