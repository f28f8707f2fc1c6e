"""The properties of the licence as people see them: days, devices, and the endpoints of each tenant (manual 7)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.models import Device, DeviceStatus, Tenant
from app.models.tenant import MAX_ENDPOINTS
from app.rules.license_standing import Standing, standing
from app.services import paging, settings
from app.services.licenses import installed
from app.services.licenses.installed import Installed
from app.services.paging import Page

TENANTS_OF_A_PAGE = 50


@dataclass(frozen=True, slots=True)
class Properties:
    """How the installation stands, and the licence that was installed last, counting or not."""

    standing: Standing
    installed: Installed | None


class Endpoints(NamedTuple):
    """A tenant's devices and blocked phones; ``most`` is None where it has no limit of its own."""

    tenant_id: int
    tenant: str
    used: int
    most: int | None
    blocked: int

    @property
    def is_full(self) -> bool:
        """Whether no device can be added to the tenant."""
        return self.most is not None and self.used >= self.most


def read(session: Session, *, now: datetime) -> Properties:
    """Return the properties of the licence."""
    return Properties(stand(session, now=now), installed.find(session))


def stand(session: Session, *, now: datetime) -> Standing:
    """Return how the installation stands to the licence that counts."""
    used = session.scalar(select(func.count()).select_from(Device)) or 0
    zone = settings.web_ui_time_zone(session)
    return standing(installed.current(session), used, now=now, zone=zone)


def tenants(session: Session, number: int) -> Page:
    """Return a page of tenants, those with most devices first; its rows are ``Endpoints``."""
    used = select(Device.tenant_id, func.count().label("number")).group_by(Device.tenant_id).subquery()
    ids = (
        select(Tenant.id)
        .outerjoin(used, used.c.tenant_id == Tenant.id)
        .order_by(func.coalesce(used.c.number, 0).desc(), Tenant.name_key)
    )
    page = paging.page_of(session, ids, number=number, size=TENANTS_OF_A_PAGE)
    return Page(_endpoints(session, page.rows), page.number, page.size, page.count, page.has_next)


def _endpoints(session: Session, ids: Sequence[int]) -> Sequence[Endpoints]:
    """Return what these tenants have, in the order given."""
    of = select(Tenant.id, Tenant.name, Tenant.endpoint_licenses).where(Tenant.id.in_(ids))
    found = {tenant_id: (name, most) for tenant_id, name, most in session.execute(of)}
    used = select(Device.tenant_id, func.count()).where(Device.tenant_id.in_(ids))
    devices = dict(session.execute(used.group_by(Device.tenant_id)).all())
    waiting = select(DeviceStatus.tenant_id, func.count()).where(
        DeviceStatus.is_blocked, DeviceStatus.device_id.is_(None), DeviceStatus.tenant_id.in_(ids)
    )
    blocked = dict(session.execute(waiting.group_by(DeviceStatus.tenant_id)).all())
    return [
        Endpoints(
            tenant_id,
            name,
            devices.get(tenant_id, 0),
            None if most == MAX_ENDPOINTS else most,
            blocked.get(tenant_id, 0),
        )
        for tenant_id in ids
        for name, most in [found[tenant_id]]
    ]
