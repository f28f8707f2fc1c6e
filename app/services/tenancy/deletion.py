"""What goes with a tenant or a site, what stays, and what stands against it (docs/decisions/0019)."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from app.models import (
    Alarm,
    ConfigFile,
    ConfigTemplate,
    ConfigurationValue,
    Decision,
    Delivery,
    Destination,
    Device,
    DevicePin,
    DeviceStatus,
    FileFetch,
    HandOut,
    JournalEntry,
    OperationTarget,
    PendingAction,
    PhoneChange,
    PhoneUser,
    Placeholder,
    ReplacedPhone,
    RuleRow,
    RuleSetVersion,
    SetupProgress,
    Site,
    TemplateDefault,
    TemplateVersion,
    Tenant,
    TenantKey,
    UserKeysRow,
)
from app.models.tenant import AUTO_DETECTION
from app.security.tenant_scope import TenantOrNobody, TenantOrShared, TenantScoped
from app.services import moved_owners
from app.services.tenancy.belongings import consequences_of_site, consequences_of_tenant
from app.services.tenancy.tenants import find_default_besides
from app.services.usage import Departure, check_may_go, departure
from app.services.value_owners import OwnerKind

OUTLIVE_TENANT: Sequence[type[TenantOrNobody]] = (
    Alarm,
    Decision,
    FileFetch,
    JournalEntry,
    OperationTarget,
    PendingAction,
    PhoneChange,
)
GO_WITH_TENANT: Sequence[type[TenantScoped | TenantOrShared | TenantOrNobody]] = (
    RuleRow,
    RuleSetVersion,
    DevicePin,
    Delivery,
    Destination,
    ConfigurationValue,
    Placeholder,
    ReplacedPhone,
    TemplateDefault,
    ConfigFile,
    TemplateVersion,
    ConfigTemplate,
    UserKeysRow,
    PhoneUser,
    SetupProgress,
    HandOut,
    TenantKey,
    Site,
)
"""In this order, so that nothing refers to what is gone. A destination of nobody's would hear of all tenants."""
STAND_AGAINST: Sequence[type[TenantScoped | TenantOrNobody]] = (Device, DeviceStatus)


def departure_of_tenant(session: Session, tenant: Tenant) -> Departure:
    """Return what the deletion of a tenant would mean."""
    obstacle = (
        f"{tenant.name} is the default tenant, where phones go that nothing else places; "
        "make another tenant the default, then delete this one."
    )
    consequences = consequences_of_tenant(session, tenant)
    return departure(f"The tenant {tenant.name}", consequences, obstacle if tenant.is_default else "")


def departure_of_site(session: Session, site: Site) -> Departure:
    """Return what the deletion of a site would mean."""
    obstacle = f"{AUTO_DETECTION} goes with its tenant {site.tenant.name}; it cannot be deleted alone."
    consequences = consequences_of_site(session, site)
    return departure(f"The site {site.name}", consequences, obstacle if site.is_auto_detection else "")


def clear_tenant(session: Session, tenant: Tenant) -> None:
    """Check that a tenant may go, and take away what goes with it, so that its row can be deleted.

    ConflictError where something stands against it. Alarms, decisions and the journal outlive the tenant; phones
    that have fallen silent while they waited in it are placed anew if they ever report again.
    """
    check_may_go(departure_of_tenant(session, tenant))
    _keep_system_user(session, tenant)
    _let_phones_wait_elsewhere(session, DeviceStatus.tenant_id == tenant.id, tenant_id=None, site_id=None)
    for kept in OUTLIVE_TENANT:
        session.execute(update(kept).where(kept.tenant_id == tenant.id).values(tenant_id=None))
    for dropped in GO_WITH_TENANT:
        session.execute(delete(dropped).where(dropped.tenant_id == tenant.id))


def clear_site(session: Session, site: Site) -> None:
    """Check that a site may go, and move its phones to its tenant's AutoDetection; files stay until Generate."""
    check_may_go(departure_of_site(session, site))
    auto_detection = session.scalars(
        select(Site.id).where(Site.tenant_id == site.tenant_id, Site.is_auto_detection)
    ).one()
    session.execute(update(Device).where(Device.site_id == site.id).values(site_id=auto_detection))
    _let_phones_wait_elsewhere(session, DeviceStatus.site_id == site.id, site_id=auto_detection)
    for dropped in (ConfigurationValue, Placeholder):
        session.execute(delete(dropped).where(dropped.site_id == site.id))


def _keep_system_user(session: Session, tenant: Tenant) -> None:
    """Give the user that every installation has to the default tenant."""
    default = find_default_besides(session, tenant)
    if default is not None:
        is_ours = PhoneUser.is_system, PhoneUser.tenant_id == tenant.id
        users = session.scalars(select(PhoneUser.id).where(*is_ours)).all()
        session.execute(update(PhoneUser).where(PhoneUser.id.in_(users)).values(tenant_id=default.id))
        moved_owners.take_along(session, OwnerKind.USER, users, default.id)


def _let_phones_wait_elsewhere(session: Session, condition: Any, **place: int | None) -> None:
    """Change where phones are said to be; without a digest their next report counts as a change."""
    session.execute(update(DeviceStatus).where(condition).values(digest=None, **place))
