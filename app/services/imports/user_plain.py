"""Rows that bring a new user and new phones, and are as rows should be: judged together, column by column."""

from collections import Counter
from collections.abc import Iterator, Sequence, Set
from itertools import compress
from operator import add
from typing import Any, TypeVar

from app.models.device import MAX_SERIAL_NUMBER
from app.models.enums import Verdict
from app.models.phone_user import MAX_DISPLAY_NAME, MAX_USER_NAME, key_of
from app.rendering.secret_parameters import MASK
from app.rules.user_table import DeviceSheet, UserSheet
from app.security.secrets import vault
from app.services.imports.user_known import Kind, Known
from app.services.imports.user_meanings import Meanings
from app.services.imports.user_staging import Alike
from app.services.phone_user_passwords import MAX_PASSWORD
from app.services.phone_users import SYSTEM_NAME

_NO_TENANT = 0
_FEW_KINDS = 10
_OWN_OF_ROWS = ("line", "name", "tenant_name", "devices", "tenant_id", "name_key", "display_name", "password")
_OWN_OF_DEVICES = ("mac", "line", "tenant_id", "user_key", "display_name", "serial_number")

Cell = TypeVar("Cell")


class PlainRows:
    """The rows of a part, without those whose places are in ``odd``: these are judged one by one.

    What stands here of an odd row means nothing.
    """

    def __init__(self, lines: Sequence[int], sheet: UserSheet, meanings: Meanings) -> None:
        self.odd = sheet.odd
        self.keys = _all_keys(sheet.names)
        self._lines = lines
        self._sheet = sheet
        tenants = meanings.tenants(sheet.tenants)
        self.tenant_ids = [tenant.id if tenant else _NO_TENANT for tenant in tenants]
        self._tenant_names = [tenant.name if tenant else "" for tenant in tenants]
        self._kinds = [meanings.kinds(tenants, device.words) for device in sheet.devices]
        self.macs = _all_macs(sheet.devices) or [()] * len(lines)
        self._find_odd()

    def leave_to_others(self, known: Known) -> Set[int]:
        """Make those odd whose user or phones are there already, and return their places."""
        if not known.users and not known.devices:
            return set()
        found = {
            at
            for at, macs in enumerate(self.macs)
            if (self.tenant_ids[at], self.keys[at]) in known.users
            or not known.devices.keys().isdisjoint(macs)
        } - self.odd
        self.odd |= found
        return found

    def count(self) -> tuple[Counter[int], Counter[int]]:
        """Return how many rows of each tenant are plain, and how many devices they name."""
        devices: Counter[int] = Counter()
        for device in self._sheet.devices:
            devices.update(compress(self.tenant_ids, self._where(device.macs)))
        return Counter(compress(self.tenant_ids, self._where(self._lines))), devices

    def rows(self, job_id: int) -> Sequence[Alike]:
        """Return the rows as they are stored, each with a user that is added."""
        sheet, is_plain = self._sheet, self._where(self._lines)
        shared = {"job_id": job_id, "verdict": Verdict.NEW.value, "reason": "", "part": "", "adds": True}
        own = zip(
            compress(self._lines, is_plain),
            compress(sheet.names, is_plain),
            compress(self._tenant_names, is_plain),
            map(", ".join, compress(self.macs, is_plain)),
            compress(self.tenant_ids, is_plain),
            compress(self.keys, is_plain),
            compress(sheet.display_names, is_plain),
            vault().encrypt_all(compress(sheet.passwords, is_plain)),
            strict=False,
        )
        return [Alike(shared, _OWN_OF_ROWS, own)]

    def devices(self, job_id: int) -> Sequence[Alike]:
        """Return the devices of these rows as they are stored, each of them new: those of a kind together."""
        return [
            alike
            for device, kinds in zip(self._sheet.devices, self._kinds, strict=True)
            for alike in self._devices_of(job_id, device, kinds)
        ]

    def _devices_of(self, job_id: int, device: DeviceSheet, kinds: Sequence[Kind | None]) -> Iterator[Alike]:
        """Yield the devices of a column; where there are too many kinds, each with its own."""
        shared = {"job_id": job_id, "is_known": False}
        is_there = self._where(device.macs)
        found = {kind for kind in compress(kinds, is_there) if kind is not None}
        if len(found) > _FEW_KINDS:
            own = self._own_of_devices(device, is_there)
            rows = map(add, own, filter(None, compress(kinds, is_there)))
            yield Alike(shared, (*_OWN_OF_DEVICES, *Kind._fields), rows)
            return
        for kind in found:
            of_kind = is_there
            if len(found) > 1:
                of_kind = [there and each == kind for there, each in zip(is_there, kinds, strict=True)]
            yield Alike(shared | kind._asdict(), _OWN_OF_DEVICES, self._own_of_devices(device, of_kind))

    def _own_of_devices(self, device: DeviceSheet, chosen: Sequence[bool]) -> Iterator[tuple[Any, ...]]:
        return zip(
            compress(device.macs, chosen),
            compress(self._lines, chosen),
            compress(self.tenant_ids, chosen),
            compress(self.keys, chosen),
            compress(device.display_names, chosen),
            compress(device.serials, chosen),
            strict=False,
        )

    def _where(self, column: Sequence[object]) -> list[bool]:
        """Return at which places a column holds something of a row that is plain."""
        found = list(map(bool, column))
        for at in self.odd:
            found[at] = False
        return found

    def _find_odd(self) -> None:
        """Find the rows about which something has to be said."""
        sheet, odd = self._sheet, self.odd
        odd |= _places(self.tenant_ids, _NO_TENANT) | _places(sheet.names, "")
        odd |= _places(self.keys, SYSTEM_NAME) | _places(sheet.passwords, MASK)
        odd |= _too_long(sheet.names, MAX_USER_NAME) | _too_long(sheet.display_names, MAX_DISPLAY_NAME)
        odd |= _too_long(sheet.passwords, MAX_PASSWORD)
        for device, kinds in zip(sheet.devices, self._kinds, strict=True):
            odd |= _too_long(device.display_names, MAX_DISPLAY_NAME)
            odd |= _too_long(device.serials, MAX_SERIAL_NUMBER)
            odd |= {at for at in _places(kinds, None) if device.macs[at]}


def _all_keys(names: Sequence[str]) -> list[str]:
    """Return what each name of users, normal already, is compared by."""
    return list(map(str.casefold if "".join(names).isascii() else key_of, names))


def _all_macs(devices: Sequence[DeviceSheet]) -> Sequence[Sequence[str]]:
    """Return the addresses that each row names, which may be fewer than there are columns for."""
    named = zip(*(device.macs for device in devices), strict=True)
    if all(all(device.macs) for device in devices):
        return list(named)
    return [tuple(filter(None, macs)) for macs in named]


def _places(column: Sequence[Cell], wanted: Cell) -> set[int]:
    """Return the places of a column that hold this; most often there are none."""
    return {at for at, cell in enumerate(column) if cell == wanted} if wanted in column else set()


def _too_long(column: Sequence[str], most: int) -> set[int]:
    if max(map(len, column), default=0) <= most:
        return set()
    return {at for at, text in enumerate(column) if len(text) > most}
