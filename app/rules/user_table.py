"""The table of users and their devices: its columns by their names, and what a row of it says (protocol 11.1)."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from operator import itemgetter
from typing import NamedTuple

from app.errors import InvalidInputError
from app.rules.mac_addresses import find_mac
from app.rules.sentences import quoted

NAME, PASSWORD, DISPLAY_NAME, TENANT = "Name", "Password", "Display Name", "Tenant"
USER_COLUMNS = (NAME, PASSWORD, DISPLAY_NAME, TENANT)
SITE_COLUMN = "Site"
DEVICE_COLUMNS = (
    "Display Name", "MAC Address", "Serial Number", "IP Phone Model", "Language", "VLAN Mode", "VLAN ID",
    "VLAN Priority",
)  # fmt: skip
MOST_DEVICES = 20
"""Devices that a row may name."""

# The older name of a column, and names that the manual or people give it.
_USER_NAMES = {**{name.casefold(): name for name in USER_COLUMNS}, "region": TENANT, "user name": NAME}
_DEVICE_NAMES = {
    **{name.casefold(): name for name in (*DEVICE_COLUMNS, SITE_COLUMN)},
    "serial": "Serial Number",
    "phone model": "IP Phone Model",
    "mac": "MAC Address",
}
_of_device = re.compile(r"device ([1-9][0-9]?) (.+)").fullmatch

Cells = Sequence[str]


class DeviceCells(NamedTuple):
    """What a row says of one device, as it is written; ``mac`` is in the form in which it is kept."""

    display_name: str
    mac: str
    serial: str
    template: str
    language: str
    vlan_mode: str
    vlan_id: str
    vlan_priority: str
    site: str


class UserCells(NamedTuple):
    """What a row says, as it is written."""

    name: str
    password: str
    display_name: str
    tenant: str
    devices: list[DeviceCells]


class UserColumns:
    """Where the columns of a table are."""

    def __init__(self, header: Sequence[str], name: str, as_it_was: Callable[[str], str] = str) -> None:
        """Find the columns; InvalidInputError, with the file's ``name``, where one is unknown, twice or missing.

        ``as_it_was`` gets a cell back that begins with an apostrophe because it looks like a formula.
        """
        users: dict[str, int] = {}
        devices: dict[int, dict[str, int]] = {}
        for at, written in enumerate(header):
            if not written:
                continue
            number, column = _meaning(written, users)
            place = users if number is None else devices.setdefault(number, {})
            if column is None:
                raise _unknown(written, name)
            if column in place:
                raise InvalidInputError(
                    f"{name} has the column {quoted(written)} twice; leave one of them out."
                )
            place[column] = at
        if NAME not in users:
            raise InvalidInputError(
                f"{name} has no column {quoted(NAME)}: its first row has to name the columns, such as "
                f"{', '.join(USER_COLUMNS)}, Device 1 MAC Address."
            )
        self._header = header
        self._as_it_was = as_it_was
        self._width = len(header)
        self._users = _getter(users, USER_COLUMNS)
        self._devices = [
            _getter(found, (*DEVICE_COLUMNS, SITE_COLUMN)) for _, found in sorted(devices.items())
        ]

    def read(self, row: list[str]) -> UserCells:
        """Return what a row says; InvalidInputError where it cannot be understood by itself."""
        text = "".join(row)
        if len(row) != self._width or "'" in text or not text.isprintable():
            row = self._mended(row)
        row.append("")  # what a column holds that is not there
        name, password, display_name, tenant = self._users(row)
        devices = []
        for cells_of in self._devices:
            cells = cells_of(row)
            if any(cells) and (device := _device(cells)):
                devices.append(device)
        return UserCells(name.strip(), password, display_name.strip(), tenant.strip(), devices)

    def _mended(self, row: list[str]) -> list[str]:
        """Return a row with as many cells as there are columns, each as it was; InvalidInputError for a wrong one."""
        if any(row[self._width :]):
            raise InvalidInputError(
                f"The row has {len(row)} cells and the first row names {self._width} columns; probably a separator "
                "stands within a cell that is not in quotes."
            )
        if not "".join(row).isprintable():
            raise self._unprintable(row)
        cells = [self._as_it_was(cell) for cell in row[: self._width]]
        return cells + [""] * (self._width - len(cells))

    def _unprintable(self, row: Sequence[str]) -> InvalidInputError:
        at = next(at for at, cell in enumerate(row) if not cell.isprintable())
        column = self._header[at] if at < self._width else ""
        return InvalidInputError(
            f"{column or 'A cell'} holds an end of a line or a character that cannot be printed."
        )


def _meaning(written: str, users: Mapping[str, int]) -> tuple[int | None, str | None]:
    """Return the device that a column is of, None for the user, and its name as it is kept, None where it is unknown.

    Columns of a device without its number are of the first; a second Display Name is its (manual 3.2).
    """
    key = written.casefold()
    found = _of_device(key)
    if found:
        number, column = int(found[1]), _DEVICE_NAMES.get(found[2])
        return number, column if number <= MOST_DEVICES else None
    if key in _USER_NAMES and not (_USER_NAMES[key] == DISPLAY_NAME and DISPLAY_NAME in users):
        return None, _USER_NAMES[key]
    return 1, _DEVICE_NAMES.get(key)


def _unknown(written: str, name: str) -> InvalidInputError:
    return InvalidInputError(
        f"{name} has a column {quoted(written)}, which means nothing here. There are {', '.join(USER_COLUMNS)}, and "
        f"for each device, up to {MOST_DEVICES}, Device 1 {', Device 1 '.join((*DEVICE_COLUMNS, SITE_COLUMN))}."
    )


def _getter(found: Mapping[str, int], columns: Iterable[str]) -> Callable[[Cells], tuple[str, ...]]:
    """Return what takes these columns out of a row, and the cell behind the last for those that are not there."""
    return itemgetter(*(found.get(column, -1) for column in columns))


def _device(cells: tuple[str, ...]) -> DeviceCells | None:
    """Return what a row says of a device, None where it names none: its language and VLAN alone make none."""
    device = DeviceCells._make(map(str.strip, cells))
    mac = find_mac(device.mac) if device.mac else None
    if mac == device.mac:
        return device
    if mac is not None:
        return device._replace(mac=mac)
    if device.mac:
        raise InvalidInputError(
            f"{quoted(device.mac)} is not a MAC address; write 12 hex digits like 00908f123456."
        )
    named = device.display_name or device.serial or device.template
    if named:
        raise InvalidInputError(f"The device {quoted(named)} has no MAC address.")
    return None
