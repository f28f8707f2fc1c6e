"""Users and their devices as the file that an import takes in again (protocol 11.1, manual 3.1)."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import IO, NamedTuple
from zipfile import ZIP_DEFLATED, ZipFile

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.models import ConfigTemplate, Device, PhoneUser, Site, Tenant
from app.rendering.csv_lines import BYTE_ORDER_MARK, reversible_line
from app.rendering.secret_parameters import MASK
from app.rules.user_table import DEVICE_COLUMNS, SITE_COLUMN, USER_COLUMNS

FILE_NAME, TABLE_NAME = "users.zip", "users.csv"
_BESIDE = "system.cfg"
# Phones' systems of this family put such a file beside the table; what is in it means nothing.
_WORDS_BESIDE = "; users and devices exported by Ringmaster\n"
_USERS_AT_ONCE = 500


class _User(NamedTuple):
    """A user as he is written; ``password`` says only whether there is one where it is not to be shown."""

    id: int
    name: str
    password: str | bool | None
    display_name: str
    tenant: str


def write_users(session: Session, stream: IO[bytes], *, with_passwords: bool) -> None:
    """Write the archive with the users that the session sees; their passwords are masked without ``with_passwords``."""
    with ZipFile(stream, "w", ZIP_DEFLATED) as archive:
        with archive.open(TABLE_NAME, "w") as table:
            write_table(session, table, with_passwords=with_passwords)
        archive.writestr(_BESIDE, _WORDS_BESIDE)


def write_table(session: Session, stream: IO[bytes], *, with_passwords: bool) -> None:
    """Write the table that is in the archive.

    A column for sites is added where a phone is at another than AutoDetection, so that nothing is lost.
    """
    for text in _lines(session, with_passwords=with_passwords):
        stream.write(text.encode())


def count(session: Session) -> tuple[int, int, int]:
    """Return how many users there are, how many devices they have, and how many devices have no user."""
    users = session.scalar(select(func.count()).select_from(PhoneUser)) or 0
    devices = session.scalar(select(func.count(Device.phone_user_id))) or 0
    all_devices = session.scalar(select(func.count()).select_from(Device)) or 0
    return users, devices, all_devices - devices


def _lines(session: Session, *, with_passwords: bool) -> Iterator[str]:
    number = _most_devices(session)
    columns = (*DEVICE_COLUMNS, SITE_COLUMN) if _has_sites(session) else DEVICE_COLUMNS
    devices = [f"Device {place} {column}" for place in range(1, number + 1) for column in columns]
    yield BYTE_ORDER_MARK + reversible_line([*USER_COLUMNS, *devices])
    after = 0
    while users := _read_users(session, after, with_passwords=with_passwords):
        cells = _cells_of_devices(session, users, len(columns))
        missing = [""] * (number * len(columns))
        yield "".join(
            reversible_line([*_cells(user), *cells[user.id], *missing][: 4 + len(missing)]) for user in users
        )
        after = users[-1].id


def _most_devices(session: Session) -> int:
    numbers = select(func.count()).where(Device.phone_user_id.is_not(None)).group_by(Device.phone_user_id)
    return session.scalar(select(func.max(numbers.subquery().c[0]))) or 1


def _has_sites(session: Session) -> bool:
    elsewhere = select(Device.id).join(Site, Device.site_id == Site.id)
    return (
        session.scalar(elsewhere.where(Device.phone_user_id.is_not(None), ~Site.is_auto_detection).limit(1))
        is not None
    )


def _read_users(session: Session, after: int, *, with_passwords: bool) -> Sequence[_User]:
    """Read the next users; passwords that are not shown are not decrypted."""
    password = PhoneUser.password if with_passwords else PhoneUser.password.is_not(None)
    users = (
        select(PhoneUser.id, PhoneUser.name, password.label("password"), PhoneUser.display_name, Tenant.name)
        .join(Tenant, PhoneUser.tenant_id == Tenant.id)
        .where(PhoneUser.id > after)
        .order_by(PhoneUser.id)
        .limit(_USERS_AT_ONCE)
    )
    return [_User._make(user) for user in session.execute(users)]


def _cells(user: _User) -> list[str]:
    shown = user.password if isinstance(user.password, str) else MASK if user.password else ""
    return [user.name, shown, user.display_name, user.tenant]


def _cells_of_devices(
    session: Session, users: Sequence[_User], number_of_columns: int
) -> defaultdict[int, list[str]]:
    """Return for each user the cells of his devices, one behind the other."""
    devices = (
        select(
            Device.phone_user_id, Device.display_name, Device.mac, Device.serial_number, ConfigTemplate.name,
            Device.language, Device.vlan_mode, Device.vlan_id, Device.vlan_priority, Site.name.label("site"),
            Site.is_auto_detection,
        )
        .outerjoin(ConfigTemplate, Device.template_id == ConfigTemplate.id)
        .join(Site, Device.site_id == Site.id)
        .where(Device.phone_user_id.in_([user.id for user in users]))
        .order_by(Device.id)
    )  # fmt: skip
    found: defaultdict[int, list[str]] = defaultdict(list)
    for user_id, *cells, mode, vlan_id, priority, site, is_auto_detection in session.execute(devices):
        texts = [cell or "" for cell in cells]
        texts += [mode.value, str(vlan_id), str(priority), "" if is_auto_detection else site]
        if user_id is not None:
            found[user_id] += texts[:number_of_columns]
    return found
