"""What it takes to call a phone: the subnets in which its tenant has phones, and what opens its doors."""

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import DeviceStatus, Site, Tenant
from app.rules.phone_calls import FACTORY, SignIn
from app.rules.subnets import Network, parse_subnet
from app.services.config_files.owners import FileOwner
from app.services.config_files.sources import Sources


def networks_of(session: Session, tenant_ids: Collection[int]) -> dict[int | None, tuple[Network, ...]]:
    """Return the subnets of each tenant and of its sites."""
    own = select(Tenant.id, Tenant.subnet).where(Tenant.id.in_(tenant_ids), Tenant.subnet.is_not(None))
    of_sites = select(Site.tenant_id, Site.subnet).where(
        Site.tenant_id.in_(tenant_ids), Site.subnet.is_not(None)
    )
    found: dict[int | None, tuple[Network, ...]] = {}
    for tenant_id, subnet in (*session.execute(own), *session.execute(of_sites)):
        found[tenant_id] = (*found.get(tenant_id, ()), parse_subnet(subnet))
    return found


def credentials_of(sources: Sources, owner: FileOwner | None, status: DeviceStatus) -> SignIn:
    """Return user name and password of a phone: what its file says, else what it left the factory with."""
    values = (
        sources.values_for(owner)
        if owner
        else sources.shared_values(template_id=None, tenant_id=status.tenant_id, site_id=status.site_id)
    )
    return SignIn(
        values.get("IPPhoneUsername") or FACTORY.user_name,
        values.get("IPPhonePassword") or FACTORY.password,
    )
