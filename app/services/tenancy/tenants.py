"""A tenant that is to be added or saved, and the default tenant, of which there is one."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnExpressionArgument, select, update
from sqlalchemy.orm import Session

from app.errors import ConflictError, InvalidInputError
from app.models import Site, Tenant
from app.models.tenant import AUTO_DETECTION, MAX_ENDPOINTS
from app.rules.network_lists import overlap
from app.rules.subnets import Network, lies_within, parse_subnet
from app.services.tenancy.checks import (
    check_lies_within,
    checked_name,
    doubts_of,
    take_allowed_networks,
    take_network,
)
from app.services.tenancy.keys import check_has_key

_SITES_NAMED = 3


def prepare_new_tenant(session: Session, tenant: Tenant, *, now: datetime) -> list[str]:
    """Check a tenant that is to be added and give it its site AutoDetection.

    Like the other preparations it puts name and subnet into the form in which they are kept, raises
    InvalidInputError or ConflictError with what is wrong and its field, and returns doubts as sentences.
    """
    tenant.created_at = now
    doubts = prepare_changed_tenant(session, tenant)
    session.add(Site(tenant=tenant, name=AUTO_DETECTION, is_auto_detection=True))
    return doubts


def prepare_changed_tenant(session: Session, tenant: Tenant) -> list[str]:
    """Check a tenant that is to be saved; when it becomes the default, the old default stops being it."""
    with session.no_autoflush:
        tenant.name = checked_name(tenant.name, "tenant")
        tenant.external_id = (tenant.external_id or "").strip() or None
        _check_licenses(tenant)
        _check_is_unique(session, tenant)
        network = take_network(tenant)
        _check_subnet_is_no_other_tenants(session, tenant)
        _check_sites_lie_within(session, tenant, network)
        _take_over_default(session, tenant)
        allowed = take_allowed_networks(tenant)
        check_has_key(session, tenant)
    return [*doubts_of(network), *_doubts_of_approval(tenant), *_doubts_of_allowed(tenant, allowed, network)]


def find_default_besides(session: Session, tenant: Tenant) -> Tenant | None:
    """Return the default tenant, if that is another one: the one that this tenant would take over from."""
    return _find_other(session, tenant, Tenant.is_default)


def _check_licenses(tenant: Tenant) -> None:
    given: int | None = tenant.endpoint_licenses
    tenant.endpoint_licenses = MAX_ENDPOINTS if given is None else given
    if not 0 <= tenant.endpoint_licenses <= MAX_ENDPOINTS:
        raise InvalidInputError(
            f"Give the tenant 0 to {MAX_ENDPOINTS} endpoint licenses.", field="endpoint_licenses"
        )


def _check_is_unique(session: Session, tenant: Tenant) -> None:
    if _find_other(session, tenant, Tenant.name_key == tenant.name_key):
        raise ConflictError(f"There is already a tenant {tenant.name}; choose another name.", field="name")
    if tenant.external_id is None:
        return
    other = _find_other(session, tenant, Tenant.external_id == tenant.external_id)
    if other is not None:
        raise ConflictError(
            f"The tenant {other.name} has the external id {tenant.external_id}; choose another.",
            field="external_id",
        )


def _check_subnet_is_no_other_tenants(session: Session, tenant: Tenant) -> None:
    other = _find_other(session, tenant, Tenant.subnet == tenant.subnet) if tenant.subnet else None
    if other is not None:
        raise ConflictError(
            f"The tenant {other.name} has the subnet {tenant.subnet}; one subnet leads to one tenant.",
            field="subnet",
        )


def _check_sites_lie_within(session: Session, tenant: Tenant, network: Network | None) -> None:
    if network is None or tenant.id is None:
        return
    sites = select(Site.name, Site.subnet).where(Site.tenant_id == tenant.id, Site.subnet.is_not(None))
    outside = [
        (name, inner)
        for name, subnet in session.execute(sites.order_by(Site.name_key))
        if not lies_within(inner := parse_subnet(subnet), network)
    ]
    if len(outside) > 1:
        shown = ", ".join(f"{name} ({inner})" for name, inner in outside[:_SITES_NAMED])
        more = f" and {len(outside) - _SITES_NAMED} more" if len(outside) > _SITES_NAMED else ""
        raise ConflictError(
            f"{len(outside)} sites of {tenant.name} would lie outside {network}: {shown}{more}.",
            field="subnet",
        )
    for name, inner in outside:
        check_lies_within(name, inner, tenant.name, network)


def _take_over_default(session: Session, tenant: Tenant) -> None:
    """Let the old default go before the new one is written: the database permits one at a time."""
    is_default = select(Tenant.is_default).where(Tenant.id == tenant.id)
    if session.scalar(is_default) and not tenant.is_default:
        raise ConflictError(
            f"{tenant.name} is the default tenant; to change that, make another tenant the default.",
            field="is_default",
        )
    if tenant.is_default:
        others = update(Tenant).where(Tenant.is_default, Tenant.id.is_distinct_from(tenant.id))
        session.execute(others.values(is_default=False))


def _doubts_of_approval(tenant: Tenant) -> list[str]:
    if not tenant.approves_automatically or tenant.is_default:
        return []
    doubt = (
        f"{tenant.name} is not the default tenant: that it approves by itself counts only once it is, "
        "because phones that name a tenant or lie in its subnet need no approval."
    )
    return [doubt]


def _doubts_of_allowed(tenant: Tenant, allowed: Sequence[str], network: Network | None) -> list[str]:
    if not allowed or network is None or overlap(allowed, network):
        return []
    doubt = (
        f"The subnet {network} of {tenant.name} is in none of the networks from which its phones are served: phones "
        "there are refused, unless a NAT or a proxy in one of these networks is between them and Ringmaster."
    )
    return [doubt]


def _find_other(session: Session, tenant: Tenant, condition: ColumnExpressionArgument[bool]) -> Tenant | None:
    return session.scalar(select(Tenant).where(Tenant.id.is_distinct_from(tenant.id), condition))
