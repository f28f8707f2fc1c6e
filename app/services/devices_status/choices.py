"""What the drop-downs of the filters offer: what there is, and what the viewer may see."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.models import DeviceStatus, Site, Tenant
from app.rules.versions import parse_version

MOST_CHOICES = 1_000


@dataclass(frozen=True, slots=True)
class Choices:
    """Names of tenants, sites, models and firmware versions, each in the order in which people look for them."""

    tenants: list[str]
    sites: list[str]
    models: list[str]
    versions: list[str]


def read_choices(session: Session) -> Choices:
    """Return what the filters can be set to."""
    tenants = select(Tenant.name).order_by(Tenant.name_key).limit(MOST_CHOICES)
    sites = select(Site.name).order_by(Site.name_key).limit(MOST_CHOICES)
    return Choices(
        tenants=list(session.scalars(tenants)),
        sites=list(dict.fromkeys(session.scalars(sites))),
        models=sorted(_distinct(session, DeviceStatus.model)),
        versions=sorted(
            _distinct(session, DeviceStatus.firmware_version), key=_later_versions_last, reverse=True
        ),
    )


def _distinct(session: Session, column: InstrumentedAttribute[str]) -> list[str]:
    return list(session.scalars(select(column).where(column > "").distinct().limit(MOST_CHOICES)))


def _later_versions_last(text: str) -> tuple[tuple[int, ...], str]:
    version = parse_version(text)
    return (version.numbers if version else (), text)
