"""Lists of phone users, each with how many devices there are and how they are (manual 6.7.1)."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session

from app.errors import InvalidInputError
from app.models import Device, DeviceStatus, PhoneUser, Tenant
from app.models.enums import Status
from app.models.phone_user import key_of
from app.rules.mac_addresses import find_mac
from app.rules.typed_names import normal
from app.services import device_lines
from app.services.bulk_rows import is_one_of
from app.services.devices_status.words import find_part_of_mac
from app.services.few_found import find_few
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
        statement = statement.where(_is_found(session, normal(wanted.words), wanted.among))
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


@dataclass(frozen=True, slots=True)
class NamedUser:
    """A user as a field suggests him."""

    name: str
    display_name: str
    tenant: str

    @property
    def full_name(self) -> str:
        """The name with the tenant's behind it, which ``find_named`` understands: names are unique in their tenant."""
        return f"{self.name} ({self.tenant})"


def suggest(session: Session, words: str, tenant_id: int | None, *, at_most: int) -> Sequence[NamedUser]:
    """Return the first users with these words in their names, those first whose name begins with them."""
    words = normal(words)
    begins = PhoneUser.name_key.startswith(key_of(words), autoescape=True)
    named = (
        select(PhoneUser.name, PhoneUser.display_name, Tenant.name)
        .join(Tenant, Tenant.id == PhoneUser.tenant_id)
        .where(names_user(words), ~PhoneUser.is_system)
        .order_by(begins.desc(), PhoneUser.name_key, PhoneUser.id)
        .limit(at_most)
    )
    if tenant_id is not None:
        named = named.where(PhoneUser.tenant_id == tenant_id)
    return [NamedUser(*row) for row in session.execute(named)]


def find_named(session: Session, text: str) -> PhoneUser:
    """Return the user of a whole name, with the tenant's in brackets where several tenants have one of this name.

    InvalidInputError where there is none that the account sees, or more than one.
    """
    text = normal(text)
    found = session.scalars(_of_name(text).limit(2)).all()
    name, bracket, rest = text.rpartition(" (")
    if not found and bracket and rest.endswith(")"):
        found = session.scalars(_of_name(name).where(PhoneUser.tenant_id.in_(_tenants(rest[:-1])))).all()
    if not found:
        raise InvalidInputError("There is no user of this name, or none that your account sees.")
    if len(found) > 1:
        raise InvalidInputError(
            f"Several tenants have a user of this name: write the tenant behind it, as in {text} (Acme)."
        )
    return found[0]


def _of_name(name: str) -> Select[PhoneUser]:
    return select(PhoneUser).where(PhoneUser.name_key == key_of(name), ~PhoneUser.is_system)


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


def _is_found(session: Session, words: str, among: Among) -> ColumnElement[bool]:
    if among is Among.USERS:
        return names_user(words)
    owners = select(Device.phone_user_id).where(Device.phone_user_id.is_not(None), _is_found_by_device(words))
    few = find_few(session, [select(PhoneUser.id).where(names_user(words)), owners])
    if few is not None:
        return is_one_of(session, PhoneUser.id, few)
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
