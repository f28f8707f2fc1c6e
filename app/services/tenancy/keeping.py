"""Tenants and sites that are added, changed and deleted as a whole, each with its entry in the journal."""

from dataclasses import dataclass, fields
from datetime import datetime

from sqlalchemy.orm import Session

from app.models import Site, Tenant
from app.models.tenant import MAX_ENDPOINTS
from app.services.author import Author
from app.services.row_deeds import changes_of, record
from app.services.tenancy.deletion import clear_site, clear_tenant, departure_of_site, departure_of_tenant
from app.services.tenancy.sites import prepare_site
from app.services.tenancy.tenants import find_default_besides, prepare_changed_tenant, prepare_new_tenant

_TENANT, _SITE = "tenant", "site"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceFields:
    """What is said of a tenant or a site."""

    name: str
    description: str = ""
    subnet: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TenantFields(PlaceFields):
    """What is said of a tenant besides."""

    is_default: bool = False
    approves_automatically: bool = False
    external_id: str | None = None
    endpoint_licenses: int = MAX_ENDPOINTS
    allowed_networks: str = ""
    demands_key: bool = False
    demands_certificate: bool = False
    hands_out_once: bool = False


def add_tenant(session: Session, said: TenantFields, *, author: Author, now: datetime) -> Tenant:
    """Add a tenant with its site AutoDetection; InvalidInputError or ConflictError name the field."""
    tenant = Tenant()
    with session.no_autoflush:
        _fill(tenant, said)
        note_takeover(session, tenant, author=author, now=now)
        prepare_new_tenant(session, tenant, now=now)
    session.add(tenant)
    session.flush()
    record(session, "added", _TENANT, str(tenant), tenant_id=tenant.id, author=author, now=now)
    return tenant


def change_tenant(
    session: Session, tenant: Tenant, said: TenantFields, *, author: Author, now: datetime
) -> bool:
    """Change what is said of a tenant; return whether anything changed."""
    with session.no_autoflush:
        _fill(tenant, said)
        note_takeover(session, tenant, author=author, now=now)
        prepare_changed_tenant(session, tenant)
        changes = changes_of(tenant, [field.name for field in fields(TenantFields)])
    session.flush()
    if changes:
        about = _TENANT, str(tenant)
        record(session, "changed", *about, tenant_id=tenant.id, author=author, now=now, more=changes)
    return bool(changes)


def delete_tenant(session: Session, tenant: Tenant, *, author: Author, now: datetime) -> None:
    """Delete a tenant with what goes along, or raise ConflictError with what stands against it."""
    along = departure_of_tenant(session, tenant).words_of_what_goes
    clear_tenant(session, tenant)
    session.delete(tenant)
    record(
        session, "deleted", _TENANT, str(tenant), tenant_id=None, author=author, now=now, more=_with(along)
    )


def add_site(session: Session, tenant: Tenant, said: PlaceFields, *, author: Author, now: datetime) -> Site:
    """Add a site to a tenant; InvalidInputError or ConflictError name the field."""
    site = Site()
    with session.no_autoflush:
        site.tenant = tenant
        _fill(site, said)
        prepare_site(session, site)
    session.add(site)
    session.flush()
    record(session, "added", _SITE, str(site), tenant_id=site.tenant_id, author=author, now=now)
    return site


def change_site(session: Session, site: Site, said: PlaceFields, *, author: Author, now: datetime) -> bool:
    """Change what is said of a site; return whether anything changed."""
    with session.no_autoflush:
        _fill(site, said)
        prepare_site(session, site)
        changes = changes_of(site, [field.name for field in fields(PlaceFields)])
    session.flush()
    if changes:
        about = _SITE, str(site)
        record(session, "changed", *about, tenant_id=site.tenant_id, author=author, now=now, more=changes)
    return bool(changes)


def delete_site(session: Session, site: Site, *, author: Author, now: datetime) -> None:
    """Delete a site; its phones go to AutoDetection. ConflictError for AutoDetection itself."""
    along = departure_of_site(session, site).words_of_what_goes
    name, tenant_id = str(site), site.tenant_id
    clear_site(session, site)
    session.delete(site)
    record(session, "deleted", _SITE, name, tenant_id=tenant_id, author=author, now=now, more=_with(along))


def _fill(place: Tenant | Site, said: PlaceFields) -> None:
    for field in fields(said):
        setattr(place, field.name, getattr(said, field.name))


def note_takeover(session: Session, tenant: Tenant, *, author: Author, now: datetime) -> None:
    """Write into the journal which tenant is the default no more, where this one is to be it."""
    replaced = find_default_besides(session, tenant) if tenant.is_default else None
    if replaced is not None:
        record(
            session, "replaced", _TENANT, str(replaced), tenant_id=replaced.id, author=author, now=now,
            more=f"{tenant.name} is the default tenant in its place",
        )  # fmt: skip


def _with(along: str) -> str:
    return f"with it went {along}" if along else ""
