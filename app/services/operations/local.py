"""What is done to our own rows: all targets of a claim in one transaction, with their results, so never twice."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.errors import RingmasterError
from app.models import ConfigTemplate, Device, Operation, PhoneUser, Tenant
from app.models.enums import Action, Stage, TargetState, VlanMode, Way
from app.services import (
    config_files,
    device_deletion,
    phone_user_changes,
    phone_user_passwords,
    pins,
    status_deletion,
    value_owners,
)
from app.services.author import Author
from app.services.configuration_values import changes as configuration_values
from app.services.operations.asker import asker_of
from app.services.operations.claiming import Claim
from app.services.operations.moving import move_device
from app.services.operations.results import Result
from app.services.operations.targets import GONE_ELSEWHERE, gone_elsewhere
from app.services.owned_values import LINES
from app.services.value_owners import Owner, OwnerKind

ROOM = 50
"""Targets of one transaction: on SQLite some tenths of a second in which nobody else can write."""

Outcome = tuple[TargetState, str]
Deed = Callable[[Session, Operation, Sequence[str], datetime], Mapping[str, Outcome]]

_DONE: Outcome = (TargetState.CONFIRMED, "")
_NO_USER: Outcome = (TargetState.SKIPPED, "The user is not there any more.")
_ELSEWHERE: Outcome = (TargetState.SKIPPED, GONE_ELSEWHERE)
_NO_STATUS: Outcome = (TargetState.SKIPPED, "Nothing that it reported is kept any more.")
_NO_TENANT: Outcome = (TargetState.FAILED, "The tenant was deleted.")
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
    elsewhere = gone_elsewhere(session, operation, macs)
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
        elif mac in elsewhere:
            outcomes[mac] = _ELSEWHERE
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
    session: Session, operation: Operation, macs: Sequence[str], now: datetime
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
    given = [device for device in devices if outcomes[device.mac] == _DONE]
    author = asker_of(operation)
    pins.pin(session, given, (Stage.TEMPLATE,), author=author, now=now)
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


def _change_tenant(
    session: Session, operation: Operation, macs: Sequence[str], now: datetime
) -> dict[str, Outcome]:
    """Move devices with all that is theirs; a user moves with his only phone, for both have one tenant."""
    devices, outcomes = _devices(session, operation, macs)
    tenant = session.get(Tenant, operation.options["tenant_id"])
    author = asker_of(operation)
    for mac in [device.mac for device in devices]:
        device = session.scalars(select(Device).where(Device.mac == mac)).one()
        if tenant is None:
            outcomes[mac] = _NO_TENANT
        elif device.tenant_id == tenant.id:
            outcomes[mac] = (TargetState.SKIPPED, f"It is in {tenant.name} already.")
        else:
            refused = move_device(session, device, tenant, author=author, now=now)
            outcomes[mac] = (
                (TargetState.FAILED, refused) if refused else (TargetState.CONFIRMED, _WITH_NEXT_FILE)
            )
    return outcomes


def _change_users_tenant(
    session: Session, operation: Operation, keys: Sequence[str], now: datetime
) -> dict[str, Outcome]:
    """Move users; their phones and all that is theirs go along."""
    tenant = session.get(Tenant, operation.options["tenant_id"])

    def move(user: PhoneUser, author: Author) -> Outcome:
        if tenant is None:
            return _NO_TENANT
        if user.tenant_id == tenant.id:
            return TargetState.SKIPPED, f"The user is in {tenant.name} already."
        phone_user_changes.move(session, user, tenant, author=author, now=now)
        return TargetState.CONFIRMED, _WITH_NEXT_FILE

    return _for_each_user(session, operation, keys, move)


def _delete_devices(
    session: Session, operation: Operation, macs: Sequence[str], now: datetime
) -> dict[str, Outcome]:
    devices, outcomes = _devices(session, operation, macs)
    author = asker_of(operation)
    for device in devices:
        outcomes[device.mac] = _DONE
        device_deletion.delete_device(session, device, author=author, now=now)
    return outcomes


def _delete_status(
    session: Session, operation: Operation, macs: Sequence[str], now: datetime
) -> dict[str, Outcome]:
    elsewhere = gone_elsewhere(session, operation, macs)
    author = asker_of(operation)
    here = [mac for mac in macs if mac not in elsewhere]
    deleted = status_deletion.delete_status(session, here, author=author, now=now)
    outcomes = dict.fromkeys(macs, _NO_STATUS) | dict.fromkeys(elsewhere, _ELSEWHERE)
    return outcomes | dict.fromkeys(deleted, _DONE)


def _delete_users(
    session: Session, operation: Operation, keys: Sequence[str], now: datetime
) -> dict[str, Outcome]:
    """Delete users with their phones."""

    def delete(user: PhoneUser, author: Author) -> Outcome:
        device_deletion.delete_user(session, user, author=author, now=now)
        return _DONE

    return _for_each_user(session, operation, keys, delete)


def _reset_passwords(
    session: Session, operation: Operation, keys: Sequence[str], now: datetime
) -> dict[str, Outcome]:
    """Give each user a random password of his own, or all of them the one that was chosen."""

    def reset(user: PhoneUser, author: Author) -> Outcome:
        phone_user_passwords.reset(session, [user.id], shared=operation.secret, author=author, now=now)
        return TargetState.CONFIRMED, _WITH_NEXT_FILE

    return _for_each_user(session, operation, keys, reset)


def _for_each_user(
    session: Session, operation: Operation, keys: Sequence[str], deed: Callable[[PhoneUser, Author], Outcome]
) -> dict[str, Outcome]:
    """Do something to each user in a savepoint of his own: one who cannot have it does not hold up the others."""
    elsewhere = gone_elsewhere(session, operation, keys)
    outcomes = {key: _ELSEWHERE if key in elsewhere else _NO_USER for key in keys}
    author = asker_of(operation)
    here = [int(key) for key in keys if key not in elsewhere]
    locked = select(PhoneUser.id).where(PhoneUser.id.in_(here)).order_by(PhoneUser.id)
    for user_id in session.scalars(locked.with_for_update(of=PhoneUser)).all():
        try:
            with session.begin_nested():
                outcomes[str(user_id)] = deed(session.get_one(PhoneUser, user_id), author)
        except RingmasterError as error:
            outcomes[str(user_id)] = (TargetState.FAILED, str(error))
    return outcomes


def _lay_values_over(
    session: Session, operation: Operation, keys: Sequence[str], now: datetime
) -> dict[str, Outcome]:
    """Give users lines of their own; a line that a user has with another value is replaced."""
    lines = configuration_values.read_pasted(operation.secret or "")
    author = asker_of(operation)
    owners, outcomes = _owners(session, operation, keys)
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
    author = asker_of(operation)
    owners, outcomes = _owners(session, operation, keys)
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


def _owners(
    session: Session, operation: Operation, keys: Sequence[str]
) -> tuple[list[Owner], dict[str, Outcome]]:
    """Return the users as owners of lines, and what became of those that are gone, or in another tenant by now."""
    elsewhere = gone_elsewhere(session, operation, keys)
    found = value_owners.read_owners(
        session, OwnerKind.USER, [int(key) for key in keys if key not in elsewhere]
    )
    outcomes = {key: _ELSEWHERE if key in elsewhere else _NO_USER for key in keys if int(key) not in found}
    return [found[user_id] for user_id in sorted(found)], outcomes


DEEDS: Mapping[Action, Deed] = MappingProxyType(
    {
        Action.GENERATE: _generate,
        Action.TEMPLATE: _change_template,
        Action.LANGUAGE: _change_language,
        Action.VLAN_MODE: _change_vlan_mode,
        Action.TENANT: _change_tenant,
        Action.DELETE_DEVICES: _delete_devices,
        Action.DELETE_STATUS: _delete_status,
        Action.USER_TENANT: _change_users_tenant,
        Action.DELETE_USERS: _delete_users,
        Action.PASSWORDS: _reset_passwords,
        Action.USER_VALUES: _lay_values_over,
        Action.NO_USER_VALUES: _delete_values,
    }
)
