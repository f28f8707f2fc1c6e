"""What the tests of roll-outs share: a roll-out, phones that are asked, and what they come back with."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.models import Device, DeviceSeen, DeviceStatus, Operation, OperationWave
from app.models.enums import Action, Severity, Status, TargetState, WaveState
from app.rules.gates import Gate, parse_limit
from app.rules.waves import parse_steps
from app.services.operations import calls, claiming, confirming, gates, postponing, results
from app.services.operations.calls import REAL_PHONES
from app.services.operations.results import Result
from app.services.operations.waves import RollOut
from tests.factories import NOW, make_firmware
from tests.services.operating import begin, make_phones

WATCH = timedelta(minutes=15)
OLD, NEW = "UC_2.0.13.121", "UC_3.1.0.478"
SECOND = timedelta(seconds=1)
HOUR = timedelta(hours=1)


def rolled_out(
    steps: str = "2, rest",
    *,
    canaries: Iterable[str] = (),
    limit: str = "0",
    severity: Severity | None = Severity.MAJOR,
    rolls_back: bool = False,
) -> RollOut:
    """Return how an operation is divided, watched for a quarter of an hour after each wave."""
    gate = Gate(WATCH, parse_limit(limit), severity, rolls_back)
    return RollOut(parse_steps(steps), tuple(canaries), gate)


def make_old_phones(session: Session, number: int, **fields: Any) -> list[Device]:
    """Add registered phones with the old firmware and the file that they had loaded."""
    devices = make_phones(session, number, **fields)
    report_version(session, devices, OLD, at=NOW)
    return devices


def begin_firmware(
    session: Session, devices: list[Device], folder: Path, roll_out: RollOut, **more: Any
) -> Operation:
    """Begin to roll out the new firmware."""
    firmware = make_firmware(session, folder, "new.img", b"\0" + NEW.encode())
    options = {"firmware_id": firmware.id}
    return begin(session, devices, Action.FIRMWARE, batch=100, roll_out=roll_out, options=options, **more)


def ask(session: Session, *, now: datetime) -> list[str]:
    """Ask all phones whose turn has come, and return them; who is not there is put off."""
    claimed = claiming.claim(session, owner="a worker", room=1_000, is_local=False, now=now)
    if claimed is None:
        return []
    prepared = calls.prepare(session, claimed, REAL_PHONES, now=now)
    operation = claimed.operation
    results.record(session, operation, prepared.results, owner="a worker", now=now)
    postponing.put_off(session, operation, prepared.absent, owner="a worker", now=now)
    decided = {*prepared.absent, *(result.target_id for result in prepared.results)}
    asked = {target_id: mac for target_id, mac in claimed.targets if target_id not in decided}
    claiming.mark_sending(session, list(asked), owner="a worker", now=now)
    sent = [Result(target_id, TargetState.SENT) for target_id in asked]
    results.record(session, operation, sent, owner="a worker", now=now)
    return list(asked.values())


def report_version(
    session: Session,
    devices: Iterable[Device],
    version: str,
    *,
    at: datetime,
    status: Status = Status.REGISTERED,
) -> None:
    """Let phones have booted, and reported a version and a status."""
    macs = [device.mac for device in devices]
    said = {"firmware_version": version, "status": status, "status_changed_at": at, "started_at": at}
    for table, values in ((DeviceStatus, said), (DeviceSeen, {"seen_at": at})):
        session.execute(
            update(table)
            .where(table.mac.in_(macs))
            .values(**values)
            .execution_options(synchronize_session=False)
        )


def follow_up(session: Session, *, now: datetime) -> None:
    """Do what the leading scheduler does every few seconds."""
    postponing.follow_up(session, postponing.find_due(session, now=now), now=now)
    confirming.decide(session, confirming.find_decided(session, now=now), now=now)
    gates.follow_up(session, gates.find_decided(session, now=now), now=now)
    results.finish(session, results.find_ended(session), now=now)


def waves_of(session: Session, operation: Operation) -> list[WaveState]:
    """Return the states of an operation's waves in their order."""
    states = select(OperationWave.state).where(OperationWave.operation_id == operation.id)
    return list(session.scalars(states.order_by(OperationWave.number)))


def findings_of(session: Session, operation: Operation) -> list[str]:
    """Return what the gates of an operation found, in the order of its waves."""
    findings = select(OperationWave.finding).where(OperationWave.operation_id == operation.id)
    return list(session.scalars(findings.order_by(OperationWave.number)))
