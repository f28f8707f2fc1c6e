"""How much there is of tenants and sites, for all rows of a list at once."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from app.models import Device, DeviceStatus, PhoneUser, Site, Tenant

SITES_SHOWN = 100
Numbers = dict[int, int]


@dataclass(frozen=True, slots=True)
class PlaceFigures:
    """Numbers by the id of the tenant or site; who has none is not in them. Sites and users are a tenant's.

    ``names`` are those of the places themselves, ``tenants`` those of the sites' tenants.
    """

    names: dict[int, str]
    devices: Numbers
    waiting: Numbers
    sites: Numbers = field(default_factory=dict)
    users: Numbers = field(default_factory=dict)
    tenants: dict[int, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SiteLine:
    """A site in the list of its tenant's, with how many devices and waiting phones it has."""

    site: Site
    devices: int
    waiting: int


def figures_of_tenants(session: Session, ids: Collection[int]) -> PlaceFigures:
    """Count what these tenants have, with one statement for each kind of thing."""
    names = session.execute(select(Tenant.id, Tenant.name).where(Tenant.id.in_(ids)))
    return PlaceFigures(
        names=dict(names.all()),
        devices=_count_by(session, Device.tenant_id, ids),
        waiting=_count_by(session, DeviceStatus.tenant_id, ids, DeviceStatus.device_id.is_(None)),
        sites=_count_by(session, Site.tenant_id, ids),
        users=_count_by(session, PhoneUser.tenant_id, ids),
    )


def figures_of_sites(session: Session, ids: Collection[int]) -> PlaceFigures:
    """Count the phones of these sites."""
    named = select(Site.id, Site.name, Tenant.name).join(Tenant, Site.tenant_id == Tenant.id)
    rows = session.execute(named.where(Site.id.in_(ids))).all()
    return PlaceFigures(
        names={site: name for site, name, _ in rows},
        devices=_count_by(session, Device.site_id, ids),
        waiting=_count_by(session, DeviceStatus.site_id, ids, DeviceStatus.device_id.is_(None)),
        tenants={site: tenant for site, _, tenant in rows},
    )


def read_sites(session: Session, tenant: Tenant) -> Sequence[SiteLine]:
    """Return the first hundred sites of a tenant by name, AutoDetection first."""
    ordered = select(Site).order_by(Site.is_auto_detection.desc(), Site.name_key).limit(SITES_SHOWN)
    sites = session.scalars(ordered.where(Site.tenant_id == tenant.id)).all()
    found = figures_of_sites(session, [site.id for site in sites])
    return [SiteLine(site, found.devices.get(site.id, 0), found.waiting.get(site.id, 0)) for site in sites]


def _count_by(
    session: Session, column: Any, ids: Collection[int], *conditions: ColumnElement[bool]
) -> Numbers:
    counts = select(column, func.count()).where(column.in_(ids), *conditions).group_by(column)
    return dict(session.execute(counts).all()) if ids else {}
