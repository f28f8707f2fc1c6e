"""What may become of an alarm that was raised (rules 3.2).

Two axes: the condition, active or cleared, which phones and the manager move; and what an operator made of it,
acknowledged or shelved, for a time or, acknowledged, until it is cleared. Each move says which columns change and
what the timeline tells; None stands for a move that changes nothing, so that whatever is done twice is harmless.

Rules that suppress, correlate or escalate have columns of their own (``app/rules/alarm_rules/rule_columns.py``), which
a state may be without where no rule has said anything; they count where severity and due time are worked out.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple, TypeAlias

from app.errors import InvalidInputError
from app.models.enums import AlarmDeed, ClearedBy, Severity, SourceKind
from app.rules.alarms.catalogue import AlarmType

REOPENS_WITHIN = timedelta(minutes=5)
"""An alarm that is raised again so soon after it was cleared goes on as the same one."""
LONGEST_SHELF = timedelta(days=90)

State: TypeAlias = Mapping[str, Any]
"""The columns of an alarm by their names."""
Columns: TypeAlias = dict[str, Any]

_WORST_FIRST = tuple(Severity)
_NOT_ACKNOWLEDGED: State = {"acknowledged_at": None, "acknowledged_by": "", "acknowledged_until": None}
_NOT_SHELVED: State = {"shelved_until": None, "shelved_by": "", "shelf_reason": ""}


class Change(NamedTuple):
    """A line of the timeline; ``old`` and ``new`` are severities, times or who cleared, as the deed has it.

    ``rule_key`` is that of the rule that made it so.
    """

    deed: AlarmDeed
    old: str = ""
    new: str = ""
    note: str = ""
    rule_key: str = ""


class Move(NamedTuple):
    """What changes, and what the timeline tells of it: nothing of a repeat that says the same."""

    columns: Columns
    change: Change | None


def raised(kind: AlarmType | None, severity: Severity, *, now: datetime) -> Columns:
    """Return the state of an alarm that is raised for the first time."""
    columns: Columns = {
        "severity": severity,
        "reported_severity": severity,
        "count": 1,
        "first_raised_at": now,
        "last_raised_at": now,
        "changed_at": now,
        "cleared_at": None,
        "cleared_by": None,
        "reopened": 0,
        **_NOT_ACKNOWLEDGED,
        **_NOT_SHELVED,
    }
    return columns | {"next_due_at": next_due_at(columns, kind)}


def repeat(state: State, kind: AlarmType | None, severity: Severity, *, now: datetime) -> Move:
    """It is raised again while it is active: it counts up, and has the severity that is reported now."""
    shown = _shown_severity(state, severity)
    columns: Columns = {
        "count": state["count"] + 1,
        "last_raised_at": now,
        "severity": shown,
        "reported_severity": severity,
    }
    change = None
    if shown != state["severity"]:
        change = Change(AlarmDeed.SEVERITY, old=state["severity"], new=shown)
        columns["changed_at"] = now
    return _with_due(state, kind, Move(columns, change))


def may_reopen(state: State, *, now: datetime) -> bool:
    """Whether an alarm that is raised now goes on as this one, which was cleared; one that flaps does for longer."""
    cleared_at, flaps_until = state["cleared_at"], state.get("flaps_until")
    is_recent = cleared_at is not None and now - cleared_at <= REOPENS_WITHIN
    return (
        cleared_at is not None
        and (is_recent or (flaps_until is not None and now < flaps_until))
        and state["cleared_by"] != ClearedBy.DEVICE_REMOVED
    )


def reopen(state: State, kind: AlarmType | None, severity: Severity, *, now: datetime) -> Move:
    """It is raised again soon after it was cleared: what an operator made of it still holds."""
    columns: Columns = {
        "count": state["count"] + 1,
        "reopened": state["reopened"] + 1,
        "last_raised_at": now,
        "changed_at": now,
        "cleared_at": None,
        "cleared_by": None,
        "severity": _shown_severity(state, severity),
        "reported_severity": severity,
    }
    change = Change(AlarmDeed.REOPEN, new=severity)
    return _with_due(state, kind, Move(columns, change))


def clear(state: State, by: ClearedBy, *, now: datetime, note: str = "") -> Move | None:
    """It is over."""
    if state["cleared_at"] is not None:
        return None
    columns: Columns = {"cleared_at": now, "cleared_by": by, "changed_at": now}
    columns["next_due_at"] = next_due_at({**state, **columns}, None)
    return Move(columns, Change(AlarmDeed.CLEAR, new=by, note=note))


def acknowledge(
    state: State, kind: AlarmType | None, *, by: str, until: datetime | None, note: str, now: datetime
) -> Move | None:
    """An operator takes it upon himself, until it is cleared or for a time; the last one to say so counts."""
    if state["cleared_at"] is not None:
        return None
    if state["acknowledged_at"] is not None and (by, until, note) == (
        state["acknowledged_by"],
        state["acknowledged_until"],
        "",
    ):
        return None
    columns: Columns = {
        "acknowledged_at": now,
        "acknowledged_by": by,
        "acknowledged_until": until,
        "changed_at": now,
    }
    return _with_due(state, kind, Move(columns, Change(AlarmDeed.ACKNOWLEDGE, new=_time(until), note=note)))


def unacknowledge(state: State, kind: AlarmType | None, *, now: datetime, note: str = "") -> Move | None:
    """Nobody has taken it upon himself any more."""
    if state["acknowledged_at"] is None or state["cleared_at"] is not None:
        return None
    columns = {**_NOT_ACKNOWLEDGED, "changed_at": now}
    return _with_due(state, kind, Move(columns, Change(AlarmDeed.UNACKNOWLEDGE, note=note)))


def shelve(
    state: State, kind: AlarmType | None, *, by: str, until: datetime, reason: str, now: datetime
) -> Move | None:
    """It is put aside for a time: its state goes on, and nobody is told of it."""
    if state["cleared_at"] is not None:
        return None
    wanted = {"shelved_until": until, "shelved_by": by, "shelf_reason": reason}
    if all(state[name] == value for name, value in wanted.items()):
        return None
    columns = {**wanted, "changed_at": now}
    return _with_due(state, kind, Move(columns, Change(AlarmDeed.SHELVE, new=_time(until), note=reason)))


def unshelve(state: State, kind: AlarmType | None, *, now: datetime, note: str = "") -> Move | None:
    """It is taken from the shelf."""
    if state["shelved_until"] is None or state["cleared_at"] is not None:
        return None
    columns = {**_NOT_SHELVED, "changed_at": now}
    return _with_due(state, kind, Move(columns, Change(AlarmDeed.UNSHELVE, note=note)))


def moves_due(state: State, kind: AlarmType | None, *, now: datetime) -> Iterator[Move]:
    """Yield what happens by itself until now: an acknowledgement or a shelf runs out, or the alarm ends."""
    if state["cleared_at"] is not None:
        return
    acknowledged_until, shelved_until = state["acknowledged_until"], state["shelved_until"]
    current = dict(state)
    moves: list[Move | None] = []
    if acknowledged_until is not None and acknowledged_until <= now:
        moves.append(unacknowledge(current, kind, now=now))
        current |= _NOT_ACKNOWLEDGED
    if shelved_until is not None and shelved_until <= now:
        moves.append(unshelve(current, kind, now=now))
    ends_at = _ends_at(state, kind)
    if ends_at is not None and ends_at <= now:
        moves.append(clear(current, ClearedBy.ITSELF, now=now))
    yield from filter(None, moves)


def next_due_at(state: State, kind: AlarmType | None) -> datetime | None:
    """Return when something happens by itself next, or None."""
    if state["cleared_at"] is not None:
        return state.get("flaps_until")
    times = (
        _ends_at(state, kind),
        state["acknowledged_until"],
        state["shelved_until"],
        state.get("flaps_until"),
        state.get("suppressed_until"),
        state.get("escalates_at"),
    )
    return min((at for at in times if at is not None), default=None)


def check_until(until: datetime | None, *, now: datetime, longest: timedelta | None = None) -> None:
    """Raise InvalidInputError where something is to end that has ended already, or too late."""
    if until is not None and until <= now:
        raise InvalidInputError(by_field={"until": "Choose a time that is still to come."})
    if until is not None and longest is not None and until > now + longest:
        raise InvalidInputError(
            by_field={"until": f"Choose a time within the next {longest.days} days; it can be shelved again."}
        )


def _shown_severity(state: State, reported: Severity) -> Severity:
    """Return the severity that is shown: that which was reported last, or a worse one that rules have raised it to."""
    escalated = state.get("escalated_severity")
    return min(reported, escalated, key=_WORST_FIRST.index) if escalated else reported


def _ends_at(state: State, kind: AlarmType | None) -> datetime | None:
    if kind is None or kind.clears_after is None or state.get("source_kind") == SourceKind.GROUP:
        return None
    ends_at: datetime = state["last_raised_at"] + kind.clears_after
    return ends_at


def _with_due(state: State, kind: AlarmType | None, move: Move) -> Move:
    move.columns["next_due_at"] = next_due_at({**state, **move.columns}, kind)
    return move


def _time(at: datetime | None) -> str:
    return at.isoformat(timespec="seconds") if at is not None else ""
