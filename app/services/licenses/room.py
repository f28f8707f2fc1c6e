"""Room for devices: what the licence and the tenants' endpoint licences leave, looked at once for many phones.

Who is to add devices locks what limits them, before users and devices are written, so that of two at once the second
counts what the first added. Where nothing limits them nothing is locked, and nothing is counted.
"""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.database import table_of
from app.errors import ConflictError
from app.models import Device, Tenant
from app.models.tenant import MAX_ENDPOINTS
from app.rules.license_standing import expired_on
from app.services import settings
from app.services.licenses import installed

# Whoever adds a device sees his own tenants only; all devices count, whoever's they are.
_DEVICES = table_of(Device)
_TENANTS = table_of(Tenant)
_OF_LICENSE = "Install a larger licence, or delete devices that are gone."
_OF_TENANT = "Give the tenant more, or delete devices that are gone."


class NoRoomError(ConflictError):
    """Licences leave no room for what is to be added."""


@dataclass(slots=True)
class _Limit:
    """How many devices there may be, by whose words, and how many there are; ``advice`` is what makes room."""

    words: str
    most: int
    used: int
    advice: str

    def refusal(self, number: int) -> str:
        """Return why so many more cannot be added, or an empty text."""
        if self.used + number <= self.most:
            return ""
        more = "another" if number == 1 else f"{number:,} more"
        are = "is" if self.used == 1 else "are"
        return f"{self.words}, and {self.used:,} {are} there: no room for {more}. {self.advice}"


@dataclass(slots=True)
class Room:
    """How many devices a transaction may add."""

    expired: str = ""
    total: _Limit | None = None
    tenants: Mapping[int, _Limit] = field(default_factory=dict)

    def take(self, tenant_id: int, number: int = 1) -> str:
        """Take room for devices of a tenant, or return why there is none."""
        limits = [limit for limit in (self.total, self.tenants.get(tenant_id)) if limit is not None]
        refusal = self.expired or next(filter(None, (limit.refusal(number) for limit in limits)), "")
        if not refusal:
            for limit in limits:
                limit.used += number
        return refusal


def lock(session: Session, tenant_ids: Collection[int], *, now: datetime) -> Room:
    """Return how much room there is for devices of these tenants; nobody else takes it until the transaction ends."""
    session.flush()
    return read(session, tenant_ids, now=now, is_locked=True)


def read(session: Session, tenant_ids: Collection[int], *, now: datetime, is_locked: bool = False) -> Room:
    """Return how much room there is for devices of these tenants."""
    license_ = installed.current(session)
    if is_locked and license_ is not None and license_.devices is not None:
        license_ = installed.current(session, is_locked=True)
    expired = ""
    if license_ is not None:
        ends_at = license_.ends_at(settings.web_ui_time_zone(session))
        if ends_at is not None and now >= ends_at:
            expired = f"{expired_on(license_)} An administrator has to install a new one."
    limited = _read_limited(session, tenant_ids, is_locked=is_locked)
    most = license_.devices if license_ else None
    if not limited and most is None:
        return Room(expired)
    used = _count_devices(session, None if most is not None else limited)
    tenants = {
        tenant_id: _Limit(_words_of_tenant(name, licenses), licenses, used[tenant_id], _OF_TENANT)
        for tenant_id, (name, licenses) in limited.items()
    }
    if most is None:
        return Room(expired, None, tenants)
    return Room(
        expired,
        _Limit(f"The licence is for {most:,} device{_plural(most)}", most, used.total(), _OF_LICENSE),
        tenants,
    )


def check(session: Session, added: Mapping[int, int], *, now: datetime) -> None:
    """Raise NoRoomError where licences leave no room for so many more devices of each of these tenants."""
    if not added:
        return
    room = lock(session, added.keys(), now=now)
    everything = room.total.refusal(sum(added.values())) if room.total else ""
    refusal = room.expired or everything or next(filter(None, map(room.take, added, added.values())), "")
    if refusal:
        raise NoRoomError(refusal)


def check_moved(session: Session, tenant_id: int, number: int) -> None:
    """Raise NoRoomError where a tenant's endpoint licences leave no room for devices that come from other tenants.

    The licence of the installation counts them already, and one that has expired does not keep them where they are.
    """
    session.flush()
    limited = _read_limited(session, {tenant_id}, is_locked=True)
    if not number or not limited:
        return
    used = _count_devices(session, limited)
    name, licenses = limited[tenant_id]
    refusal = _Limit(_words_of_tenant(name, licenses), licenses, used[tenant_id], _OF_TENANT).refusal(number)
    if refusal:
        raise NoRoomError(refusal)


def _read_limited(
    session: Session, tenant_ids: Collection[int], *, is_locked: bool
) -> dict[int, tuple[str, int]]:
    """Return the names and the endpoint licences of those of these tenants that have less than the most there can be.

    Locked, what names such a tenant can be written meanwhile, and its licences cannot be changed.
    """
    columns = _TENANTS.c
    wanted = (
        select(columns.id, columns.name, columns.endpoint_licenses)
        .where(columns.id.in_(tenant_ids), columns.endpoint_licenses < MAX_ENDPOINTS)
        .order_by(columns.id)
    )
    found = session.connection().execute(wanted.with_for_update(key_share=True) if is_locked else wanted)
    return {tenant_id: (name, licenses) for tenant_id, name, licenses in found}


def _count_devices(session: Session, tenant_ids: Collection[int] | None) -> Counter[int]:
    """Count the devices of these tenants, or of all, by their index."""
    tenant = _DEVICES.c.tenant_id
    counts = select(tenant, func.count()).group_by(tenant)
    if tenant_ids is not None:
        counts = counts.where(tenant.in_(tenant_ids))
    return Counter(dict(session.connection().execute(counts).all()))


def _words_of_tenant(name: str, licenses: int) -> str:
    return f"{name} has {licenses:,} endpoint licence{_plural(licenses)}"


def _plural(number: int) -> str:
    return "" if number == 1 else "s"
