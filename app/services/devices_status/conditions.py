"""Filters as conditions of a query on status rows."""

from collections.abc import Callable, Mapping
from ipaddress import ip_network

from sqlalchemy import ColumnElement, and_, func, not_, or_, select, true
from sqlalchemy.orm import aliased

from app.models import Device, DeviceStatus, PhoneUser, Site, Tenant
from app.models.enums import Status
from app.rules.addresses import find_address
from app.services.devices_status.filters import BLOCKED, PENDING, Filters
from app.services.devices_status.ipv4_number import Ipv4Number
from app.services.devices_status.words import NOT_REGISTERED, NOT_REPORTED, find_part_of_mac
from app.services.fleet_counts import kinds
from app.services.fleet_counts.shares import NONE
from app.services.text_search import contains, names_user

Condition = ColumnElement[bool]

_MAC_DIGITS = 12
_SHORTEST_PART_OF_MAC = 2


def conditions_of(filters: Filters, *, row_by_row: bool = False) -> list[Condition]:
    """Return what has to hold for a status row to be listed; ``narrowed`` has it for searches of all of them.

    Written to find all rows at once, or, ``row_by_row``, to be asked of a few one after the other: then owners are
    looked up for each row instead of all that have the name.
    """
    of_user = _of_user_of_this_row if row_by_row else _of_user
    whole, parts = ({**known, "user": of_user} for known in (_WHOLE, _PARTS))
    if row_by_row:
        whole["several"] = _of_user_with_another_phone
    conditions = [whole[name](text) for name, text in filters.given.items() if name in whole]
    words = filters.words
    return conditions + [
        parts[word.field](word.text) if word.field else _anywhere(word.text, of_user) for word in words
    ]


def _anywhere(text: str, of_user: Callable[[str], Condition]) -> Condition:
    places = [
        of_user(text),
        contains(DeviceStatus.phone_number, text),
        contains(DeviceStatus.ip, text),
        contains(DeviceStatus.model, text),
    ]
    digits = find_part_of_mac(text)
    if digits is not None and len(digits) >= _SHORTEST_PART_OF_MAC:
        places.append(_of_mac(digits))
    return or_(*places)


def _of_user(text: str) -> Condition:
    """Find who is signed in, and whose phone it is."""
    owned = select(Device.id).where(Device.phone_user_id.in_(select(PhoneUser.id).where(names_user(text))))
    return or_(
        contains(DeviceStatus.user_name, text),
        contains(DeviceStatus.user_id, text),
        DeviceStatus.device_id.in_(owned),
    )


def _of_user_of_this_row(text: str) -> Condition:
    # A value and not EXISTS: of that PostgreSQL makes a list of all owners first.
    owner = select(names_user(text)).select_from(PhoneUser).join(Device, Device.phone_user_id == PhoneUser.id)
    return or_(
        contains(DeviceStatus.user_name, text),
        contains(DeviceStatus.user_id, text),
        owner.where(Device.id == DeviceStatus.device_id).scalar_subquery().is_(true()),
    )


def _of_mac(digits: str) -> Condition:
    return DeviceStatus.mac == digits if len(digits) == _MAC_DIGITS else DeviceStatus.mac.contains(digits)


def _of_ip(text: str) -> Condition:
    """Find a subnet, one address, or a part of addresses."""
    if "/" in text:
        return _in_subnet(text)
    address = find_address(text)
    return DeviceStatus.ip == str(address) if address else contains(DeviceStatus.ip, text)


def _in_subnet(text: str) -> Condition:
    """Compare numbers, after the octets that are the same in the whole subnet."""
    subnet = ip_network(text)
    octets = str(subnet.network_address).split(".")[: subnet.prefixlen // 8]
    in_range = Ipv4Number(DeviceStatus.ip).between(int(subnet.network_address), int(subnet.broadcast_address))
    is_dotted = DeviceStatus.ip.like("%.%.%.%")
    return and_(DeviceStatus.ip.startswith("".join(f"{octet}." for octet in octets[:3])), is_dotted, in_range)


def in_subnet(text: str) -> Condition:
    """Find the phones of a subnet as Network Topology puts them together.

    They are in the subnet of their site, or of their tenant where the site has none, if what they report lies within
    it, and otherwise in the subnet that they report themselves.
    """
    if text == NONE:
        return DeviceStatus.subnet == ""
    bare = select(Site.id).join(Tenant, Tenant.id == Site.tenant_id)
    configured = bare.where(func.coalesce(func.nullif(Site.subnet, ""), Tenant.subnet) == text)
    return or_(DeviceStatus.subnet == text, and_(DeviceStatus.site_id.in_(configured), reports_within(text)))


def reports_within(subnet: str) -> Condition:
    """Find phones that report a subnet which lies within this one, or is it.

    A phone's address lies in what it reports: of two such subnets one lies within the other, and the wider one is
    written with the same beginning and a smaller number. Of IPv6 only the subnet itself is found.
    """
    network = ip_network(subnet)
    if network.version != 4:
        return DeviceStatus.subnet == subnet
    wider = [str(network.supernet(new_prefix=length)) for length in range(network.prefixlen)]
    return and_(_in_subnet(subnet), DeviceStatus.subnet.not_in(["", *wider]))


def _of_status(word: str) -> Condition:
    """Match one status, or what is counted together."""
    if word == NOT_REPORTED:
        return DeviceStatus.status.is_(None)
    return kinds.is_not_registered() if word == NOT_REGISTERED else DeviceStatus.status == Status(word)


def _of_approval(word: str) -> Condition:
    """Tell phones that an operator has to approve from those that nobody has to, and those that have no room."""
    if word == BLOCKED:
        return kinds.is_blocked()
    return kinds.is_waiting() if word == PENDING else not_(kinds.is_waiting())


def _of_users_with_several_phones(_yes: str) -> Condition:
    users = (
        select(Device.phone_user_id)
        .where(Device.phone_user_id.is_not(None))
        .group_by(Device.phone_user_id)
        .having(func.count() > 1)
    )
    return DeviceStatus.device_id.in_(select(Device.id).where(Device.phone_user_id.in_(users)))


def _of_user_with_another_phone(_yes: str) -> Condition:
    own, other = aliased(Device), aliased(Device)
    several = (
        select(true())
        .select_from(own)
        .join(other, and_(other.phone_user_id == own.phone_user_id, other.id != own.id))
        .where(own.id == DeviceStatus.device_id)
        .limit(1)
    )
    return several.scalar_subquery().is_(true())


def _of_model(name: str) -> Condition:
    return DeviceStatus.model == ("" if name == NONE else name)


def _of_version(version: str) -> Condition:
    return DeviceStatus.firmware_version == ("" if version == NONE else version)


def _of_tenant(name: str) -> Condition:
    if name == NONE:
        return DeviceStatus.tenant_id.is_(None)
    return _in_tenants_that(Tenant.name_key == name.casefold())


def _of_site(name: str) -> Condition:
    return (
        DeviceStatus.site_id.is_(None) if name == NONE else _in_sites_that(Site.name_key == name.casefold())
    )


def _in_tenants_that(condition: Condition) -> Condition:
    return DeviceStatus.tenant_id.in_(select(Tenant.id).where(condition))


def _in_sites_that(condition: Condition) -> Condition:
    return DeviceStatus.site_id.in_(select(Site.id).where(condition))


_PARTS: Mapping[str, Callable[[str], Condition]] = {
    "user": _of_user,
    "number": lambda text: contains(DeviceStatus.phone_number, text),
    "mac": _of_mac,
    "ip": _of_ip,
    "status": _of_status,
    "model": lambda text: contains(DeviceStatus.model, text),
    "version": lambda text: contains(DeviceStatus.firmware_version, text),
    "tenant": lambda text: _in_tenants_that(Tenant.name_key.contains(text.casefold(), autoescape=True)),
    "site": lambda text: _in_sites_that(Site.name_key.contains(text.casefold(), autoescape=True)),
}
_WHOLE: Mapping[str, Callable[[str], Condition]] = {
    **{name: _PARTS[name] for name in ("user", "number", "mac", "ip", "status")},
    "model": _of_model,
    "version": _of_version,
    "tenant": _of_tenant,
    "site": _of_site,
    "approval": _of_approval,
    "several": _of_users_with_several_phones,
    "behind": lambda _yes: kinds.is_behind(),
    "subnet": in_subnet,
    "external": lambda text: DeviceStatus.external_ip == ("" if text == NONE else text),
}
