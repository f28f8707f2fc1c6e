"""What is shown of operations, of their waves and of their targets."""

from datetime import datetime
from typing import Any

from msgspec import Struct
from sqlalchemy.orm import Session

from app.models import Operation, OperationTarget
from app.models.enums import Action, OperationState, Subject, TargetState, WaveState, Way
from app.rules.actions import KINDS
from app.services.operations import reading, rolling_back, waves

_SHOWN_OPTIONS = (
    "name", "version", "mode", "text", "seconds", "language", "vlan_mode", "generate", "only_changed", "decide",
    "release", "lines", "from_user",
)  # fmt: skip


class OperationItem(Struct, kw_only=True):
    """An operation: one action on many phones or users. `total` and `counts`, by state, are of the targets that the
    token sees; `percent` of them have ended. `options` are what the action was told, without secrets."""

    id: int
    action: Action
    title: str
    subject: Subject
    state: OperationState
    total: int
    counts: dict[str, int]
    percent: int
    options: dict[str, str | int | bool]
    batch_size: int
    delay_seconds: int
    patience_seconds: int
    deadline_seconds: int | None
    created_by: str
    reason: str
    created_at: datetime
    next_batch_at: datetime
    paused_by: str
    finished_at: datetime | None
    rolls_back: int | None


class WaveItem(Struct, kw_only=True):
    """A wave of a roll-out, how far its phones are, and what its gate found."""

    name: str
    state: WaveState
    counts: dict[str, int]
    began_at: datetime | None
    ended_at: datetime | None
    finding: str
    passed_over_by: str


class OneOperation(OperationItem, kw_only=True):
    """An operation with its waves, empty where it has none, and the operation that rolled it back."""

    waves: list[WaveItem]
    rolled_back_by: int | None


class TargetItem(Struct, kw_only=True):
    """A phone, by its MAC, or a user, by its id, and how far the operation has come with it."""

    id: int
    key: str
    label: str
    state: TargetState
    reason: str
    way: Way | None
    wave: int
    changed_at: datetime
    sent_at: datetime | None
    confirm_by: datetime | None
    next_try_at: datetime | None
    finding: str


def show_one(session: Session, operation: Operation) -> OneOperation:
    """Return an operation with its waves, and how far it is."""
    item: OneOperation = show(operation, OneOperation, waves=_waves(session, operation), rolled_back_by=None)
    add_progress(item, reading.progress_of(session, [operation.id])[operation.id])
    item.rolled_back_by = rolling_back.find_roll_back(session, operation.id)
    return item


def _waves(session: Session, operation: Operation) -> list[WaveItem]:
    return [
        WaveItem(
            name=stage.wave.name,
            state=stage.wave.state,
            counts={state.value: number for state, number in sorted(stage.counts.items())},
            began_at=stage.wave.began_at,
            ended_at=stage.wave.ended_at,
            finding=stage.wave.finding,
            passed_over_by=stage.wave.passed_over_by,
        )
        for stage in waves.read_stages(session, operation)
    ]


def show(operation: Operation, kind: type[Any] = OperationItem, **besides: Any) -> Any:
    """Return an operation as it is shown, without how far it is, which is read for a whole page at once."""
    return kind(
        id=operation.id,
        action=operation.action,
        title=KINDS[operation.action].title,
        subject=operation.subject,
        state=operation.state,
        total=0,
        counts={},
        percent=0,
        options={name: operation.options[name] for name in _SHOWN_OPTIONS if name in operation.options},
        batch_size=operation.batch_size,
        delay_seconds=operation.delay_seconds,
        patience_seconds=operation.patience_seconds,
        deadline_seconds=operation.deadline_seconds,
        created_by=operation.created_by,
        reason=operation.given_reason,
        created_at=operation.created_at,
        next_batch_at=operation.next_batch_at,
        paused_by=operation.paused_by,
        finished_at=operation.finished_at,
        rolls_back=operation.undoes_id,
        **besides,
    )


def add_progress(item: OperationItem, progress: reading.Progress) -> None:
    """Say how far an operation is."""
    item.counts = {state.value: number for state, number in sorted(progress.counts.items())}
    item.total, item.percent = progress.total, progress.percent


def show_target(target: OperationTarget) -> TargetItem:
    """Return a target as it is shown."""
    return TargetItem(
        id=target.id,
        key=target.key,
        label=target.label,
        state=target.state,
        reason=target.reason,
        way=target.way,
        wave=target.wave,
        changed_at=target.changed_at,
        sent_at=target.sent_at,
        confirm_by=target.confirm_by,
        next_try_at=target.next_try_at,
        finding=target.finding,
    )
