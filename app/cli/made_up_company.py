"""The company of the demo: three tenants with their sites and values."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import ConfigurationValue, Placeholder, Site, Tenant
from app.models.enums import Layer, ValueLevel
from app.services import settings, tenancy
from app.services.author import Author


@dataclass(frozen=True, kw_only=True)
class Branch:
    """One tenant; ``sites`` are names with their subnets."""

    name: str
    description: str
    subnet: str
    sites: Mapping[str, str]
    placeholders: Mapping[str, str]
    values: Mapping[str, str]


COMPANY = (
    Branch(
        name="Harbour",
        description="Offices at the harbour: Skype for Business phones",
        subnet="10.20.0.0/16",
        sites={"Quay": "10.20.1.0/24", "Customs House": "10.20.2.0/24"},
        placeholders={"TimeZoneLocation": "+01:00", "Primary_NTP": "10.20.0.1"},
        values={"voip/services/do_not_disturb/enabled": "0"},
    ),
    Branch(
        name="Orchard",
        description="The growers: generic SIP phones with a PBX of their own",
        subnet="10.30.0.0/16",
        sites={"North Field": "10.30.1.0/24", "South Field": "10.30.2.0/24"},
        placeholders={"TimeZoneLocation": "+02:00", "Proxy_address": "10.30.0.5", "MwiVmNumber": "2000"},
        values={"system/syslog/mode": "NETWORK", "system/syslog/server_address": "10.30.0.9"},
    ),
    Branch(
        name="Lighthouse",
        description="Head office: Skype for Business phones",
        subnet="10.40.0.0/16",
        sites={"Tower": "10.40.1.0/24", "Annex": "10.40.2.0/24"},
        placeholders={"TimeZoneLocation": "+00:00"},
        values={"system/pin_lock/enabled": "0"},
    ),
)


def found(session: Session, *, now: datetime) -> None:
    """Add the tenants that are missing; phones count as disconnected after minutes, so that it can be seen."""
    settings.change(session, "disconnected_timeout", "5", author=Author("demo"), now=now)
    known = set(session.scalars(select(Tenant.name)))
    for branch in COMPANY:
        if branch.name not in known:
            _add(session, branch, now)


def _add(session: Session, branch: Branch, now: datetime) -> None:
    tenant = Tenant(name=branch.name, description=branch.description, subnet=branch.subnet)
    tenancy.prepare_new_tenant(session, tenant, now=now)
    session.flush()
    for name, subnet in branch.sites.items():
        site = Site(tenant=tenant, name=name, subnet=subnet)
        tenancy.prepare_site(session, site)
        session.add(site)
    for name, value in branch.placeholders.items():
        session.add(Placeholder(layer=Layer.TENANT, tenant_id=tenant.id, name=name, value=value))
    for parameter, value in branch.values.items():
        session.add(
            ConfigurationValue(level=ValueLevel.TENANT, tenant_id=tenant.id, parameter=parameter, value=value)
        )
