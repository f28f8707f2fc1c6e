"""Looking whether phones have confirmed what they were asked, from what the phone API noted of them."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any, TypeVarTuple

from sqlalchemy import ColumnElement, Row, Select, and_, case, func, or_, select, update
from sqlalchemy.orm import Session

from app.models import ConfigFile, DeviceSeen, DeviceStatus, Operation, OperationTarget, PendingAction
from app.models.enums import Action, Status, TargetState
from app.models.operation import MAX_REASON
from app.rules.actions import KINDS, Proof
from app.rules.confirmation import Asked, Verdict, judge
from app.rules.target_states import ENDED, sources_of
from app.services.alarms.standing import CONFIGURATION, FIRMWARE, Download, note_downloads
from app.services.stored_files import key_of

Columns = TypeVarTuple("Columns")

_LOADED = {Action.UPDATE: CONFIGURATION, Action.FIRMWARE: FIRMWARE}
"""What phones are told to load by which action."""

_AT_MOST = 5_000
_APPROVED = "It was approved."
VERSION_SHOULD_BE = func.coalesce(
    func.nullif(OperationTarget.expected_version, ""), Operation.options["version"].as_string()
)
"""The firmware that a phone shall report: one of its own, or that of all."""
_SINCE = case(
    (OperationTarget.state == TargetState.QUEUED, PendingAction.handed_over_at), else_=OperationTarget.sent_at
)


def find_decided(session: Session, *, now: datetime) -> Sequence[int]:
    """Return targets of which it may have been decided what became of them; the rule decides (``decide``)."""
    may_be = or_(
        OperationTarget.confirm_by <= now,
        _was_handed_over_or_dropped(),
        and_(_asks_for(Proof.REPORTS), DeviceSeen.seen_at > OperationTarget.sent_at),
        and_(_asks_for(Proof.BOOTS, Proof.REPORTS_VERSION), DeviceStatus.started_at > _SINCE),
        and_(
            _asks_for(Proof.BOOTS, Proof.REPORTS_VERSION),
            DeviceStatus.status == Status.STARTED,
            DeviceSeen.seen_at > _SINCE,
        ),
        and_(
            _asks_for(Proof.REPORTS_VERSION),
            DeviceSeen.seen_at > _SINCE,
            DeviceStatus.firmware_version == VERSION_SHOULD_BE,
        ),
        and_(_asks_for(Proof.FETCHES_FILE), ConfigFile.fetched_at > _SINCE),
    )
    wanted = (
        _with_facts(select(OperationTarget.id)).where(may_be).order_by(OperationTarget.id).limit(_AT_MOST)
    )
    return session.scalars(wanted).all()


def decide(session: Session, ids: Collection[int], *, now: datetime) -> int:
    """Write what became of these targets; return of how many something did."""
    facts = select(
        OperationTarget, Operation.action, Operation.options, Operation.patience_seconds,
        PendingAction.handed_over_at, PendingAction.expires_at, DeviceStatus.status, DeviceStatus.status_changed_at,
        DeviceStatus.started_at, DeviceStatus.firmware_version, DeviceSeen.seen_at, ConfigFile.fetched_at,
    )  # fmt: skip
    rows = session.execute(
        _with_facts(facts)
        .where(OperationTarget.id.in_(ids))
        .with_for_update(of=OperationTarget, skip_locked=True)
        .execution_options(populate_existing=True)
    ).all()
    decided = 0
    settled: set[str] = set()
    downloads: list[Download] = []
    for row in rows:
        verdict = judge(_asked(row), now=now)
        if verdict is not None:
            decided += 1
            _write(row, verdict, now)
            if row.action is Action.UPDATE and verdict.state is not TargetState.SENT:
                settled.add(row.OperationTarget.key)
            if row.action in _LOADED and verdict.state in (TargetState.CONFIRMED, TargetState.FAILED):
                downloads.append(_download(row, verdict))
    session.flush()
    _stop_watching(session, settled)
    note_downloads(session, downloads, now=now)
    return decided


def _with_facts(statement: Select[*Columns]) -> Select[*Columns]:
    return (
        statement.select_from(OperationTarget)
        .join(Operation, OperationTarget.operation_id == Operation.id)
        .outerjoin(DeviceStatus, DeviceStatus.mac == OperationTarget.key)
        .outerjoin(DeviceSeen, DeviceSeen.mac == OperationTarget.key)
        .outerjoin(PendingAction, PendingAction.id == OperationTarget.pending_action_id)
        .outerjoin(ConfigFile, ConfigFile.name_key == OperationTarget.key + ".cfg")
        .where(
            or_(
                OperationTarget.state == TargetState.QUEUED,
                and_(OperationTarget.state == TargetState.SENT, OperationTarget.confirm_by.is_not(None)),
            )
        )
    )


def _asks_for(*proofs: Proof) -> ColumnElement[bool]:
    return Operation.action.in_([action for action, kind in KINDS.items() if kind.proof in proofs])


def _was_handed_over_or_dropped() -> ColumnElement[bool]:
    return and_(
        OperationTarget.state == TargetState.QUEUED,
        or_(
            PendingAction.handed_over_at.is_not(None),
            and_(PendingAction.id.is_(None), OperationTarget.pending_action_id.is_not(None)),
        ),
    )


def _asked(row: Row[*tuple[Any, ...]]) -> Asked:
    target: OperationTarget = row.OperationTarget
    return Asked(
        proof=KINDS[row.action].proof,
        is_queued=target.state is TargetState.QUEUED,
        sent_at=target.sent_at,
        confirm_by=target.confirm_by,
        handed_over_at=row.handed_over_at,
        expires_at=row.expires_at,
        status=row.status,
        status_changed_at=row.status_changed_at,
        started_at=row.started_at,
        seen_at=row.seen_at,
        fetched_at=row.fetched_at,
        firmware_version=row.firmware_version or "",
        version=target.expected_version or row.options.get("version", ""),
    )


def _write(row: Row[*tuple[Any, ...]], verdict: Verdict, now: datetime) -> None:
    target: OperationTarget = row.OperationTarget
    if target.state not in sources_of(verdict.state):
        return
    if target.state is TargetState.QUEUED and row.handed_over_at is not None:
        target.sent_at = row.handed_over_at
    if verdict.state is TargetState.SENT:
        has_proof = KINDS[row.action].proof is not Proof.NONE
        target.confirm_by = now + timedelta(seconds=row.patience_seconds) if has_proof else None
    # What stood in the way before is a part of why it failed.
    said = f"{target.reason} {verdict.reason}" if verdict.state is TargetState.FAILED else verdict.reason
    if row.action is Action.APPROVE and verdict.state in ENDED:
        said = f"{_APPROVED} {said.strip()}"
    target.state, target.reason, target.changed_at = verdict.state, said.strip()[:MAX_REASON], now


def _download(row: Row[*tuple[Any, ...]], verdict: Verdict) -> Download:
    return Download(
        mac=row.OperationTarget.key,
        what=_LOADED[row.action],
        version=row.options.get("version", ""),
        reason=verdict.reason,
        is_done=verdict.state is TargetState.CONFIRMED,
    )


def _stop_watching(session: Session, macs: Collection[str]) -> None:
    """Let the phone API no longer note when these phones fetch their files, unless another operation waits for it."""
    if not macs:
        return
    still = set(
        session.scalars(
            select(OperationTarget.key)
            .join(Operation, OperationTarget.operation_id == Operation.id)
            .where(
                OperationTarget.key.in_(macs),
                Operation.action == Action.UPDATE,
                OperationTarget.state.in_((TargetState.SENDING, TargetState.QUEUED, TargetState.SENT)),
            )
        )
    )
    keys = [key_of(f"{mac}.cfg") for mac in macs if mac not in still]
    session.execute(
        update(ConfigFile)
        .where(ConfigFile.name_key.in_(keys))
        .values(is_watched=False)
        .execution_options(synchronize_session=False)
    )
