"""The site that an address belongs to, for what is limited at each site."""

from functools import lru_cache

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from app.models import DeviceStatus, Site
from app.rules.addresses import find_address
from app.rules.subnets import SubnetTable, parse_subnet
from app.services import settings

_ENOUGH_PHONES = 50


def find(session: Session, address: str) -> int | None:
    """Return the id of the site of the phones with this address, or None where no one site is theirs.

    What phones reported goes before the subnets of sites. AutoDetection is no place: phones of everywhere are in it.
    The address of the SBC's HTTP proxy says nothing either.
    """
    if not address:
        return None
    for column in (DeviceStatus.external_ip, DeviceStatus.ip):
        sites = _sites_of_phones(session, column == address)
        if sites:
            return sites.pop() if len(sites) == 1 else None
    return _site_of_subnet(session, address)


def _sites_of_phones(session: Session, condition: ColumnElement[bool]) -> set[int | None]:
    """Return the sites of some of these phones: thousands may share an address, and a few tell as much."""
    found = (
        select(DeviceStatus.site_id)
        .join(Site, DeviceStatus.site_id == Site.id)
        .where(condition, ~DeviceStatus.is_behind_proxy, ~Site.is_auto_detection)
        .limit(_ENOUGH_PHONES)
    )
    return set(session.scalars(found))


def _site_of_subnet(session: Session, written: str) -> int | None:
    address = find_address(written)
    if address is None or written == settings.sbc_proxy_address(session):
        return None
    subnets = select(Site.id, Site.subnet).where(Site.subnet.is_not(None)).order_by(Site.id)
    match = _table(tuple((site, subnet) for site, subnet in session.execute(subnets))).longest_match(address)
    return match.value if match else None


# To arrange thousands of subnets takes longer than to see that they are the same as the last time.
@lru_cache(maxsize=1)
def _table(subnets: tuple[tuple[int, str], ...]) -> SubnetTable[int]:
    return SubnetTable([(parse_subnet(subnet), site) for site, subnet in subnets], lambda _: 0)
