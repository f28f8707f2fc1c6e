"""How many phones a tenant would refuse that it serves now."""

from collections.abc import Collection

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.models import DeviceStatus, Tenant
from app.rules.network_lists import has_address


def count_shut_out(session: Session, tenant: Tenant, networks: Collection[str]) -> int:
    """Return how many phones of a tenant were last heard from an address that is in none of these networks."""
    if tenant.id is None or not networks:
        return 0
    heard = select(DeviceStatus.external_ip, func.count()).where(
        DeviceStatus.tenant_id == tenant.id, DeviceStatus.external_ip != ""
    )
    allowed = tuple(networks)
    counts = session.execute(heard.group_by(DeviceStatus.external_ip)).all()
    return sum(number for address, number in counts if not has_address(allowed, address))
