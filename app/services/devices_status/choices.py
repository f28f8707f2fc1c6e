"""What the drop-downs of the filters offer: what there is, and what the viewer may see."""

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.models import DeviceStatus, Site, Tenant
from app.rules.versions import parse_version
from app.security.tenant_scope import scope_of

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
    """Step from value to value along the column's index: a million phones have few of them.

    The index does not know tenants. Who sees some of them only has the rows of these looked through, by their index.
    """
    if not scope_of(session).is_everything:
        return list(session.scalars(select(column).where(column > "").distinct().limit(MOST_CHOICES)))
    first = select(func.min(column).label("value")).where(column > "")
    steps = first.cte("steps", recursive=True)
    following = select(func.min(column)).where(column > steps.c.value).scalar_subquery()
    steps = steps.union_all(select(following).where(steps.c.value.is_not(None)))
    found = select(steps.c.value).where(steps.c.value.is_not(None)).limit(MOST_CHOICES)
    return list(session.scalars(found))


def _later_versions_last(text: str) -> tuple[tuple[int, ...], str]:
    version = parse_version(text)
    return (version.numbers if version else (), text)
