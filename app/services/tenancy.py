"""Tenants and sites: what may be made of them, and what comes and goes with them (manual 4.2)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from app.database import Base
from app.errors import ConflictError, InvalidInputError
from app.models import (
    Alarm,
    ConfigFile,
    ConfigTemplate,
    ConfigurationValue,
    Decision,
    Device,
    DeviceStatus,
    JournalEntry,
    PendingAction,
    PhoneUser,
    Placeholder,
    Site,
    TemplateDefault,
    Tenant,
)
from app.models.tenant import AUTO_DETECTION, MAX_ENDPOINTS
from app.rules.subnets import Network, lies_within, looks_like_a_mask, parse_subnet
from app.security.tenant_scope import TenantOrNobody, TenantOrShared, TenantScoped

MAX_NAME = 100
_NOT_IN_NAMES = set("/;\\")

_OUTLIVES_TENANT: tuple[type[TenantOrNobody], ...] = (Alarm, Decision, JournalEntry, PendingAction)
_GOES_WITH_TENANT: tuple[type[TenantScoped | TenantOrShared], ...] = (
    Placeholder,
    ConfigurationValue,
    TemplateDefault,
    Site,
)


def prepare_new_tenant(session: Session, tenant: Tenant, *, now: datetime) -> list[str]:
    """Check a tenant that is to be added and give it its site AutoDetection.

    Like the other preparations it puts name and subnet into the form in which they are kept, raises
    InvalidInputError or ConflictError with what is wrong, and returns doubts as sentences for who saves it.
    """
    tenant.created_at = now
    doubts = prepare_changed_tenant(session, tenant)
    session.add(Site(tenant=tenant, name=AUTO_DETECTION, is_auto_detection=True))
    return doubts


def prepare_changed_tenant(session: Session, tenant: Tenant) -> list[str]:
    """Check a tenant that is to be saved; when it becomes the default, the old default stops being it."""
    with session.no_autoflush:
        tenant.name = _checked_name(tenant.name, "tenant")
        tenant.external_id = (tenant.external_id or "").strip() or None
        _check_licenses(tenant)
        _check_tenant_is_unique(session, tenant)
        network = _network_of(tenant)
        _check_subnet_is_no_other_tenants(session, tenant)
        _check_sites_lie_within(session, tenant, network)
        _take_over_default(session, tenant)
    return _doubts(network)


def prepare_site(session: Session, site: Site) -> list[str]:
    """Check a site that is to be added or saved."""
    with session.no_autoflush:
        if site.tenant is None:
            raise InvalidInputError("Choose the tenant that the site belongs to.")
        site.name = _checked_name(site.name, "site")
        _check_keeps_its_place(session, site)
        network = _network_of(site)
        _check_site_is_unique(session, site)
        if network is not None and site.tenant.subnet is not None:
            _check_lies_within(site.name, network, site.tenant.name, parse_subnet(site.tenant.subnet))
    return _doubts(network)


def check_tenant_may_go(session: Session, tenant: Tenant) -> None:
    """Raise ConflictError with what stands against the deletion of a tenant."""
    if tenant.is_default:
        raise ConflictError(
            f"{tenant.name} is the default tenant, where phones go that nothing else places; "
            "make another tenant the default, then delete this one."
        )
    own_sites = _count(session, Site, Site.tenant_id == tenant.id, ~Site.is_auto_detection)
    counts = {
        "devices": _count(session, Device, Device.tenant_id == tenant.id),
        "phone users": _count(session, PhoneUser, PhoneUser.tenant_id == tenant.id),
        "sites": own_sites,
        "templates": _count(session, ConfigTemplate, ConfigTemplate.tenant_id == tenant.id),
        "configuration files": _count(session, ConfigFile, ConfigFile.tenant_id == tenant.id),
    }
    _check_nothing_is_left(f"The tenant {tenant.name}", counts)


def check_site_may_go(session: Session, site: Site) -> None:
    """Raise ConflictError with what stands against the deletion of a site."""
    if site.is_auto_detection:
        raise ConflictError(
            f"{AUTO_DETECTION} goes with its tenant {site.tenant.name}; it cannot be deleted alone."
        )
    _check_nothing_is_left(
        f"The site {site.name}", {"devices": _count(session, Device, Device.site_id == site.id)}
    )


def clear_tenant(session: Session, tenant: Tenant) -> None:
    """Check that a tenant may go, and take away what goes with it, so that its row can be deleted.

    Alarms, decisions and the journal outlive it. Phones that wait in it are placed anew at their next report.
    """
    check_tenant_may_go(session, tenant)
    _let_phones_wait_elsewhere(session, DeviceStatus.tenant_id == tenant.id, tenant_id=None, site_id=None)
    for kept in _OUTLIVES_TENANT:
        session.execute(update(kept).where(kept.tenant_id == tenant.id).values(tenant_id=None))
    for dropped in _GOES_WITH_TENANT:
        session.execute(delete(dropped).where(dropped.tenant_id == tenant.id))


def clear_site(session: Session, site: Site) -> None:
    """Check that a site may go, and move the phones that wait in it to its tenant's AutoDetection."""
    check_site_may_go(session, site)
    others = select(Site.id).where(Site.tenant_id == site.tenant_id, Site.is_auto_detection)
    _let_phones_wait_elsewhere(session, DeviceStatus.site_id == site.id, site_id=session.scalar(others))


def _checked_name(name: str | None, kind: str) -> str:
    stripped = (name or "").strip()
    if not stripped:
        raise InvalidInputError(f"Give the {kind} a name.")
    if len(stripped) > MAX_NAME:
        raise InvalidInputError(f"The name of the {kind} is too long; {MAX_NAME} characters fit.")
    if not stripped.isprintable() or _NOT_IN_NAMES & set(stripped) or stripped in {".", ".."}:
        raise InvalidInputError(
            f"The name of the {kind} stands in addresses that phones ask for; "
            "use letters, digits and blanks, and none of / ; \\."
        )
    return stripped


def _check_licenses(tenant: Tenant) -> None:
    given: int | None = tenant.endpoint_licenses
    tenant.endpoint_licenses = MAX_ENDPOINTS if given is None else given
    if not 0 <= tenant.endpoint_licenses <= MAX_ENDPOINTS:
        raise InvalidInputError(f"Give the tenant 0 to {MAX_ENDPOINTS} endpoint licenses.")


def _check_tenant_is_unique(session: Session, tenant: Tenant) -> None:
    if _find_other(session, tenant, Tenant.name_key == tenant.name_key):
        raise ConflictError(f"There is already a tenant {tenant.name}; choose another name.")
    other = _find_other(session, tenant, Tenant.external_id == tenant.external_id)
    if tenant.external_id is not None and other is not None:
        raise ConflictError(
            f"The tenant {other.name} has the external id {tenant.external_id}; choose another."
        )


def _check_site_is_unique(session: Session, site: Site) -> None:
    tenant = site.tenant
    others = select(Site).where(Site.tenant_id == tenant.id, Site.id.is_distinct_from(site.id))
    if session.scalar(others.where(Site.name_key == site.name_key)):
        raise ConflictError(f"The tenant {tenant.name} has already a site {site.name}; choose another name.")
    twin = session.scalar(others.where(Site.subnet == site.subnet))
    if site.subnet is not None and twin is not None:
        raise ConflictError(
            f"The site {twin.name} has the subnet {site.subnet}; one subnet leads to one site."
        )


def _network_of(place: Tenant | Site) -> Network | None:
    """Return the subnet, which is put into its canonical form; an empty one is none."""
    if not (place.subnet or "").strip():
        place.subnet = None
        return None
    network = parse_subnet(place.subnet or "")
    place.subnet = str(network)
    return network


def _check_subnet_is_no_other_tenants(session: Session, tenant: Tenant) -> None:
    other = _find_other(session, tenant, Tenant.subnet == tenant.subnet)
    if tenant.subnet is not None and other is not None:
        raise ConflictError(
            f"The tenant {other.name} has the subnet {tenant.subnet}; one subnet leads to one tenant."
        )


def _check_sites_lie_within(session: Session, tenant: Tenant, network: Network | None) -> None:
    if network is None or tenant.id is None:
        return
    for site in session.scalars(select(Site).where(Site.tenant_id == tenant.id, Site.subnet.is_not(None))):
        _check_lies_within(site.name, parse_subnet(site.subnet or ""), tenant.name, network)


def _check_lies_within(site: str, inner: Network, tenant: str, outer: Network) -> None:
    if not lies_within(inner, outer):
        raise ConflictError(
            f"The subnet {inner} of the site {site} does not lie within {outer}, "
            f"the subnet of its tenant {tenant}."
        )


def _take_over_default(session: Session, tenant: Tenant) -> None:
    """Let the old default go before the new one is written: the database permits one at a time."""
    is_default = select(Tenant.is_default).where(Tenant.id == tenant.id)
    if session.scalar(is_default) and not tenant.is_default:
        raise ConflictError(
            f"{tenant.name} is the default tenant; to change that, make another tenant the default."
        )
    if tenant.is_default:
        others = update(Tenant).where(Tenant.is_default, Tenant.id.is_distinct_from(tenant.id))
        session.execute(others.values(is_default=False))


def _check_keeps_its_place(session: Session, site: Site) -> None:
    before = session.execute(select(Site.tenant_id, Site.name).where(Site.id == site.id)).first()
    if before is None:
        return
    if site.tenant.id != before.tenant_id:
        raise ConflictError(
            f"The site {site.name} stays with its tenant; make a site of the other tenant instead."
        )
    if site.is_auto_detection and site.name != before.name:
        raise ConflictError(
            f"{AUTO_DETECTION} keeps its name; phones that have no other site of their tenant go there."
        )


def _check_nothing_is_left(what: str, counts: Mapping[str, int]) -> None:
    left = [f"{count} {kind}" for kind, count in counts.items() if count]
    if left:
        raise ConflictError(f"{what} still has {', '.join(left)}; move or delete them first.")


def _let_phones_wait_elsewhere(session: Session, condition: Any, **place: int | None) -> None:
    """Change where phones wait that are no devices; without a digest their next report counts as a change."""
    session.execute(update(DeviceStatus).where(condition).values(digest=None, **place))


def _count(session: Session, model: type[Base], *conditions: Any) -> int:
    return session.scalar(select(func.count()).select_from(model).where(*conditions)) or 0


def _find_other(session: Session, tenant: Tenant, condition: Any) -> Tenant | None:
    return session.scalar(select(Tenant).where(Tenant.id.is_distinct_from(tenant.id), condition))


def _doubts(network: Network | None) -> list[str]:
    if network is None or not looks_like_a_mask(network):
        return []
    return [f"The subnet {network} looks like a subnet mask; give the address of the network instead."]
