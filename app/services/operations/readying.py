"""What is made ready before phones are asked: their firmware, their template, their files.

What they had is kept with their targets, so that an operation can be rolled back; a roll back gives it back.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import ConfigTemplate, Device, DeviceStatus, Firmware, Operation, OperationTarget
from app.models.enums import Action, Cause, Stage, Status, TargetState
from app.services import config_files, pins
from app.services.config_files.differences import find_outdated
from app.services.operations import kept_files
from app.services.operations.asker import asker_of
from app.services.operations.claiming import watch_files
from app.services.operations.deciding import decide_anew
from app.services.operations.targets import GONE_ELSEWHERE, gone_elsewhere

Outcome = tuple[TargetState, str]

_NO_FIRMWARE: Outcome = (TargetState.FAILED, "The firmware was deleted.")
_FIRMWARE_BEFORE_GONE: Outcome = (TargetState.FAILED, "The firmware that it had before was deleted.")
_FIRMWARE_CHANGED: Outcome = (TargetState.SKIPPED, "It has got another firmware since.")
_NO_TEMPLATE: Outcome = (TargetState.FAILED, "The template was deleted.")
_ALIEN_TEMPLATE: Outcome = (TargetState.FAILED, "The template belongs to another tenant.")
_TEMPLATE_BEFORE_GONE: Outcome = (TargetState.FAILED, "The template that it had before was deleted.")
_TEMPLATE_CHANGED: Outcome = (TargetState.SKIPPED, "It has got another template since.")
_FILE_CHANGED: Outcome = (TargetState.SKIPPED, "Its file was changed since, and stays as it is.")
_FILE_STAYS: Outcome = (TargetState.SKIPPED, "Its file is as Generate would make it.")
_DECIDED_THE_SAME: Outcome = (TargetState.SKIPPED, "It has what the rules give it.")
_NO_FILE: Outcome = (TargetState.FAILED, "It has no configuration file; generate it first.")


def make_ready(
    session: Session,
    operation: Operation,
    macs: Sequence[str],
    devices: Mapping[str, Device],
    statuses: Mapping[str, DeviceStatus],
    *,
    absent: Collection[str],
    now: datetime,
) -> dict[str, Outcome]:
    """Make what phones are to fetch, and return those of which nothing is asked, and why.

    Nothing is changed for those that are ``absent``. What a roll back gives back is given back to them, too: they must
    not find the change when they return.
    """
    found = _not_there(session, operation, macs, devices, statuses)
    there = [
        mac for mac in macs if mac not in found and (mac not in absent or operation.undoes_id is not None)
    ]
    work = _Work(session, operation, there, devices, statuses, now)
    if operation.action is Action.FIRMWARE:
        found |= work.give_back_firmware() if operation.undoes_id is not None else work.give_firmware()
    elif operation.action is Action.UPDATE:
        found |= work.give_back_files() if operation.undoes_id is not None else work.give_files()
        waited_for = [mac for mac in there if mac not in found and mac not in absent]
        found |= dict.fromkeys(set(waited_for) - watch_files(session, waited_for), _NO_FILE)
    session.flush()
    return found


def _not_there(
    session: Session,
    operation: Operation,
    macs: Sequence[str],
    devices: Mapping[str, Device],
    statuses: Mapping[str, DeviceStatus],
) -> dict[str, Outcome]:
    elsewhere = gone_elsewhere(session, operation, macs)
    found: dict[str, Outcome] = {}
    for mac in macs:
        if mac in elsewhere:
            found[mac] = (TargetState.SKIPPED, GONE_ELSEWHERE)
        elif mac not in devices and mac not in statuses:
            found[mac] = (TargetState.SKIPPED, "The phone is not there any more.")
        elif operation.action in (Action.UPDATE, Action.FIRMWARE) and mac not in devices:
            found[mac] = (TargetState.SKIPPED, "It is no device, so it has no file of its own.")
    return found


class _Work:
    """What is done for the phones of one claim."""

    def __init__(
        self,
        session: Session,
        operation: Operation,
        macs: Sequence[str],
        devices: Mapping[str, Device],
        statuses: Mapping[str, DeviceStatus],
        now: datetime,
    ) -> None:
        self._session = session
        self._operation = operation
        self._devices = {mac: devices[mac] for mac in macs if mac in devices}
        self._now = now
        self._targets = _targets_of(session, operation.id, self._devices)
        if operation.gate is not None or operation.action is Action.FIRMWARE:
            for mac, target in self._targets.items():
                _remember_report(target, statuses.get(mac))

    def give_firmware(self) -> dict[str, Outcome]:
        """Give the devices the firmware, and generate their files."""
        firmware = self._session.get(Firmware, self._operation.options["firmware_id"])
        if firmware is None:
            return dict.fromkeys(self._devices, _NO_FIRMWARE)
        for mac, device in self._devices.items():
            _remember(self._targets[mac], {"firmware_id": device.firmware_id, "given": firmware.id})
            device.firmware_id = firmware.id
        self._pin(self._devices.values(), Stage.FIRMWARE)
        self._generate(self._devices)
        return {}

    def give_back_firmware(self) -> dict[str, Outcome]:
        """Give the devices the firmware that they had, and generate their files."""
        found: dict[str, Outcome] = {}
        there = set(self._session.scalars(select(Firmware.id)))
        for mac, source in self._undone().items():
            before, device = source.before or {}, self._devices[mac]
            if device.firmware_id not in (before["given"], before["firmware_id"]):
                found[mac] = _FIRMWARE_CHANGED
            elif before["firmware_id"] not in {None, *there}:
                found[mac] = _FIRMWARE_BEFORE_GONE
            else:
                device.firmware_id = before["firmware_id"]
        self._generate(set(self._devices) - set(found))
        return found

    def give_files(self) -> dict[str, Outcome]:
        """Give the devices their template where the operation names one, and generate their files where it says so."""
        found: dict[str, Outcome] = {}
        options = self._operation.options
        if "template_id" in options:
            found = self._give_template(options["template_id"])
        elif options.get("decide"):
            found = self._decide_anew()
        if not options.get("generate"):
            return found
        if options.get("only_changed"):
            found |= self._unchanged([mac for mac in self._devices if mac not in found])
        macs = [mac for mac in self._devices if mac not in found]
        if self._operation.gate is None:
            self._generate(macs)
            return found
        earlier = kept_files.read(self._session, macs)
        self._generate(macs)
        for mac in kept_files.keep_replaced(self._session, self._targets, earlier):
            _remember(self._targets[mac], {})
        return found

    def give_back_files(self) -> dict[str, Outcome]:
        """Give the devices the template that they had, and the file; it is generated where none was kept."""
        undone = self._undone()
        found = self._give_back_templates(undone)
        ids = {mac: source.id for mac, source in undone.items() if mac not in found}
        is_back, is_changed = kept_files.put_back(self._session, ids, now=self._now)
        self._generate(set(ids) - is_back - is_changed)
        return found | dict.fromkeys(is_changed, _FILE_CHANGED)

    def _give_template(self, template_id: int) -> dict[str, Outcome]:
        template = self._session.get(ConfigTemplate, template_id)
        if template is None:
            return dict.fromkeys(self._devices, _NO_TEMPLATE)
        found: dict[str, Outcome] = {}
        for mac, device in self._devices.items():
            if template.tenant_id not in (None, device.tenant_id):
                found[mac] = _ALIEN_TEMPLATE
            elif device.template_id != template.id:
                before = {"template_id": device.template_id, "phone_model_id": device.phone_model_id}
                _remember(self._targets[mac], {**before, "given": template.id})
                device.template_id, device.phone_model_id = template.id, template.phone_model_id
        self._pin([device for mac, device in self._devices.items() if mac not in found], Stage.TEMPLATE)
        return found

    def _pin(self, devices: Collection[Device], stage: Stage) -> None:
        author = asker_of(self._operation)
        pins.pin(self._session, devices, (stage,), author=author, now=self._now)

    def _decide_anew(self) -> dict[str, Outcome]:
        """Give the devices what rules say today, and return those that have it already, and did at an earlier try."""
        cause = Cause.ACTIVATION if "simulation_id" in self._operation.options else Cause.MANUAL
        author = asker_of(self._operation)
        undecided = [device for mac, device in self._devices.items() if self._targets[mac].before is None]
        if self._operation.options.get("release"):
            pins.release(self._session, undecided, tuple(Stage), author=author, now=self._now)
        found: dict[str, Outcome] = {}
        for mac, decided in decide_anew(
            self._session, undecided, cause, author=author, now=self._now
        ).items():
            device, target = self._devices[mac], self._targets[mac]
            if decided.refused:
                found[mac] = (TargetState.FAILED, decided.refused)
            elif not decided.has_changed:
                found[mac] = _DECIDED_THE_SAME
            else:
                had = {"template_id": decided.had.template_id, "phone_model_id": device.phone_model_id}
                is_other_template = decided.had.template_id != device.template_id
                _remember(target, {**had, "given": device.template_id} if is_other_template else {})
                target.tenant_id = device.tenant_id
        return found

    def _give_back_templates(self, undone: Mapping[str, OperationTarget]) -> dict[str, Outcome]:
        found: dict[str, Outcome] = {}
        there = set(self._session.scalars(select(ConfigTemplate.id)))
        for mac, source in undone.items():
            before, device = source.before or {}, self._devices[mac]
            if "given" not in before:
                continue
            if device.template_id not in (before["given"], before["template_id"]):
                found[mac] = _TEMPLATE_CHANGED
            elif before["template_id"] not in {None, *there}:
                found[mac] = _TEMPLATE_BEFORE_GONE
            else:
                device.template_id, device.phone_model_id = before["template_id"], before["phone_model_id"]
        return found

    def _unchanged(self, macs: Sequence[str]) -> dict[str, Outcome]:
        """Return those whose files are as Generate would make them, and were so when the operation began.

        A file that it made at an earlier try, of which the phone may not have been told, is one that changed.
        """
        self._session.flush()
        ids = [self._devices[mac].id for mac in macs]
        changed = {found.device_id for found in find_outdated(self._session, ids)}
        made_at = config_files.generation_times(self._session, ids)
        changed |= {device_id for device_id, at in made_at.items() if at >= self._operation.created_at}
        return {mac: _FILE_STAYS for mac in macs if self._devices[mac].id not in changed}

    def _undone(self) -> dict[str, OperationTarget]:
        """Return the targets of the operation that is rolled back, by their phones."""
        assert self._operation.undoes_id is not None  # only a roll back asks
        return _targets_of(self._session, self._operation.undoes_id, self._devices)

    def _generate(self, macs: Collection[str]) -> None:
        self._session.flush()
        config_files.generate_many(
            self._session, [self._devices[mac].id for mac in sorted(macs)], now=self._now
        )


def _targets_of(session: Session, operation_id: int, macs: Collection[str]) -> dict[str, OperationTarget]:
    wanted = select(OperationTarget).where(
        OperationTarget.operation_id == operation_id, OperationTarget.key.in_(macs)
    )
    return {
        target.key: target for target in session.scalars(wanted.execution_options(populate_existing=True))
    }


def _remember(target: OperationTarget, before: dict[str, Any]) -> None:
    """Keep what the phone had; of a second try what it had at the first."""
    if target.before is None:
        target.before = before


def _remember_report(target: OperationTarget, status: DeviceStatus | None) -> None:
    if target.was_registered is None:
        target.was_registered = status is not None and status.status is Status.REGISTERED
        target.version_before = status.firmware_version if status else ""
