"""What is there already of the users and phones that rows name."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import Session

from app.models import PhoneUser
from app.services.bulk_rows import among, for_each
from app.services.imports.user_staging import DEVICES, USERS


class Kind(NamedTuple):
    """What devices of the same words have in common."""

    site_id: int
    phone_model_id: int | None
    template_id: int | None
    language: str
    vlan_mode: str
    vlan_id: int
    vlan_priority: int


class KnownUser(NamedTuple):
    """A user that is there."""

    id: int
    display_name: str
    password: str | None
    is_system: bool


class KnownDevice(NamedTuple):
    """A device that is there, and whose it is."""

    tenant_id: int
    user_id: int | None
    user_name: str | None
    display_name: str
    serial: str
    kind: Kind


@dataclass(frozen=True, slots=True)
class Known:
    """What is there already: users by tenant and key, devices by address."""

    users: dict[tuple[int, str], KnownUser] = field(default_factory=dict)
    devices: dict[str, KnownDevice] = field(default_factory=dict)


def is_nobody_there(session: Session) -> bool:
    """Whether there is no device at all, and no user but those of the system."""
    people = select(PhoneUser.id).where(~PhoneUser.is_system).limit(1)
    devices = select(DEVICES.c.id).limit(1)
    return session.scalar(people) is None and session.connection().scalar(devices) is None


def look_up(session: Session, keys: Mapping[int, Collection[str]], macs: Collection[str]) -> Known:
    """Return what is there of users with these keys, by the tenants' ids, and of devices with these addresses."""
    return Known(_look_up_users(session, keys), _look_up_devices(session, macs))


def _look_up_users(session: Session, keys: Mapping[int, Collection[str]]) -> dict[tuple[int, str], KnownUser]:
    if not keys:
        return {}

    def user_named(tenant_id: ColumnElement[int], name_key: ColumnElement[str]) -> Select[int]:
        named = USERS.alias()
        return select(named.c.id).where(named.c.tenant_id == tenant_id, named.c.name_key == name_key)

    users = select(
        PhoneUser.tenant_id, PhoneUser.name_key, PhoneUser.id, PhoneUser.display_name, PhoneUser.password,
        PhoneUser.is_system,
    ).where(PhoneUser.id.in_(for_each(session, keys, user_named)))  # fmt: skip
    return {(tenant_id, key): KnownUser._make(rest) for tenant_id, key, *rest in session.execute(users)}


def _look_up_devices(session: Session, macs: Collection[str]) -> dict[str, KnownDevice]:
    """Return the devices that have these addresses, those of tenants that the session does not see among them."""
    if not macs:
        return {}
    columns = DEVICES.c
    devices = (
        select(
            columns.mac, columns.tenant_id, USERS.c.id, USERS.c.name, columns.display_name, columns.serial_number,
            columns.site_id, columns.phone_model_id, columns.template_id, columns.language, columns.vlan_mode,
            columns.vlan_id, columns.vlan_priority,
        )
        .outerjoin(USERS, columns.phone_user_id == USERS.c.id)
        .where(among(session, columns.mac, macs))
    )  # fmt: skip
    return {
        mac: KnownDevice._make((*rest[:5], Kind._make(rest[5:])))
        for mac, *rest in session.connection().execute(devices)
    }
