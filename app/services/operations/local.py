"""What is done to our own rows: all targets of a claim in one transaction, with their results, so never twice."""

import secrets
import string
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.errors import RingmasterError
from app.models import ConfigTemplate, Device, Operation, OperationTarget, PhoneUser
from app.models.enums import Action, TargetState, VlanMode, Way
from app.services import approval, config_files, value_owners
from app.services.approval import ApprovalRequest
from app.services.author import Author
from app.services.configuration_values import changes as configuration_values
from app.services.operations.claiming import Claim
from app.services.operations.results import Result
from app.services.owned_values import LINES
from app.services.value_owners import Owner, OwnerKind

ROOM = 50
"""Targets of one transaction: on SQLite some tenths of a second in which nobody else can write."""

_PASSWORD_LETTERS = string.ascii_letters + string.digits
_PASSWORD_LENGTH = 16

Outcome = tuple[TargetState, str]
Deed = Callable[[Session, Operation, Sequence[str], datetime], Mapping[str, Outcome]]

_DONE: Outcome = (TargetState.CONFIRMED, "")
_WITH_NEXT_FILE = "Phones get it once their files are generated and fetched."


def work_off(session: Session, claim: Claim, *, now: datetime) -> list[Result]:
    """Do what the operation is, to all of these targets, and return what became of each."""
    ids = {key: target_id for target_id, key in claim.targets}
    operation = claim.operation
    found = DEEDS[operation.action](session, operation, list(ids), now)
    return [Result(ids[key], state, reason, Way.HERE) for key, (state, reason) in found.items()]


def _devices(
    session: Session, operation: Operation, macs: Sequence[str]
) -> tuple[list[Device], dict[str, Outcome]]:
    """Return the devices, locked, and what became of those that are none any more or in another tenant by now."""
    places = dict(
        session.execute(
            select(OperationTarget.key, OperationTarget.tenant_id).where(
                OperationTarget.operation_id == operation.id, OperationTarget.key.in_(macs)
            )
        ).all()
    )
    locked = (
        select(Device)
        .where(Device.mac.in_(macs))
        .order_by(Device.mac)
        .with_for_update(of=Device)
        .execution_options(populate_existing=True)
    )
    found = {device.mac: device for device in session.scalars(locked)}
    outcomes: dict[str, Outcome] = {}
    for mac in macs:
        if mac not in found:
            outcomes[mac] = (TargetState.SKIPPED, "It is no device any more.")
        elif found[mac].tenant_id != places[mac]:
            outcomes[mac] = (TargetState.SKIPPED, "It has gone to another tenant since the operation began.")
    return [device for mac, device in found.items() if mac not in outcomes], outcomes


def _generate(
    session: Session, operation: Operation, macs: Sequence[str], now: datetime
) -> dict[str, Outcome]:
    devices, outcomes = _devices(session, operation, macs)
    with_template = [device for device in devices if device.template_id is not None]
    config_files.generate_many(session, [device.id for device in with_template], now=now)
    outcomes |= {
        device.mac: (TargetState.FAILED, "It has no template, so there is nothing to make its file from.")
        for device in devices
        if device.template_id is None
    }
    return outcomes | {device.mac: _DONE for device in with_template}


def _change_template(
    session: Session, operation: Operation, macs: Sequence[str], _now: datetime
) -> dict[str, Outcome]:
    devices, outcomes = _devices(session, operation, macs)
    template = session.get(ConfigTemplate, operation.options["template_id"])
    for device in devices:
        if template is None:
            outcomes[device.mac] = (TargetState.FAILED, "The template was deleted.")
        elif template.tenant_id not in (None, device.tenant_id):
            outcomes[device.mac] = (TargetState.FAILED, "The template belongs to another tenant.")
        elif device.template_id == template.id:
            outcomes[device.mac] = (TargetState.SKIPPED, "It has this template already.")
        else:
            device.template_id, device.phone_model_id = template.id, template.phone_model_id
            outcomes[device.mac] = _DONE
    session.flush()
    return outcomes


def _change_language(
    session: Session, operation: Operation, macs: Sequence[str], _now: datetime
) -> dict[str, Outcome]:
    devices, outcomes = _devices(session, operation, macs)
    for device in devices:
        device.language = operation.options["language"]
    session.flush()
    return outcomes | {device.mac: _DONE for device in devices}


def _change_vlan_mode(
    session: Session, operation: Operation, macs: Sequence[str], _now: datetime
) -> dict[str, Outcome]:
    devices, outcomes = _devices(session, operation, macs)
    for device in devices:
        device.vlan_mode = VlanMode(operation.options["vlan_mode"])
    session.flush()
    return outcomes | {device.mac: _DONE for device in devices}


def _approve(
    session: Session, operation: Operation, macs: Sequence[str], now: datetime
) -> dict[str, Outcome]:
    """Approve each phone in a savepoint of its own: one that cannot be does not hold up the others."""
    request = ApprovalRequest(tenant_id=operation.options["tenant_id"])
    author = Author(operation.created_by, operation.created_from)
    outcomes: dict[str, Outcome] = {}
    for mac in sorted(macs):
        try:
            with session.begin_nested():
                approval.approve(session, mac, request, author=author, now=now)
            outcomes[mac] = (TargetState.CONFIRMED, "It restarts with its next report.")
        except RingmasterError as error:
            outcomes[mac] = (TargetState.FAILED, str(error))
    return outcomes


def _reset_passwords(
    session: Session, operation: Operation, keys: Sequence[str], _now: datetime
) -> dict[str, Outcome]:
    outcomes: dict[str, Outcome] = dict.fromkeys(
        keys, (TargetState.SKIPPED, "The user is not there any more.")
    )
    locked = select(PhoneUser).where(PhoneUser.id.in_([int(key) for key in keys])).order_by(PhoneUser.id)
    for user in session.scalars(locked.with_for_update(of=PhoneUser)):
        user.password = operation.secret or _new_password()
        outcomes[str(user.id)] = (
            TargetState.CONFIRMED,
            _WITH_NEXT_FILE,
        )
    session.flush()
    return outcomes


def _lay_values_over(
    session: Session, operation: Operation, keys: Sequence[str], now: datetime
) -> dict[str, Outcome]:
    """Give users lines of their own; a line that a user has with another value is replaced."""
    lines = configuration_values.read_pasted(operation.secret or "")
    author = Author(operation.created_by, operation.created_from)
    owners, outcomes = _owners(session, keys)
    for owner in owners:
        laid = configuration_values.lay_over(session, owner, lines, replaces=True, author=author, now=now)
        if laid.added or laid.replaced:
            outcomes[str(owner.id)] = (TargetState.CONFIRMED, _WITH_NEXT_FILE)
        else:
            outcomes[str(owner.id)] = (TargetState.SKIPPED, "The user has these lines already.")
    return outcomes


def _delete_values(
    session: Session, operation: Operation, keys: Sequence[str], now: datetime
) -> dict[str, Outcome]:
    author = Author(operation.created_by, operation.created_from)
    owners, outcomes = _owners(session, keys)
    for owner in owners:
        rows = session.scalars(LINES.of_owner(owner)).all()
        for row in rows:
            configuration_values.delete(session, row, author=author, now=now)
        outcomes[str(owner.id)] = (
            (TargetState.CONFIRMED, _WITH_NEXT_FILE)
            if rows
            else (TargetState.SKIPPED, "The user has no lines of his own.")
        )
    return outcomes


def _owners(session: Session, keys: Sequence[str]) -> tuple[list[Owner], dict[str, Outcome]]:
    """Return the users as owners of lines, and what became of those that are gone."""
    found = value_owners.read_owners(session, OwnerKind.USER, [int(key) for key in keys])
    gone: Outcome = (TargetState.SKIPPED, "The user is not there any more.")
    return [found[user_id] for user_id in sorted(found)], {key: gone for key in keys if int(key) not in found}


def _new_password() -> str:
    return "".join(secrets.choice(_PASSWORD_LETTERS) for _ in range(_PASSWORD_LENGTH))


DEEDS: Mapping[Action, Deed] = MappingProxyType(
    {
        Action.GENERATE: _generate,
        Action.TEMPLATE: _change_template,
        Action.LANGUAGE: _change_language,
        Action.VLAN_MODE: _change_vlan_mode,
        Action.APPROVE: _approve,
        Action.PASSWORDS: _reset_passwords,
        Action.USER_VALUES: _lay_values_over,
        Action.NO_USER_VALUES: _delete_values,
    }
)
