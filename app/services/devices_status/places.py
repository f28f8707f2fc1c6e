"""Where an administrator can put a phone that he approves: the tenants and sites he sees."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import Site, Tenant
from app.services.devices_status.choices import MOST_CHOICES


@dataclass(frozen=True, slots=True)
class TenantChoice:
    """A tenant with its sites, as ids and names."""

    id: int
    name: str
    sites: Sequence[tuple[int, str]]


def read_tenant_choices(session: Session) -> list[TenantChoice]:
    """Return the tenants in the order of their names, each with its sites in the order of theirs."""
    tenants = session.execute(
        select(Tenant.id, Tenant.name).order_by(Tenant.name_key).limit(MOST_CHOICES)
    ).all()
    sites: dict[int, list[tuple[int, str]]] = {tenant_id: [] for tenant_id, _ in tenants}
    rows = session.execute(select(Site.tenant_id, Site.id, Site.name).order_by(Site.name_key))
    for tenant_id, site_id, name in rows:
        if tenant_id in sites:
            sites[tenant_id].append((site_id, name))
    return [TenantChoice(tenant_id, name, sites[tenant_id]) for tenant_id, name in tenants]
