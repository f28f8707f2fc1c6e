"""The figures of this installation for Prometheus: of its fleet from the database, of its requests from memory.

Labels are words of the field, of which there are few: no phone, tenant or address is ever one.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from app.counters import BUCKETS, LANES, LIMITS, Counters
from app.models import (
    Alarm,
    Delivery,
    Heartbeat,
    ImportJob,
    OperationTarget,
    PendingAction,
    PhoneChange,
    Simulation,
)
from app.models.enums import DeliveryState, ImportState, Severity, SimulationState, Status, TargetState
from app.rendering.exposition import Figure, Sample, gauge, one_gauge
from app.services import silence
from app.services.fleet_counts import shares
from app.services.monitoring import jobs
from app.services.phone_history.filing import IS_TO_FILE

_WORKED_ON = (ImportState.UPLOADED, ImportState.CONFIRMED, ImportState.UNDOING)
_UNDER_WAY = (SimulationState.WAITING, SimulationState.RUNNING)
_OPEN_TARGETS = (
    TargetState.WAITING, TargetState.CLAIMED, TargetState.SENDING, TargetState.QUEUED, TargetState.POSTPONED,
    TargetState.SENT,
)  # fmt: skip


def of_requests(counters: Counters, door: str) -> list[Figure]:
    """Return what the processes behind one door have answered, and what waits in them."""
    counts, seconds = counters.seconds(door)
    bounds = [f"{bound:g}" for bound in BUCKETS] + ["+Inf"]
    samples = [
        Sample(count, {"door": door, "le": bound}, "_bucket")
        for bound, count in zip(bounds, counts, strict=True)
    ]
    samples += [Sample(seconds, {"door": door}, "_sum"), Sample(counts[-1], {"door": door}, "_count")]
    answered = [
        Sample(number, {"door": door, "kind": kind, "status": status})
        for (kind, status), number in counters.requests(door).items()
        if number
    ]
    figures = [
        Figure("ringmaster_requests_total", "counter", "Requests that were answered.", answered),
        Figure("ringmaster_request_duration_seconds", "histogram", "How long requests took.", samples),
    ]
    if door == "plane":
        waiting = [(counters.waiting(lane), {"lane": lane}) for lane in LANES]
        figures.append(
            gauge("ringmaster_plane_waiting_calls", "Calls of phones that wait for a batch.", waiting)
        )
        limited = [Sample(counters.refused(limit), {"limit": limit}) for limit in LIMITS]
        meaning = "Requests of phones that were refused because they came too often."
        figures.append(Figure("ringmaster_phone_requests_limited_total", "counter", meaning, limited))
    return figures


def of_fleet(session: Session, *, now: datetime) -> list[Figure]:
    """Return what the database says of phones, alarms, queues and chores; all of it, whatever the scope's tenants."""
    by_status = shares.count(session, largest=1).by_status
    phones = [(by_status[status], {"status": status.value}) for status in Status]
    return [
        gauge("ringmaster_phones", "Phones by what they last said of themselves.", phones),
        gauge("ringmaster_alarms_active", "Alarms that are active.", _alarms(session)),
        gauge("ringmaster_queue_length", "What waits to be worked off.", _queues(session)),
        gauge(
            "ringmaster_deliveries", "Messages about alarms that are kept, by state.", _deliveries(session)
        ),
        *_of_plane(session, now),
        *_of_jobs(jobs.read(session), now),
    ]


def _alarms(session: Session) -> list[tuple[float, Mapping[str, str]]]:
    by_severity = (
        select(Alarm.severity, func.count()).where(Alarm.cleared_at.is_(None)).group_by(Alarm.severity)
    )
    found: dict[Any, int] = dict(session.execute(by_severity).all())
    wanted = [severity for severity in Severity if severity is not Severity.CLEARED]
    return [(found.get(severity, 0), {"severity": severity.value}) for severity in wanted]


def _queues(session: Session) -> list[tuple[float, Mapping[str, str]]]:
    queues: dict[str, Select[int]] = {
        "deliveries": _number(Delivery).where(
            Delivery.state.in_((DeliveryState.WAITING, DeliveryState.FAILED))
        ),
        "operations": _number(OperationTarget).where(OperationTarget.state.in_(_OPEN_TARGETS)),
        "actions": _number(PendingAction).where(PendingAction.handed_over_at.is_(None)),
        "imports": _number(ImportJob).where(ImportJob.state.in_(_WORKED_ON)),
        "simulations": _number(Simulation).where(Simulation.state.in_(_UNDER_WAY)),
        "changes of phones": _number(PhoneChange).where(IS_TO_FILE),
    }
    return [(session.scalar(queue) or 0, {"queue": name}) for name, queue in queues.items()]


def _deliveries(session: Session) -> list[tuple[float, Mapping[str, str]]]:
    by_state = select(Delivery.state, func.count()).group_by(Delivery.state)
    found: dict[Any, int] = dict(session.execute(by_state).all())
    return [(found.get(state, 0), {"state": state.value}) for state in DeliveryState]


def _number(model: Any) -> Select[int]:
    return select(func.count()).select_from(model)


def _of_plane(session: Session, now: datetime) -> list[Figure]:
    plane = session.get(Heartbeat, silence.PHONE_PLANE)
    if plane is None:
        return []
    age = max(0.0, (now - plane.beat_at).total_seconds())
    return [
        one_gauge(
            "ringmaster_plane_heartbeat_age_seconds", "Since when no phone plane has said that it runs.", age
        )
    ]


def _of_jobs(runs: Sequence[jobs.Run], now: datetime) -> list[Figure]:
    done = [run for run in runs if run.done_at is not None]
    return [
        gauge("ringmaster_job_lag_seconds", "By how much a scheduled job is late.",
              [(run.lag(now), {"task": run.name}) for run in done]),
        gauge("ringmaster_job_duration_seconds", "How long a scheduled job took when it was last done.",
              [(run.took_seconds, {"task": run.name}) for run in done]),
        gauge("ringmaster_job_failed_timestamp_seconds", "When a scheduled job last failed, as seconds since 1970.",
              [(run.failed_at.timestamp(), {"task": run.name}) for run in runs if run.failed_at]),
    ]  # fmt: skip
