"""Tenants and sites, arranged once so that thirty thousand phones can be placed in them."""

from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple

from app.rules.subnets import Network, SubnetTable, parse_subnet
from app.rules.zero_touch.facts import SiteFact, TenantFact


class Place(NamedTuple):
    """What a subnet stands for: a site, or a whole tenant."""

    tenant: TenantFact
    site: SiteFact | None
    network: Network

    @property
    def title(self) -> str:
        """The place with its subnet; most are never read."""
        named = f"site {self.site.name}" if self.site else f"tenant {self.tenant.name}"
        return f"{named} {self.network}"


class Topology:
    """The tenants and sites as they are at one moment; built anew when one of them changes.

    ``default_tenant`` is None where no tenant is the default. ``places`` holds all subnets there are;
    of equal ones the site's comes before the tenant's.
    """

    def __init__(self, tenants: Iterable[TenantFact], sites: Iterable[SiteFact]) -> None:
        self._tenants = {tenant.id: tenant for tenant in tenants}
        self._tenants_by_name = {tenant.name.casefold(): tenant for tenant in self._tenants.values()}
        self._sites_by_id: dict[int, SiteFact] = {}
        self._auto_detection: dict[int, SiteFact] = {}
        self.default_tenant = next((tenant for tenant in self._tenants.values() if tenant.is_default), None)
        entries = [entry for tenant in self._tenants.values() for entry in _entries(tenant, None)]
        self._entries: dict[int, list[tuple[Network, Place]]] = defaultdict(list)
        self._sites: dict[int, SubnetTable[Place]] = {}
        for site in sites:
            tenant = self._tenants.get(site.tenant_id)
            if tenant is None:  # added between the reading of the tenants and that of the sites
                continue
            self._entries[tenant.id] += _entries(tenant, site)
            self._sites_by_id[site.id] = site
            if site.is_auto_detection:
                self._auto_detection[tenant.id] = site
        for of_tenant in self._entries.values():
            entries += of_tenant
        self.places = SubnetTable(entries, _sites_first)

    def find_tenant(self, tenant_id: int | None) -> TenantFact | None:
        """Return the tenant, or None."""
        return None if tenant_id is None else self._tenants.get(tenant_id)

    def find_tenant_named(self, name: str) -> TenantFact | None:
        """Return the tenant of that name without regard to case, or None."""
        return self._tenants_by_name.get(name.casefold())

    def find_site(self, site_id: int | None) -> SiteFact | None:
        """Return the site, or None."""
        return None if site_id is None else self._sites_by_id.get(site_id)

    def find_auto_detection(self, tenant: TenantFact) -> SiteFact | None:
        """Return the tenant's site AutoDetection, or None."""
        return self._auto_detection.get(tenant.id)

    def sites_of(self, tenant: TenantFact) -> SubnetTable[Place]:
        """Return the subnets of the tenant's sites; they are arranged when they are first asked for."""
        found = self._sites.get(tenant.id)
        if found is None:
            found = self._sites[tenant.id] = SubnetTable(self._entries.get(tenant.id, ()), _sites_first)
        return found


def _sites_first(place: Place) -> int:
    return 0 if place.site else 1


def _entries(tenant: TenantFact, site: SiteFact | None) -> list[tuple[Network, Place]]:
    """Return the subnet of the site, or of the tenant where no site is given, if it has one."""
    written = site.subnet if site else tenant.subnet
    if not written:
        return []
    network = parse_subnet(written)
    return [(network, Place(tenant, site, network))]
