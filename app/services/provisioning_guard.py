"""Which tenants guard their phones, how, and to which tenant a phone belongs that asks (decisions 0068, 0078)."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum, auto
from typing import NamedTuple

from sqlalchemy import literal, or_, select
from sqlalchemy.orm import Session

from app.models import Device, DeviceStatus, Tenant, TenantKey
from app.rules import url_keys
from app.rules.addresses import find_address
from app.rules.network_lists import has_address
from app.services import settings


class Lack(Enum):
    """What a caller lacks who is refused."""

    ADDRESS = auto()
    CERTIFICATE = auto()
    KEY = auto()


class Caller(NamedTuple):
    """Who asks: from where, with which key in the address, with whose verified certificate, for which phones."""

    address: str
    key: str = ""
    certificate: str = ""
    macs: tuple[str, ...] = ()


class Key(NamedTuple):
    """A key of a tenant that counts until ``ends_at``; None: it is the one that phones are told."""

    tenant_id: int
    name: str
    secret: str
    ends_at: datetime | None


@dataclass(frozen=True, slots=True)
class GuardedTenant:
    """A tenant that does not serve its phones to everybody."""

    id: int
    name: str
    networks: tuple[str, ...] = ()
    demands_key: bool = False
    demands_certificate: bool = False
    hands_out_once: bool = False

    def why_not(self, caller: Caller, guarded: "Guarded") -> tuple[Lack, str] | None:
        """Return what a caller lacks, and the sentence for the provisioning log; None for one who is served."""
        if self.networks and not has_address(self.networks, caller.address):
            where = caller.address or "An unknown address"
            return Lack.ADDRESS, f"{where} is in none of the networks from which {self.name} serves phones."
        if self.demands_key and not guarded.opens(caller, self.id):
            what = "is not a valid one" if caller.key else "is missing"
            return Lack.KEY, f"{self.name} serves phones that ask with its key: the key {what}."
        if self.demands_certificate and not caller.macs:
            return (
                None
                if caller.certificate
                else (Lack.CERTIFICATE, self._certificate_is("missing or not valid"))
            )
        if self.demands_certificate and {caller.certificate} != set(caller.macs):
            whose = f"that of {caller.certificate}" if caller.certificate else "missing or not valid"
            return Lack.CERTIFICATE, self._certificate_is(whose)
        return None

    def _certificate_is(self, what: str) -> str:
        return f"{self.name} serves phones that show their certificate: the certificate is {what}."


@dataclass(frozen=True, slots=True)
class Guarded:
    """The tenants that guard something, by their id, their name without regard to case, and their external id.

    ``keys`` are those that count, by their names; ``told`` are the keys that phones are told, by tenant. ``shared`` are
    addresses and networks behind each of whose addresses there may be very many phones.
    """

    by_id: Mapping[int | None, GuardedTenant] = field(default_factory=dict)
    by_name: Mapping[str, GuardedTenant] = field(default_factory=dict)
    by_external_id: Mapping[str, GuardedTenant] = field(default_factory=dict)
    keys: Mapping[str, Key] = field(default_factory=dict)
    told: Mapping[int, Key] = field(default_factory=dict)
    shared: tuple[str, ...] = ()

    def find(self, tenant_id: int | None, name: str, external_id: str | None) -> GuardedTenant | None:
        """Return the tenant of a phone; of one that belongs to none the tenant that it names."""
        if tenant_id is not None:
            return self.by_id.get(tenant_id)
        if external_id is not None:
            return self.by_external_id.get(external_id)
        return self.by_name.get(name.casefold()) if name else None

    def opens(self, caller: Caller, tenant_id: int) -> bool:
        """Whether a caller asks with a key of this tenant, for no other phone than the one whose key it is."""
        found = self._key_of(caller)
        if found is None or found[1].tenant_id != tenant_id:
            return False
        mac = found[0].mac
        return not mac or not caller.macs or {mac} == set(caller.macs)

    def proves(self, caller: Caller, tenant_id: int) -> bool:
        """Whether a caller asks with the key that a phone of this tenant itself was told in its file."""
        found = self._key_of(caller)
        return found is not None and found[1].tenant_id == tenant_id and {found[0].mac} == set(caller.macs)

    def told_key(self, caller: Caller, *, is_its_file: bool) -> str:
        """Return the key that belongs into the addresses of a file; empty where the caller asks with none that counts.

        A phone is told its own. Where files go out once, that is told in the file of a device alone: who asks with it
        has had this file, and anybody may ask for another one that has the phone's MAC address in its name.
        """
        found = self._key_of(caller)
        told = self.told.get(found[1].tenant_id) if found else None
        if found is None or told is None:
            return ""
        mac = found[0].mac
        if len(caller.macs) == 1 and (is_its_file or not self._hands_out_once(told.tenant_id)):
            mac = caller.macs[0]
        if mac:
            return url_keys.key_of_phone(told.name, told.secret, mac)
        return url_keys.key_of_tenant(told.name, told.secret)

    def _hands_out_once(self, tenant_id: int) -> bool:
        tenant = self.by_id.get(tenant_id)
        return tenant is not None and tenant.hands_out_once

    def _key_of(self, caller: Caller) -> tuple[url_keys.UrlKey, Key] | None:
        asked = url_keys.read_key(caller.key) if caller.key else None
        key = self.keys.get(asked.name) if asked else None
        if asked is None or key is None or not url_keys.is_genuine(asked, key.secret):
            return None
        return asked, key


def read(session: Session, *, now: datetime) -> Guarded:
    """Return all tenants that guard something, and all keys that count."""
    switches = (Tenant.demands_key, Tenant.demands_certificate, Tenant.hands_out_once)
    wanted = select(Tenant).where(or_(Tenant.allowed_networks != "", *switches))
    found = [(tenant, _guarded(tenant)) for tenant in session.scalars(wanted)]
    keys = _keys(session, now)
    return Guarded(
        {tenant.id: guarded for tenant, guarded in found},
        {tenant.name_key: guarded for tenant, guarded in found},
        {tenant.external_id: guarded for tenant, guarded in found if tenant.external_id},
        {key.name: key for key in keys},
        {key.tenant_id: key for key in keys if key.ends_at is None},
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


def _keys(session: Session, now: datetime) -> list[Key]:
    counting = or_(TenantKey.ends_at.is_(None), TenantKey.ends_at > now)
    columns = (TenantKey.tenant_id, TenantKey.name, TenantKey.secret, TenantKey.ends_at)
    return [Key(*row) for row in session.execute(select(*columns).where(counting))]


def _shared(session: Session, tenants: Iterable[GuardedTenant]) -> tuple[str, ...]:
    """Return what tenants name, and the SBC's proxy where it is set by its address."""
    networks = {network: None for tenant in tenants for network in tenant.networks}
    proxy = find_address(settings.sbc_proxy_address(session))
    return (*networks, *([f"{proxy}/{proxy.max_prefixlen}"] if proxy else []))


def _guarded(tenant: Tenant) -> GuardedTenant:
    return GuardedTenant(
        tenant.id,
        tenant.name,
        tuple(filter(None, tenant.allowed_networks.split(", "))),
        tenant.demands_key,
        tenant.demands_certificate,
        tenant.hands_out_once,
    )
