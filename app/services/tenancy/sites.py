"""A site that is to be added or saved."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.errors import ConflictError, InvalidInputError
from app.models import Site
from app.models.tenant import AUTO_DETECTION
from app.rules.subnets import parse_subnet
from app.services.tenancy.checks import check_lies_within, checked_name, doubts_of, take_network


def prepare_site(session: Session, site: Site) -> list[str]:
    """Check a site, put name and subnet into the form in which they are kept, and return doubts as sentences.

    InvalidInputError or ConflictError say what is wrong and name its field.
    """
    with session.no_autoflush:
        if site.tenant is None:
            raise InvalidInputError("Choose the tenant that the site belongs to.", field="tenant")
        site.name = checked_name(site.name, "site")
        _check_keeps_its_place(session, site)
        network = take_network(site)
        _check_is_unique(session, site)
        if network is not None and site.tenant.subnet is not None:
            check_lies_within(site.name, network, site.tenant.name, parse_subnet(site.tenant.subnet))
    return doubts_of(network)


def _check_is_unique(session: Session, site: Site) -> None:
    tenant = site.tenant
    others = select(Site).where(Site.tenant_id == tenant.id, Site.id.is_distinct_from(site.id))
    if session.scalar(others.where(Site.name_key == site.name_key)):
        raise ConflictError(
            f"The tenant {tenant.name} has already a site {site.name}; choose another name.", field="name"
        )
    twin = session.scalar(others.where(Site.subnet == site.subnet)) if site.subnet else None
    if twin is not None:
        raise ConflictError(
            f"The site {twin.name} has the subnet {site.subnet}; one subnet leads to one site.",
            field="subnet",
        )


def _check_keeps_its_place(session: Session, site: Site) -> None:
    before = session.execute(select(Site.tenant_id, Site.name).where(Site.id == site.id)).first()
    if before is None:
        return
    if site.tenant.id != before.tenant_id:
        raise ConflictError(
            f"The site {site.name} stays with its tenant; make a site of the other tenant instead.",
            field="tenant",
        )
    if site.is_auto_detection and site.name != before.name:
        raise ConflictError(
            f"{AUTO_DETECTION} keeps its name; phones that have no other site of their tenant go there.",
            field="name",
        )
