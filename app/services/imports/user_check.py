"""What the import of each row of users would do: looked up part by part, and kept beside the tables it speaks of."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, NamedTuple, TypeAlias

from sqlalchemy import Table, select
from sqlalchemy.orm import Session

from app.errors import InvalidInputError
from app.models import Device, ImportDevice, ImportRow, PhoneUser
from app.models.device import MAX_SERIAL_NUMBER
from app.models.enums import Verdict
from app.models.import_job import MAX_REASON
from app.models.phone_user import MAX_DISPLAY_NAME, MAX_USER_NAME
from app.rendering.secret_parameters import MASK
from app.rules.sentences import quoted
from app.rules.user_table import DeviceCells, UserCells
from app.security.secrets import vault
from app.security.tenant_scope import scope_of
from app.services import phone_users
from app.services.bulk_rows import add_rows, among
from app.services.imports.user_file import UserFile
from app.services.imports.user_places import Places, TenantPlace, UnknownNameError, language, vlan
from app.services.phone_user_passwords import MAX_PASSWORD

PART = 2_000
"""Rows that are looked up together, and that one transaction stores."""
_MOST_UNKNOWN = 50
_DEVICES: Table = Device.__table__  # type: ignore[assignment]  # declared as FromClause, and a Table here
_USERS: Table = PhoneUser.__table__  # type: ignore[assignment]
_STAGED_ROWS: Table = ImportRow.__table__  # type: ignore[assignment]
_STAGED_DEVICES: Table = ImportDevice.__table__  # type: ignore[assignment]
_ROW_COLUMNS = (
    "job_id", "line", "verdict", "reason", "part", "name", "tenant_name", "devices", "adds", "tenant_id", "name_key",
    "display_name", "password",
)  # fmt: skip
_DEVICE_COLUMNS = (
    "job_id", "mac", "line", "is_known", "tenant_id", "user_key", "display_name", "serial_number", "site_id",
    "phone_model_id", "template_id", "language", "vlan_mode", "vlan_id", "vlan_priority",
)  # fmt: skip
# As they are stored: what an enumeration has is looked up anew each time.
_NEW, _UNCHANGED, _EXISTS, _ERROR = (
    verdict.value for verdict in (Verdict.NEW, Verdict.UNCHANGED, Verdict.EXISTS, Verdict.ERROR)
)

Part: TypeAlias = Sequence[tuple[int, UserCells | InvalidInputError]]


class _Kind(NamedTuple):
    """What devices of the same words have in common."""

    site_id: int
    phone_model_id: int | None
    template_id: int | None
    language: str
    vlan_mode: str
    vlan_id: int
    vlan_priority: int


class _Wanted(NamedTuple):
    """A row that can be understood: whom it names, and with which devices."""

    line: int
    cells: UserCells
    tenant: TenantPlace
    key: str
    kinds: list[_Kind]


class _KnownUser(NamedTuple):
    """A user that is there."""

    id: int
    display_name: str
    password: str | None
    is_system: bool


class _KnownDevice(NamedTuple):
    """A device that is there, and whose it is."""

    tenant_id: int
    user_id: int | None
    user_name: str | None
    display_name: str
    serial: str
    kind: _Kind


_Fresh: TypeAlias = tuple[DeviceCells, _Kind, bool]
"""A device that a row adds, and whether it is there, without a user."""


@dataclass(slots=True)
class _Known:
    """What is there already of all that a part names."""

    users: dict[tuple[int, str], _KnownUser]
    devices: dict[str, _KnownDevice]


@dataclass(slots=True)
class Judged:
    """What was found of the rows of a part, as it is stored."""

    rows: list[tuple[Any, ...]] = field(default_factory=list)
    devices: list[tuple[Any, ...]] = field(default_factory=list)


class UserCheck:
    """Judges the rows of one file. Names and addresses that it has seen are remembered, nothing else of rows is."""

    def __init__(self, session: Session, job_id: int, file: UserFile) -> None:
        self.places = Places(session)
        self.verdicts: Counter[str] = Counter()
        self.unknown: Counter[tuple[str, str]] = Counter()
        self._job_id = job_id
        self._file = file
        self._lines_of_users: dict[tuple[int, str], int] = {}
        self._lines_of_devices: dict[str, int] = {}
        self._tenants: dict[str, TenantPlace] = {}
        self._kinds: dict[tuple[int, tuple[str, ...]], _Kind] = {}

    @property
    def counts(self) -> dict[str, Any]:
        """How many rows have which verdict, what is to be added, and the names that there are none of."""
        unknown = [[what, name, number] for (what, name), number in self.unknown.most_common(_MOST_UNKNOWN)]
        return {**self.verdicts, "unknown": unknown}

    def parts(self) -> Iterator[Part]:
        """Yield the rows of the file in parts; InvalidInputError where it turns out to be no table."""
        rows = self._file.rows()
        while part := list(islice(rows, PART)):
            yield part

    def judge(self, session: Session, part: Part) -> Judged:
        """Return what the import of these rows would do, as the session sees what is there."""
        judged = Judged()
        wanted: list[_Wanted] = []
        for line, cells in part:
            if isinstance(cells, InvalidInputError):
                self._refuse(judged, line, cells)
                continue
            try:
                wanted.append(self._wanted(line, cells))
            except InvalidInputError as error:
                self._refuse(judged, line, error, cells)
        known = _look_up(session, wanted)
        for row in wanted:
            self._judge(session, judged, row, known)
        return judged

    def _wanted(self, line: int, cells: UserCells) -> _Wanted:
        """Return a row with what its names mean. Thirty thousand come by here: what is right is told in few steps."""
        name, password, display_name, tenant_name, devices = cells
        if (
            not 0 < len(name) <= MAX_USER_NAME
            or len(display_name) > MAX_DISPLAY_NAME
            or len(password) > MAX_PASSWORD
        ):
            raise _why_not_user(cells)
        tenant = self._tenants.get(tenant_name) or self._tenant(tenant_name)
        key = name.casefold()
        kinds = [self._kinds.get((tenant.id, device[3:])) or self._kind(tenant, device) for device in devices]
        before = self._lines_of_users.setdefault((tenant.id, key), line)
        if before != line:
            raise InvalidInputError(
                f"The user stands in line {before} already; name all phones of a user in one row, as Device 2, 3 …"
            )
        for device in devices:
            if len(device.display_name) > MAX_DISPLAY_NAME or len(device.serial) > MAX_SERIAL_NUMBER:
                raise _why_not_device(device)
            before = self._lines_of_devices.setdefault(device.mac, line)
            if before != line:
                raise InvalidInputError(f"The phone {device.mac} stands in line {before} already.")
        if len(devices) > 1 and len({device.mac for device in devices}) < len(devices):
            raise InvalidInputError("The row names the same phone twice.")
        return _Wanted(line, cells, tenant, key, kinds)

    def _tenant(self, name: str) -> TenantPlace:
        self._tenants[name] = self.places.tenant(name)
        return self._tenants[name]

    def _kind(self, tenant: TenantPlace, device: DeviceCells) -> _Kind:
        """Return what the words of a device mean, thought over once for all that have the same."""
        template = self.places.template(tenant, device.template)
        kind = _Kind(
            self.places.site(tenant, device.site),
            template.phone_model_id if template else None,
            template.id if template else None,
            language(device.language),
            *vlan(device.vlan_mode, device.vlan_id, device.vlan_priority),
        )
        self._kinds[tenant.id, device[3:]] = kind
        return kind

    def _judge(self, session: Session, judged: Judged, row: _Wanted, known: _Known) -> None:
        user = known.users.get((row.tenant.id, row.key))
        fresh: list[_Fresh] = []
        differences = _differences_of_user(row.cells, user) if user else []
        try:
            if user is None:
                _check_may_be_added(row)
            for device, kind in zip(row.cells.devices, row.kinds, strict=True):
                found = known.devices.get(device.mac)
                if found is not None:
                    _check_is_free(session, row, user, device.mac, found)
                    differences += _differences_of_device(device, kind, found)
                if found is None or found.user_id is None:
                    fresh.append((device, kind, found is not None))
        except InvalidInputError as error:
            self._refuse(judged, row.line, error, row.cells)
            return
        self._note(judged, row, user, fresh, differences)

    def _note(
        self,
        judged: Judged,
        row: _Wanted,
        user: _KnownUser | None,
        fresh: Sequence[_Fresh],
        differences: Sequence[str],
    ) -> None:
        """Note what is to be added, or that nothing is."""
        verdict, reason = _verdict(user, fresh, differences)
        name, password, display_name, _, devices = row.cells
        self.verdicts[verdict] += 1
        if user is None:
            self.verdicts["users"] += 1
        secret = vault().encrypt(password.encode()) if user is None and password else None
        tenant, key = row.tenant, row.key
        macs = devices[0].mac if len(devices) == 1 else ", ".join(device.mac for device in devices)
        judged.rows.append(
            (
                self._job_id, row.line, verdict, reason[:MAX_REASON], "", name, tenant.name, macs, user is None,
                tenant.id, key, display_name, secret,
            )
        )  # fmt: skip
        self.verdicts["devices"] += len(fresh)
        for device, kind, is_known in fresh:
            judged.devices.append(
                (
                    self._job_id, device.mac, row.line, is_known, tenant.id, key, device.display_name, device.serial,
                    *kind,
                )
            )  # fmt: skip

    def _refuse(
        self, judged: Judged, line: int, error: InvalidInputError, cells: UserCells | None = None
    ) -> None:
        """Note what is wrong with a row, with as much of it as can be shown."""
        if isinstance(error, UnknownNameError):
            self.unknown[error.what, error.name] += 1
        self.verdicts[_ERROR] += 1
        shown = cells or UserCells("", "", "", "", [])
        macs = ", ".join(device.mac for device in shown.devices)
        judged.rows.append(
            (
                self._job_id, line, _ERROR, str(error)[:MAX_REASON], "", shown.name[:MAX_USER_NAME],
                shown.tenant[:100], macs, False, None, "", shown.display_name[:MAX_DISPLAY_NAME], None,
            )
        )  # fmt: skip


def keep(session: Session, judged: Judged) -> None:
    """Store what was found of a part."""
    add_rows(session, _STAGED_ROWS, _ROW_COLUMNS, judged.rows)
    add_rows(session, _STAGED_DEVICES, _DEVICE_COLUMNS, judged.devices)


def _look_up(session: Session, wanted: Collection[_Wanted]) -> _Known:
    if not wanted:
        return _Known({}, {})
    users = select(
        PhoneUser.tenant_id, PhoneUser.name_key, PhoneUser.id, PhoneUser.display_name, PhoneUser.password,
        PhoneUser.is_system,
    ).where(among(session, PhoneUser.name_key, {row.key for row in wanted}))  # fmt: skip
    found = {(tenant_id, key): _KnownUser._make(rest) for tenant_id, key, *rest in session.execute(users)}
    macs = {device.mac for row in wanted for device in row.cells.devices}
    return _Known(found, _look_up_devices(session, macs))


def _look_up_devices(session: Session, macs: Collection[str]) -> dict[str, _KnownDevice]:
    """Return the devices that have these addresses, those of tenants that the session does not see among them."""
    if not macs:
        return {}
    columns = _DEVICES.c
    devices = (
        select(
            columns.mac, columns.tenant_id, _USERS.c.id, _USERS.c.name, columns.display_name, columns.serial_number,
            columns.site_id, columns.phone_model_id, columns.template_id, columns.language, columns.vlan_mode,
            columns.vlan_id, columns.vlan_priority,
        )
        .outerjoin(_USERS, columns.phone_user_id == _USERS.c.id)
        .where(among(session, columns.mac, macs))
    )  # fmt: skip
    return {
        mac: _KnownDevice._make((*rest[:5], _Kind._make(rest[5:])))
        for mac, *rest in session.connection().execute(devices)
    }


def _why_not_user(cells: UserCells) -> InvalidInputError:
    what, text, most = next(
        (what, text, most)
        for what, text, most in (
            ("name", cells.name, MAX_USER_NAME),
            ("display name", cells.display_name, MAX_DISPLAY_NAME),
            ("password", cells.password, MAX_PASSWORD),
        )
        if len(text) > most or not cells.name
    )
    if not text:
        return InvalidInputError("The row has no name.")
    return InvalidInputError(f"The {what} has {len(text)} characters; {most} is the most.")


def _why_not_device(device: DeviceCells) -> InvalidInputError:
    if len(device.display_name) > MAX_DISPLAY_NAME:
        what, text, most = "display name", device.display_name, MAX_DISPLAY_NAME
    else:
        what, text, most = "serial number", device.serial, MAX_SERIAL_NUMBER
    return InvalidInputError(f"The {what} of {device.mac} has {len(text)} characters; {most} is the most.")


def _check_may_be_added(row: _Wanted) -> None:
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
    session: Session, row: _Wanted, user: _KnownUser | None, mac: str, found: _KnownDevice
) -> None:
    """Refuse a phone that is somebody else's; whose is told where the account may know."""
    if not scope_of(session).includes(found.tenant_id):
        raise InvalidInputError(
            f"The phone {mac} is a device already, of a tenant that your account does not see."
        )
    if found.tenant_id != row.tenant.id:
        raise InvalidInputError(f"The phone {mac} is a device of another tenant already.")
    if found.user_id is not None and (user is None or found.user_id != user.id):
        raise InvalidInputError(f"The phone {mac} is {found.user_name}'s already.")


def _differences_of_user(cells: UserCells, user: _KnownUser) -> list[str]:
    """Return in which ways a user that is there is another than the row says; an empty cell says nothing."""
    differences = []
    if cells.display_name and cells.display_name != user.display_name:
        differences.append(f"the display name is {quoted(user.display_name)}")
    if cells.password and cells.password not in {MASK, user.password}:
        differences.append("the password is another one")
    return differences


def _differences_of_device(device: DeviceCells, kind: _Kind, found: _KnownDevice) -> Iterable[str]:
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


def _verdict(user: _KnownUser | None, fresh: Sequence[_Fresh], differences: Sequence[str]) -> tuple[str, str]:
    """Return the verdict on a row that is right, and what is not plain from it."""
    given = [device.mac for device, _, is_known in fresh if is_known]
    if user is None and not given and not differences:
        return _NEW, ""
    stays = f"Stays as it is: {'; '.join(differences)}." if differences else ""
    if user is not None and not fresh:
        return (_EXISTS, stays) if differences else (_UNCHANGED, "")
    words = []
    if user is not None:
        words.append(f"The user is there, and gets {len(fresh)} {'phone' if len(fresh) == 1 else 'phones'}.")
    if given:
        words.append(f"A device without user gets this one: {', '.join(given)}.")
    return _NEW, " ".join([*words, stays]).strip()
