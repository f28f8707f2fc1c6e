"""Lists of phone users, each with how many devices there are and how they are (manual 6.7.1)."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session

from app.models import Device, DeviceStatus, PhoneUser, Tenant
from app.models.enums import Status
from app.rules.mac_addresses import find_mac
from app.rules.typed_names import normal
from app.services import device_lines
from app.services.devices_status.words import find_part_of_mac
from app.services.paging import Page, page_of, page_of_found
from app.services.text_search import contains, either, names_user

_SHORTEST_PART_OF_MAC = 4


class Among(StrEnum):
    """Where words are looked for: in users alone, or in their devices as well."""

    USERS = "users"
    DEVICES = "users-and-devices"


class Having(StrEnum):
    """How many devices users have."""

    NONE = "none"
    SOME = "some"
    SEVERAL = "several"


@dataclass(frozen=True, kw_only=True)
class UserFilter:
    """What is looked for: words, where, the name of a tenant, and how many devices."""

    words: str = ""
    among: Among = Among.DEVICES
    tenant_name: str = ""
    having: Having | None = None


@dataclass(frozen=True, slots=True)
class UserLine:
    """One user; ``statuses`` counts the devices by status, None for those that have not reported."""

    id: int
    name: str
    display_name: str
    nickname: str
    tenant: str
    is_system: bool
    statuses: Sequence[tuple[Status | None, int]] = ()

    @property
    def devices(self) -> int:
        """How many devices the user has."""
        return sum(count for _, count in self.statuses)


def search(session: Session, wanted: UserFilter, *, number: int, size: int) -> Page:
    """Return a page of users in the order of their names."""
    statement = select(PhoneUser.id).order_by(PhoneUser.name_key, PhoneUser.id)
    if wanted.tenant_name:
        statement = statement.where(PhoneUser.tenant_id.in_(_tenants(wanted.tenant_name)))
    if wanted.words:
        statement = statement.where(_is_found(normal(wanted.words), wanted.among))
    if wanted.having:
        statement = statement.where(_has(wanted.having))
    read = page_of_found if wanted.words else page_of
    page = read(session, statement, number=number, size=size)
    return replace(page, rows=read_lines(session, page.rows))


def search_without_user(session: Session, wanted: UserFilter, *, number: int, size: int) -> Page:
    """Return a page of the devices that have no user, in the order of their MACs."""
    statement = select(Device.id).where(Device.phone_user_id.is_(None)).order_by(Device.mac)
    if wanted.tenant_name:
        statement = statement.where(Device.tenant_id.in_(_tenants(wanted.tenant_name)))
    if wanted.words:
        statement = statement.where(_is_found_by_device(normal(wanted.words)))
    page = page_of(session, statement, number=number, size=size)
    return replace(page, rows=device_lines.read(session, page.rows))


def read_lines(session: Session, ids: Sequence[int]) -> list[UserLine]:
    """Return those of these users that the account sees, in the order given."""
    columns = (
        PhoneUser.id, PhoneUser.name, PhoneUser.display_name, PhoneUser.nickname, Tenant.name, PhoneUser.is_system,
    )  # fmt: skip
    named = select(*columns).join(Tenant, Tenant.id == PhoneUser.tenant_id).where(PhoneUser.id.in_(ids))
    statuses = _count_statuses(session, ids)
    found = {row[0]: UserLine(*row, statuses[row[0]]) for row in session.execute(named)} if ids else {}
    return [found[user_id] for user_id in ids if user_id in found]


def _count_statuses(session: Session, ids: Collection[int]) -> dict[int, list[tuple[Status | None, int]]]:
    counted = (
        select(Device.phone_user_id, DeviceStatus.status, func.count())
        .select_from(Device)
        .outerjoin(DeviceStatus, DeviceStatus.device_id == Device.id)
        .where(Device.phone_user_id.in_(ids))
        .group_by(Device.phone_user_id, DeviceStatus.status)
    )
    found: dict[int, list[tuple[Status | None, int]]] = defaultdict(list)
    for user_id, status, count in session.execute(counted) if ids else ():
        if user_id is not None:
            found[user_id].append((status, count))
    return found


def _tenants(name: str) -> Select[int]:
    return select(Tenant.id).where(Tenant.name_key == name.casefold())


def _is_found(words: str, among: Among) -> ColumnElement[bool]:
    if among is Among.USERS:
        return names_user(words)
    owners = select(Device.phone_user_id).where(Device.phone_user_id.is_not(None), _is_found_by_device(words))
    return or_(names_user(words), PhoneUser.id.in_(owners))


def _is_found_by_device(words: str) -> ColumnElement[bool]:
    """Find devices by their MAC in any notation or a part of it, by display name and by serial number."""
    mac = find_mac(words)
    if mac:
        return Device.mac == mac
    places = [contains(either(Device.display_name, Device.serial_number), words)]
    digits = find_part_of_mac(words)
    if digits and len(digits) >= _SHORTEST_PART_OF_MAC:
        places.append(Device.mac.contains(digits))
    return or_(*places)


def _has(having: Having) -> ColumnElement[bool]:
    owners = select(Device.phone_user_id).where(Device.phone_user_id.is_not(None))
    if having is Having.SEVERAL:
        owners = owners.group_by(Device.phone_user_id).having(func.count() > 1)
    is_owner = PhoneUser.id.in_(owners)
    return ~is_owner if having is Having.NONE else is_owner
