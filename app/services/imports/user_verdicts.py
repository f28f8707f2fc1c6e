"""The verdict on one row of users, against what is there, and in words what is not plain from it."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from app.errors import InvalidInputError
from app.models.device import MAX_SERIAL_NUMBER
from app.models.enums import Verdict
from app.models.phone_user import MAX_DISPLAY_NAME, MAX_USER_NAME
from app.rendering.secret_parameters import MASK
from app.rules.sentences import quoted
from app.rules.user_table import DeviceCells, UserCells
from app.security.tenant_scope import TenantScope
from app.services import phone_users
from app.services.imports.user_known import Kind, Known, KnownDevice, KnownUser
from app.services.imports.user_places import TenantPlace
from app.services.phone_user_passwords import MAX_PASSWORD


class Wanted(NamedTuple):
    """A row that can be understood: whom it names, and with which devices."""

    line: int
    cells: UserCells
    tenant: TenantPlace
    key: str
    kinds: Sequence[Kind]


class Fresh(NamedTuple):
    """A device that a row adds; ``is_known`` says that it is there, without a user."""

    device: DeviceCells
    kind: Kind
    is_known: bool


class Finding(NamedTuple):
    """What the import of a row would do."""

    verdict: Verdict
    reason: str
    adds_user: bool
    devices: Sequence[Fresh]


def check_lengths(cells: UserCells) -> None:
    """Raise InvalidInputError for a row without a name, or with words longer than what is kept of them."""
    if not cells.name:
        raise InvalidInputError("The row has no name.")
    _check_length("name", cells.name, MAX_USER_NAME)
    _check_length("display name", cells.display_name, MAX_DISPLAY_NAME)
    _check_length("password", cells.password, MAX_PASSWORD)
    for device in cells.devices:
        _check_length(f"display name of {device.mac}", device.display_name, MAX_DISPLAY_NAME)
        _check_length(f"serial number of {device.mac}", device.serial, MAX_SERIAL_NUMBER)


def find(row: Wanted, known: Known, scope: TenantScope) -> Finding:
    """Return what the import of a row would do; InvalidInputError where it cannot be imported."""
    user = known.users.get((row.tenant.id, row.key))
    if user is None:
        _check_may_be_added(row)
    differences = _differences_of_user(row.cells, user) if user else []
    fresh: list[Fresh] = []
    for device, kind in zip(row.cells.devices, row.kinds, strict=True):
        found = known.devices.get(device.mac)
        if found is not None:
            _check_is_free(scope, row, user, device.mac, found)
            differences += _differences_of_device(device, kind, found)
        if found is None or found.user_id is None:
            fresh.append(Fresh(device, kind, found is not None))
    verdict, reason = _verdict(user, fresh, differences)
    return Finding(verdict, reason, user is None, fresh)


def _check_length(what: str, text: str, most: int) -> None:
    if len(text) > most:
        raise InvalidInputError(f"The {what} has {len(text)} characters; {most} is the most.")


def _check_may_be_added(row: Wanted) -> None:
    if row.key == phone_users.SYSTEM_NAME:
        raise InvalidInputError(
            f"{quoted(row.cells.name)} is what phones call themselves before they have a user; name a person or a line."
        )
    if row.cells.password == MASK:
        raise InvalidInputError(
            "The password is masked: the file was exported by somebody who may not see passwords. Write it in, or "
            "leave it empty."
        )


def _check_is_free(
    scope: TenantScope, row: Wanted, user: KnownUser | None, mac: str, found: KnownDevice
) -> None:
    """Refuse a phone that is somebody else's; whose is told where the account may know."""
    if not scope.includes(found.tenant_id):
        raise InvalidInputError(
            f"The phone {mac} is a device already, of a tenant that your account does not see."
        )
    if found.tenant_id != row.tenant.id:
        raise InvalidInputError(f"The phone {mac} is a device of another tenant already.")
    if found.user_id is not None and (user is None or found.user_id != user.id):
        raise InvalidInputError(f"The phone {mac} is {found.user_name}'s already.")


def _differences_of_user(cells: UserCells, user: KnownUser) -> list[str]:
    """Return in which ways a user that is there is another than the row says; an empty cell says nothing."""
    differences = []
    if cells.display_name and cells.display_name != user.display_name:
        differences.append(f"the display name is {quoted(user.display_name)}")
    if cells.password and cells.password not in {MASK, user.password}:
        differences.append("the password is another one")
    return differences


def _differences_of_device(device: DeviceCells, kind: Kind, found: KnownDevice) -> Iterable[str]:
    """Return in which ways a device that is there is another than the row says."""
    compared = (
        ("display name", device.display_name, found.display_name),
        ("serial number", device.serial, found.serial),
        ("site", device.site and kind.site_id, found.kind.site_id),
        ("template", kind.template_id, found.kind.template_id),
        ("language", kind.language, found.kind.language),
        ("VLAN mode", kind.vlan_mode, found.kind.vlan_mode),
        ("VLAN ID", kind.vlan_id, found.kind.vlan_id),
        ("VLAN priority", kind.vlan_priority, found.kind.vlan_priority),
    )
    others = [what for what, written, there in compared if written and written != there]
    return [f"{device.mac} has another {' and another '.join(others)}"] if others else []


def _verdict(
    user: KnownUser | None, fresh: Sequence[Fresh], differences: Sequence[str]
) -> tuple[Verdict, str]:
    """Return the verdict on a row that is right, and what is not plain from it."""
    given = [device.mac for device, _, is_known in fresh if is_known]
    if user is None and not given and not differences:
        return Verdict.NEW, ""
    stays = f"Stays as it is: {'; '.join(differences)}." if differences else ""
    if user is not None and not fresh:
        return (Verdict.EXISTS, stays) if differences else (Verdict.UNCHANGED, "")
    words = []
    if user is not None:
        words.append(f"The user is there, and gets {len(fresh)} {'phone' if len(fresh) == 1 else 'phones'}.")
    if given:
        words.append(f"A device without user gets this one: {', '.join(given)}.")
    return Verdict.NEW, " ".join([*words, stays]).strip()
