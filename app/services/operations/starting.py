"""Beginning an operation: checked as a whole, and written with all its targets in one transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from app.errors import InvalidInputError
from app.models import Operation, OperationTarget
from app.models.enums import Action, OperationState, Subject, TargetState
from app.rules.actions import KINDS, OF_USERS, target_of
from app.rules.pacing import BATCH_SIZES, DELAYS, Pace
from app.rules.postponing import DEADLINES, USUAL_DEADLINE
from app.rules.waves import Wave, numbers_of
from app.services import journal
from app.services.author import Author
from app.services.operations import gates, targets, waves
from app.services.operations.options import checked_options, secret_of
from app.services.operations.targets import MOST_TARGETS, Candidate, Chosen
from app.services.operations.waves import RollOut

PATIENCES = tuple(timedelta(minutes=minutes) for minutes in (2, 5, 15, 30, 90, 480, 1440))
_LATEST_BEGIN = timedelta(days=366)
_FOR_WAITING_PHONES = (Action.CHECK_STATUS, Action.RESTART, Action.MESSAGE, Action.DELETE_STATUS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What a person asks: one action on what was chosen, at which pace, from when on.

    ``options`` are what the action needs to know (``options.checked_options``), ``secret`` a password among them.
    Phones that are not there are tried again until a ``deadline``; None has them told, or fail, like others. A
    ``roll_out`` divides the operation into waves.
    """

    action: Action
    chosen: Chosen
    pace: Pace
    patience: timedelta
    begins_at: datetime | None = None
    deadline: timedelta | None = None
    roll_out: RollOut | None = None
    options: Mapping[str, Any] = field(default_factory=dict)
    secret: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Checked:
    """An order that can be carried out: for whom in their order, with what, from when on, and in which waves."""

    targets: Sequence[Candidate]
    options: Mapping[str, Any]
    begins_at: datetime
    is_of_users: bool
    secret: str | None = field(repr=False)
    deadline: timedelta | None = None
    waves: Sequence[Wave] = ()


def check(session: Session, order: Order, *, now: datetime) -> Checked:
    """Return what an order comes to; nothing is written.

    InvalidInputError for a pace, a time or options that will not do, and where nothing of what was chosen is there.
    """
    _check_pace(order)
    begins_at = _begin_of(order, now)
    secret = secret_of(session, order.action, order.options, order.secret)
    options = checked_options(session, order.action, order.options, secret)
    found = read_targets(session, order)
    _check_number(found)
    is_of_users = target_of(order.action) is Subject.USERS
    if order.roll_out is None:
        return Checked(found, options, begins_at, is_of_users, secret, order.deadline)
    waves.check(order.action, order.roll_out, generates="generate" in options)
    arranged, divided = waves.arranged(found, order.roll_out)
    return Checked(
        arranged, options, begins_at, is_of_users, secret, order.deadline or USUAL_DEADLINE, divided
    )


def start(session: Session, order: Order, *, author: Author, now: datetime) -> Operation:
    """Write the operation and its targets, which a scheduler works off; it has begun when this is committed.

    Raises what ``check`` raises.
    """
    checked = check(session, order, now=now)
    found = checked.targets
    operation = Operation(
        action=order.action,
        subject=target_of(order.action),
        options=checked.options,
        secret=checked.secret,
        batch_size=order.pace.batch_size,
        delay_seconds=int(order.pace.delay.total_seconds()),
        patience_seconds=int(order.patience.total_seconds()),
        deadline_seconds=int(checked.deadline.total_seconds()) if checked.deadline else None,
        gate=gates.as_stored(order.roll_out.gate) if order.roll_out else None,
        state=OperationState.RUNNING,
        total=len(found),
        next_batch_at=checked.begins_at,
        last_served_at=now,
        created_by=author.name[:100],
        created_from=author.address[:45],
        given_reason=author.reason,
        created_at=now,
    )
    session.add(operation)
    session.flush()
    if checked.waves:
        waves.write(session, operation, checked.waves, now=now)
    numbers = numbers_of(checked.waves) or [0] * len(found)
    rows = [_row(operation.id, target, number, now) for target, number in zip(found, numbers, strict=True)]
    session.execute(insert(OperationTarget), rows)
    _note(session, operation, checked, author=author, now=now)
    return operation


def _check_pace(order: Order) -> None:
    if order.action not in KINDS:
        raise InvalidInputError("This action cannot be asked of many at once.")
    if order.pace.batch_size not in BATCH_SIZES:
        raise InvalidInputError(
            f"A batch has {', '.join(map(str, BATCH_SIZES))} targets; choose one of these.",
            field="batch_size",
        )
    if order.pace.delay not in DELAYS:
        raise InvalidInputError(
            "Choose one of the delays between batches that the page offers.", field="delay_seconds"
        )
    if order.patience not in PATIENCES:
        raise InvalidInputError(
            "Choose one of the times that the page offers for a phone to confirm.", field="patience_seconds"
        )
    if order.deadline is not None and not KINDS[order.action].may_have_waves:
        raise InvalidInputError(
            f"{KINDS[order.action].title} is not kept for phones that are not there.",
            field="deadline_seconds",
        )
    if order.deadline not in (None, *DEADLINES):
        raise InvalidInputError(
            "Choose one of the deadlines that the page offers for phones that are not there.",
            field="deadline_seconds",
        )
    if order.chosen.subject is Subject.DEVICES and order.action in OF_USERS:
        raise InvalidInputError(f"{KINDS[order.action].title} is for users, and phones were chosen.")


def _begin_of(order: Order, now: datetime) -> datetime:
    if order.begins_at is None:
        return now
    if order.begins_at > now + _LATEST_BEGIN:
        raise InvalidInputError(
            "The operation would begin in more than a year; choose an earlier time.", field="begins_at"
        )
    return max(order.begins_at, now)


def read_targets(session: Session, order: Order) -> Sequence[Candidate]:
    """Return whom the action can be asked of among what was chosen; of some actions a phone must be a device."""
    if order.action is Action.APPROVE:
        return targets.waiting_phones(session, order.chosen.keys)
    found = targets.resolve(session, order.chosen)
    if order.action in _FOR_WAITING_PHONES and order.chosen.subject is Subject.DEVICES:
        found += targets.waiting_phones(session, order.chosen.keys)
    if order.chosen.subject is Subject.USERS and order.action not in OF_USERS:
        return targets.phones_of(session, [int(candidate.key) for candidate in found])
    return found


def _check_number(found: Sequence[Candidate]) -> None:
    if not found:
        raise InvalidInputError(
            "Nothing of what was chosen is there, or your account does not see it. Choose again."
        )
    if len(found) > MOST_TARGETS:
        raise InvalidInputError(
            f"More than {MOST_TARGETS:,} are chosen; divide them into several operations."
        )


def _row(operation_id: int, target: Candidate, wave: int, now: datetime) -> dict[str, Any]:
    return {
        "operation_id": operation_id,
        "tenant_id": target.tenant_id,
        "key": target.key,
        "label": target.label[:200],
        "wave": wave,
        "state": TargetState.WAITING,
        "changed_at": now,
    }


def _note(
    session: Session,
    operation: Operation,
    checked: Checked,
    *,
    author: Author,
    now: datetime,
) -> None:
    kind, found = KINDS[operation.action], checked.targets
    in_waves = (
        f" in {len(checked.waves)} wave{'' if len(checked.waves) == 1 else 's'}" if checked.waves else ""
    )
    noun = "user" if operation.subject is Subject.USERS else "phone"
    number = f"{len(found):,} {noun}{'' if len(found) == 1 else 's'}"
    only = found[0].key if len(found) == 1 and operation.subject is Subject.DEVICES else ""
    whom = f"the phone {only}" if only else number
    journal.record(
        session,
        at=now,
        author=author,
        action="operation started",
        subject=only or f"operation {operation.id}",
        text=f"{author.name} started the operation {operation.id}: {kind.title} for {whom}{in_waves}.",
        tenant_id=journal.tenant_of(session, [target.tenant_id for target in found]),
    )
