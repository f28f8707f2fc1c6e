"""Which tenants guard their phones' files, and to which tenant a phone belongs that asks (docs/decisions/0068)."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from sqlalchemy import literal, select
from sqlalchemy.orm import Session

from app.models import Device, DeviceStatus, Tenant
from app.rules.addresses import find_address
from app.rules.network_lists import has_address
from app.services import settings


@dataclass(frozen=True, slots=True)
class GuardedTenant:
    """A tenant that does not serve its phones from everywhere."""

    name: str
    networks: tuple[str, ...]

    def why_not(self, address: str) -> str:
        """Return why a phone at this address is refused, for the provisioning log; empty where it is not."""
        if has_address(self.networks, address):
            return ""
        return f"{address or 'An unknown address'} is in none of the networks from which {self.name} serves phones."


@dataclass(frozen=True, slots=True)
class Guarded:
    """The tenants that guard something, by their id, their name without regard to case, and their external id.

    ``shared`` are addresses and networks behind each of whose addresses there may be very many phones.
    """

    by_id: Mapping[int | None, GuardedTenant] = field(default_factory=dict)
    by_name: Mapping[str, GuardedTenant] = field(default_factory=dict)
    by_external_id: Mapping[str, GuardedTenant] = field(default_factory=dict)
    shared: tuple[str, ...] = ()

    def find(self, tenant_id: int | None, name: str, external_id: str | None) -> GuardedTenant | None:
        """Return the tenant of a phone; of one that belongs to none the tenant that it names."""
        if tenant_id is not None:
            return self.by_id.get(tenant_id)
        if external_id is not None:
            return self.by_external_id.get(external_id)
        return self.by_name.get(name.casefold()) if name else None


def read(session: Session) -> Guarded:
    """Return all tenants that guard something."""
    wanted = select(Tenant).where(Tenant.allowed_networks != "")
    found = [(tenant, _guarded(tenant)) for tenant in session.scalars(wanted)]
    return Guarded(
        {tenant.id: guarded for tenant, guarded in found},
        {tenant.name_key: guarded for tenant, guarded in found},
        {tenant.external_id: guarded for tenant, guarded in found if tenant.external_id},
        _shared(session, [guarded for _, guarded in found]),
    )


def tenants_of(session: Session, macs: Collection[str]) -> Mapping[str, int | None]:
    """Return the tenants of those of these phones that are known: that have a device, or were ever heard."""
    found: dict[str, int | None] = {}
    for kind in (DeviceStatus, Device):
        found |= dict(session.execute(select(kind.mac, kind.tenant_id).where(kind.mac.in_(macs))).all())
    return found


def addresses_of(session: Session, macs: Collection[str]) -> Mapping[str, str]:
    """Return from where each of these phones was heard last, empty for a device that never was; none for strangers."""
    found = dict(session.execute(select(Device.mac, literal("")).where(Device.mac.in_(macs))).all())
    heard = select(DeviceStatus.mac, DeviceStatus.external_ip).where(DeviceStatus.mac.in_(macs))
    return found | dict(session.execute(heard).all())


def _shared(session: Session, tenants: Iterable[GuardedTenant]) -> tuple[str, ...]:
    """Return what tenants name, and the SBC's proxy where it is set by its address."""
    networks = {network: None for tenant in tenants for network in tenant.networks}
    proxy = find_address(settings.sbc_proxy_address(session))
    return (*networks, *([f"{proxy}/{proxy.max_prefixlen}"] if proxy else []))


def _guarded(tenant: Tenant) -> GuardedTenant:
    return GuardedTenant(tenant.name, tuple(tenant.allowed_networks.split(", ")))
