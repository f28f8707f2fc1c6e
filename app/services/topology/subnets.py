"""Subnets of phones: what was configured for their sites and tenants, and what they report themselves."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.models import DeviceStatus, Site, Tenant
from app.rules.phone_subnets import size_of
from app.rules.subnets import lies_within, parse_subnet
from app.services.devices_status.conditions import conditions_of
from app.services.topology.places import Level, Place

MOST_FULL = 8
_LOOKED_AT = 2_000
"""Subnets of sites that are looked at for the fullest ones, those with most phones first."""


@dataclass(frozen=True, slots=True)
class Configured:
    """The subnets that were configured for sites, or for the tenants of those that have none, by their ids."""

    subnets: Mapping[int, str]

    def of(self, site_id: int | None, reported: str) -> str:
        """Return the subnet that a phone of the site is in which reports this one.

        With IPv6 that is what it reports: the database does not calculate with such addresses.
        """
        subnet = self.subnets.get(site_id) if site_id is not None else None
        if not subnet or not reported:
            return reported
        outer = parse_subnet(subnet)
        return subnet if outer.version == 4 and lies_within(parse_subnet(reported), outer) else reported


@dataclass(frozen=True, slots=True)
class Full:
    """One of those with most phones: a subnet of a site, or an external address. ``size`` is how many addresses the
    subnet has, 0 where that says nothing."""

    place: Place
    name: str
    where: str
    number: int
    size: int

    @property
    def percent(self) -> int:
        """Phones in percent of the addresses."""
        return min(100, self.number * 100 // self.size) if self.size else 0


def configured_in(session: Session, site_ids: Collection[int | None]) -> Configured:
    """Return what was configured for these sites."""
    subnet = func.coalesce(func.nullif(Site.subnet, ""), Tenant.subnet)
    rows = session.execute(
        select(Site.id, subnet)
        .join(Tenant, Tenant.id == Site.tenant_id)
        .where(Site.id.in_([one for one in site_ids if one is not None]), subnet.is_not(None))
    )
    return Configured(dict(rows.all()))


def fullest(session: Session, place: Place) -> Sequence[Full]:
    """Return the subnets of this place with most phones, or the external addresses that most phones come from."""
    return _fullest_addresses(session, place) if place.by == "external" else _fullest_subnets(session, place)


def _fullest_subnets(session: Session, place: Place) -> Sequence[Full]:
    number = func.count()
    rows = session.execute(
        select(DeviceStatus.site_id, DeviceStatus.subnet, number)
        .where(*conditions_of(place.filters), DeviceStatus.subnet != "", DeviceStatus.site_id.is_not(None))
        .group_by(DeviceStatus.site_id, DeviceStatus.subnet)
        .order_by(number.desc(), DeviceStatus.site_id, DeviceStatus.subnet)
        .limit(_LOOKED_AT)
    ).all()
    configured = configured_in(session, {site_id for site_id, _, _ in rows})
    numbers: dict[tuple[int, str], int] = defaultdict(int)
    for site_id, subnet, phones in rows:
        assert site_id is not None  # as it was asked
        numbers[site_id, configured.of(site_id, subnet)] += phones
    most = sorted(numbers.items(), key=lambda one: (-one[1], one[0]))[:MOST_FULL]
    sites = {
        site_id: (tenant, site)
        for site_id, site, tenant in session.execute(
            select(Site.id, Site.name, Tenant.name)
            .join(Tenant, Tenant.id == Site.tenant_id)
            .where(Site.id.in_({site_id for (site_id, _), _ in most}))
        )
    }
    return [
        Full(
            Place(tenant=sites[site_id][0], site=sites[site_id][1], subnet=subnet),
            subnet,
            " · ".join(sites[site_id]),
            phones,
            size_of(subnet),
        )
        for (site_id, subnet), phones in most
        if site_id in sites
    ]


def _fullest_addresses(session: Session, place: Place) -> Sequence[Full]:
    number = func.count()
    rows = session.execute(
        select(DeviceStatus.external_ip, number)
        .where(*conditions_of(place.filters), DeviceStatus.external_ip != "")
        .group_by(DeviceStatus.external_ip)
        .order_by(number.desc(), DeviceStatus.external_ip)
        .limit(MOST_FULL)
    )
    return [Full(place.within(Level.EXTERNAL, ip), ip, "", phones, 0) for ip, phones in rows]
