"""The gates of roll-outs: how the phones of a wave stand, whether the next may begin, and what is done when not."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, case, func, select, update
from sqlalchemy.orm import Session

from app.models import Alarm, DeviceStatus, Operation, OperationTarget, OperationWave
from app.models.enums import OperationState, Severity, Status, TargetState, WaveState
from app.models.operation import MAX_REASON
from app.rules.actions import KINDS
from app.rules.gates import TROUBLES, Decision, Gate, Limit, Standing, decide, severities_from
from app.services import journal
from app.services.author import Author
from app.services.operations import steering, waves
from app.services.operations.confirming import VERSION_SHOULD_BE

GATE = Author("its gate")
"""Who stops a roll-out, as its page and the journal name it."""
_MOST_FINDINGS = 500
_NOT_ASKED_YET = (TargetState.WAITING, TargetState.CLAIMED, TargetState.SENDING, TargetState.QUEUED)
_IS_OPEN = OperationWave.state.in_((WaveState.RUNNING, WaveState.WATCHED))


def as_stored(gate: Gate) -> dict[str, Any]:
    """Return a gate as it is kept with its operation."""
    return {
        "watch_seconds": int(gate.watch.total_seconds()),
        "limit": gate.limit.number,
        "is_percent": gate.limit.is_percent,
        "severity": gate.severity.value if gate.severity else None,
        "rolls_back": gate.rolls_back,
    }


def gate_of(operation: Operation) -> Gate | None:
    """Return the gate of a roll-out, None for an operation without waves."""
    stored = operation.gate
    if stored is None:
        return None
    return Gate(
        watch=timedelta(seconds=stored["watch_seconds"]),
        limit=Limit(stored["limit"], stored["is_percent"]),
        severity=Severity(stored["severity"]) if stored["severity"] else None,
        rolls_back=stored["rolls_back"],
    )


def find_decided(session: Session, *, now: datetime) -> Sequence[int]:
    """Return running roll-outs whose open wave has passed or failed its gate, or is all asked by now; only reads."""
    rows = session.execute(_running()).all()
    return [row.Operation.id for row in rows if _has_news(session, row, now)]


def follow_up(session: Session, ids: Collection[int], *, now: datetime) -> int:
    """Open the next waves of these roll-outs or stop them, as their gates say; return of how many a wave ended."""
    locked = _running().where(Operation.id.in_(ids)).with_for_update(of=Operation, skip_locked=True)
    ended = 0
    for operation, wave in session.execute(locked.execution_options(populate_existing=True)).all():
        gate = gate_of(operation)
        if gate is None:
            continue
        counts = count_standings(session, operation, gate, wave.number, now=now)
        decision = decide(gate.limit, counts)
        if decision is not None:
            _end_wave(session, operation, wave, decision, now)
            ended += 1
        elif wave.watched_from is None and _is_all_asked(counts):
            wave.state, wave.watched_from = WaveState.WATCHED, now
    session.flush()
    return ended


def count_standings(
    session: Session, operation: Operation, gate: Gate, wave: int, *, now: datetime
) -> dict[Standing, int]:
    """Count the phones of a wave by how they stand at this moment."""
    phones = _of_wave(select(_standing(gate, now).label("standing")), operation.id, wave).subquery()
    rows = session.execute(select(phones.c.standing, func.count()).group_by(phones.c.standing))
    return {Standing(word): number for word, number in rows}


def _running() -> Select[Operation, OperationWave]:
    return (
        select(Operation, OperationWave)
        .join(
            OperationWave,
            and_(
                OperationWave.operation_id == Operation.id,
                OperationWave.number == Operation.open_wave,
                _IS_OPEN,
            ),
        )
        .where(Operation.state == OperationState.RUNNING)
        .order_by(Operation.id)
    )


def _has_news(session: Session, row: Row[Operation, OperationWave], now: datetime) -> bool:
    operation, wave = row
    gate = gate_of(operation)
    if gate is None:
        return False
    counts = count_standings(session, operation, gate, wave.number, now=now)
    return decide(gate.limit, counts) is not None or (wave.watched_from is None and _is_all_asked(counts))


def _is_all_asked(counts: dict[Standing, int]) -> bool:
    return not counts.get(Standing.WAITING, 0) and counts.get(Standing.WATCHED, 0) > 0


def _standing(gate: Gate, now: datetime) -> ColumnElement[str]:
    """Say how a phone stands; the first of these that is true."""
    state, asked_at = (
        OperationTarget.state,
        func.coalesce(OperationTarget.sent_at, OperationTarget.changed_at),
    )
    is_other_version = and_(
        VERSION_SHOULD_BE.is_not(None),
        VERSION_SHOULD_BE != "",
        DeviceStatus.firmware_version != VERSION_SHOULD_BE,
    )
    came_back = DeviceStatus.started_at > asked_at
    was_given_up = and_(OperationTarget.try_until.is_not(None), OperationTarget.sent_at.is_(None))
    lost_registration = and_(
        OperationTarget.was_registered.is_(True), DeviceStatus.status.is_distinct_from(Status.REGISTERED)
    )
    return case(
        (state.in_(_NOT_ASKED_YET), Standing.WAITING.value),
        (state == TargetState.POSTPONED, Standing.POSTPONED.value),
        (state == TargetState.SKIPPED, Standing.SKIPPED.value),
        (and_(state == TargetState.FAILED, was_given_up), Standing.ABSENT.value),
        (and_(state != TargetState.FAILED, asked_at > now - gate.watch), Standing.WATCHED.value),
        (and_(is_other_version, came_back), Standing.OTHER_VERSION.value),
        (and_(state == TargetState.FAILED, OperationTarget.sent_at.is_(None)), Standing.NOT_ASKED.value),
        (state.in_((TargetState.FAILED, TargetState.SENT)), Standing.SILENT.value),
        (is_other_version, Standing.OTHER_VERSION.value),
        (lost_registration, Standing.UNREGISTERED.value),
        (_has_alarm(gate, asked_at), Standing.ALARMED.value),
        else_=Standing.WELL.value,
    )


def _has_alarm(gate: Gate, asked_at: ColumnElement[datetime]) -> ColumnElement[bool]:
    return (
        select(Alarm.id)
        .where(
            Alarm.mac == OperationTarget.key,
            Alarm.cleared_at.is_(None),
            Alarm.severity.in_(severities_from(gate.severity)),
            Alarm.first_raised_at > asked_at,
        )
        .exists()
    )


def _of_wave(statement: Select[*tuple[Any, ...]], operation_id: int, wave: int) -> Select[*tuple[Any, ...]]:
    return (
        statement.select_from(OperationTarget)
        .join(Operation, Operation.id == OperationTarget.operation_id)
        .outerjoin(DeviceStatus, DeviceStatus.mac == OperationTarget.key)
        .where(OperationTarget.operation_id == operation_id, OperationTarget.wave == wave)
    )


def _end_wave(
    session: Session, operation: Operation, wave: OperationWave, decision: Decision, now: datetime
) -> None:
    gate = gate_of(operation)
    if gate is not None:
        _note_findings(session, operation, gate, wave.number, now)
    wave.finding, wave.ended_at = decision.finding[:MAX_REASON], now
    wave.state = WaveState.PASSED if decision.has_passed else WaveState.FAILED
    if decision.has_passed:
        waves.open_next(session, operation, now=now)
        return
    steering.halt(session, operation, by=GATE.name, now=now)
    name = "the canary" if wave.name == "canary" else wave.name
    journal.record(
        session,
        at=now,
        author=replace(GATE, reason=operation.given_reason),
        action="operation stopped by its gate",
        subject=f"operation {operation.id}",
        text=(
            f"The gate of {name} stopped the operation {operation.id} ({KINDS[operation.action].title}): "
            f"{decision.finding}"
        ),
        tenant_id=steering.tenant_of(session, operation),
    )


def _note_findings(session: Session, operation: Operation, gate: Gate, wave: int, now: datetime) -> None:
    """Write to the phones that are not well what is wrong with each; the first ones, where there are very many."""
    alarm = (
        select(func.min(Alarm.name))
        .where(
            Alarm.mac == OperationTarget.key,
            Alarm.cleared_at.is_(None),
            Alarm.severity.in_(severities_from(gate.severity)),
            Alarm.first_raised_at > OperationTarget.sent_at,
        )
        .scalar_subquery()
    )
    facts = select(
        OperationTarget.id, _standing(gate, now).label("standing"), DeviceStatus.firmware_version, alarm.label("alarm"),
        VERSION_SHOULD_BE.label("version"), DeviceStatus.status,
    )  # fmt: skip
    phones = _of_wave(facts, operation.id, wave).subquery()
    unwell = select(phones).where(phones.c.standing.in_([word.value for word in TROUBLES]))
    rows = session.execute(unwell.order_by(phones.c.id).limit(_MOST_FINDINGS)).all()
    if rows:
        session.execute(
            update(OperationTarget), [{"id": row.id, "finding": _finding(row)[:MAX_REASON]} for row in rows]
        )


def _finding(row: Row[*tuple[Any, ...]]) -> str:
    match Standing(row.standing):
        case Standing.OTHER_VERSION:
            return f"It reports {row.firmware_version or 'no version'}, not {row.version}."
        case Standing.UNREGISTERED:
            return f"It did not register again; it is {row.status or 'unknown'}."
        case Standing.ALARMED:
            return f"It raised the alarm {row.alarm}."
        case standing:
            return f"It {TROUBLES[standing]}."
