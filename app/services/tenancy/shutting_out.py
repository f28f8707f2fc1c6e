"""How many phones a tenant would refuse that it serves now."""

from collections.abc import Collection
from hashlib import blake2b
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.models import Device, DeviceStatus, Tenant
from app.rules.network_lists import has_address


class ShutOut(NamedTuple):
    """How many phones of a tenant were last heard from elsewhere, and how many would have to prove something anew.

    ``told`` stands for the change, so that an answer to another one does not count.
    """

    elsewhere: int
    to_have_key: int
    to_have_certificate: int
    told: str

    def sentences(self, tenant: str) -> list[str]:
        """Return what would happen to phones of the tenant of this name; nothing where none would be shut out."""
        left_out = "get no files any more, and their reports are refused"
        elsewhere = f"{_phones(self.elsewhere, tenant, 'was', 'were')} last heard from other addresses"
        key = f"{_phones(self.to_have_key, tenant, 'has', 'have')} to ask with the key from then on"
        certificate = (
            f"{_phones(self.to_have_certificate, tenant, 'has', 'have')} to show a certificate from then on"
        )
        told = {
            f"{elsewhere}: from there they {left_out}, so that they will be taken for disconnected.": self.elsewhere,
            f"{key}: those that were not told an address with it {left_out}.": self.to_have_key,
            f"{certificate}: those that have none, or come by HTTP, {left_out}.": self.to_have_certificate,
        }
        return [sentence for sentence, number in told.items() if number]


def shut_out(
    session: Session,
    tenant: Tenant,
    networks: Collection[str],
    *,
    demands_key: bool,
    demands_certificate: bool,
) -> ShutOut:
    """Return how many phones of a tenant would be refused if this was demanded of them, beside what is already."""
    allowed = ", ".join(networks)
    before = tenant.allowed_networks, tenant.demands_key, tenant.demands_certificate
    elsewhere = 0 if allowed == before[0] else _count_elsewhere(session, tenant, networks)
    phones = select(func.count()).select_from(Device).where(Device.tenant_id == tenant.id)
    adds_key, adds_certificate = demands_key and not before[1], demands_certificate and not before[2]
    number = session.scalar(phones) or 0 if adds_key or adds_certificate else 0
    change = f"{allowed if elsewhere else ''} {adds_key} {adds_certificate}"
    told = blake2b(change.encode(), digest_size=8).hexdigest()
    return ShutOut(elsewhere, number * adds_key, number * adds_certificate, told)


def _count_elsewhere(session: Session, tenant: Tenant, networks: Collection[str]) -> int:
    """Return how many phones of a tenant were last heard from an address that is in none of these networks."""
    if not networks:
        return 0
    heard = select(DeviceStatus.external_ip, func.count()).where(
        DeviceStatus.tenant_id == tenant.id, DeviceStatus.external_ip != ""
    )
    allowed = tuple(networks)
    counts = session.execute(heard.group_by(DeviceStatus.external_ip)).all()
    return sum(number for address, number in counts if not has_address(allowed, address))


def _phones(number: int, tenant: str, one: str, many: str) -> str:
    return f"1 phone of {tenant} {one}" if number == 1 else f"{number:,} phones of {tenant} {many}"
