"""The table of users and their devices: its columns by their names, and what a row of it says (protocol 11.1)."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from operator import itemgetter
from typing import Any, NamedTuple

from app.errors import InvalidInputError
from app.rules.mac_addresses import find_mac, is_kept_mac
from app.rules.sentences import quoted
from app.rules.typed_names import hidden_character, normal

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

_NOT_THERE = ""
"""What a column holds that is not there."""
_BETWEEN = ","
_BEGINS_WITH_APOSTROPHE = f"{_BETWEEN}'"


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


class DeviceSheet(NamedTuple):
    """What many rows say of one of their devices, column by column; ``macs`` are empty where a row names none.

    ``words`` are those that many devices share: template, language, the three of the VLAN, and site.
    """

    macs: list[str]
    display_names: list[str]
    serials: list[str]
    words: list[tuple[str, ...]]


class UserSheet(NamedTuple):
    """What many rows say, column by column: thirty thousand are read in the time that one by one takes for a few.

    ``odd`` are the places of rows that have to be read one by one; what the columns have of them means nothing.
    """

    names: list[str]
    passwords: Sequence[str]
    display_names: list[str]
    tenants: list[str]
    devices: list[DeviceSheet]
    odd: set[int]


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

    def read(self, row: Sequence[str]) -> UserCells:
        """Return what a row says; InvalidInputError where it cannot be understood by itself."""
        cells = [*(row if self._is_plain(row) else self._mended(row)), _NOT_THERE]
        name, password, display_name, tenant = self._users(cells)
        devices = [device for cells_of in self._devices if (device := _device(cells_of(cells)))]
        return UserCells(normal(name), password, normal(display_name), tenant.strip(), devices)

    def read_together(self, rows: Sequence[Sequence[str]]) -> UserSheet:
        """Return what many rows say, all but the odd ones as ``read`` does."""
        odd = self._find_odd(rows)
        if odd:
            blank = [_NOT_THERE] * self._width
            rows = [blank if at in odd else row for at, row in enumerate(rows)]
        columns: list[Sequence[str]] = [*zip(*rows, strict=True), [_NOT_THERE] * len(rows)]
        names, passwords, display_names, tenants = self._users(columns)
        devices = [_sheet_of_device(columns_of(columns), odd) for columns_of in self._devices]
        if len(devices) > 1:
            odd.update(_twice_in_a_row(devices))
        return UserSheet(
            _all_normal(names), passwords, _all_normal(display_names), _all_stripped(tenants), devices, odd
        )

    def _find_odd(self, rows: Sequence[Sequence[str]]) -> set[int]:
        """Return the places of rows whose cells are not as they stand; most often all of them are."""
        text = "".join(map(_BETWEEN.join, rows))
        if set(map(len, rows)) == {self._width} and text.isprintable() and "'" not in text:
            return set()
        return {at for at, row in enumerate(rows) if not self._is_plain(row)}

    def _is_plain(self, row: Sequence[str]) -> bool:
        """Whether a row has a cell for each column, and each is as it stands."""
        text = _BETWEEN.join(row)
        return (
            len(row) == self._width
            and text.isprintable()
            and not text.startswith("'")
            and _BEGINS_WITH_APOSTROPHE not in text
        )

    def _mended(self, row: Sequence[str]) -> list[str]:
        """Return a row with as many cells as there are columns, each as it was; InvalidInputError for a wrong one."""
        if any(row[self._width :]):
            raise InvalidInputError(
                f"The row has {len(row)} cells and the first row names {self._width} columns; probably a separator "
                "stands within a cell that is not in quotes."
            )
        for at, cell in enumerate(row):
            if hidden_character(cell):
                column = self._header[at] or "A cell"
                raise InvalidInputError(
                    f"{column} holds an end of a line or a character that cannot be seen."
                )
        cells = [self._as_it_was(cell) for cell in row[: self._width]]
        return cells + [_NOT_THERE] * (self._width - len(cells))


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


def _getter(found: Mapping[str, int], columns: Iterable[str]) -> "itemgetter[tuple[Any, ...]]":
    """Return what takes these columns out of a row, and what stands behind the last for those that are not there."""
    return itemgetter(*(found.get(column, -1) for column in columns))


def _device(cells: tuple[str, ...]) -> DeviceCells | None:
    """Return what a row says of a device, None where it names none: its language and VLAN alone make none."""
    device = DeviceCells._make(map(str.strip, cells))
    device = device._replace(display_name=normal(device.display_name))
    mac = find_mac(device.mac)
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


def _sheet_of_device(columns: tuple[Sequence[str], ...], odd: set[int]) -> DeviceSheet:
    """Return what rows say of a device; those are odd that name one without an address, or with one that is none."""
    display_names, written, serials, *words = columns
    macs = _all_stripped(written)
    if not all(map(is_kept_mac, macs)):
        macs = [(find_mac(text) or "") if text else "" for text in macs]
        named = zip(macs, written, display_names, serials, words[0], strict=True)
        odd.update(at for at, (mac, *cells) in enumerate(named) if not mac and "".join(cells).strip())
    return DeviceSheet(
        macs,
        _all_normal(display_names),
        _all_stripped(serials),
        list(zip(*map(_all_stripped, words), strict=True)),
    )


def _twice_in_a_row(devices: Sequence[DeviceSheet]) -> Iterator[int]:
    """Yield the places of rows that name a phone twice."""
    for at, macs in enumerate(zip(*(device.macs for device in devices), strict=True)):
        named = [mac for mac in macs if mac]
        if len(named) != len(set(named)):
            yield at


def _all_stripped(column: Sequence[str]) -> list[str]:
    return list(map(str.strip, column))


def _all_normal(column: Sequence[str]) -> list[str]:
    """Return each name of a column as ``normal`` does."""
    return _all_stripped(column) if "".join(column).isascii() else list(map(normal, column))
