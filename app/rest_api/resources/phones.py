"""Phones: what each one that was ever heard last said of itself, and where it was placed; `/phones`."""

from collections.abc import Collection
from datetime import datetime
from typing import Annotated, Any, Literal

from msgspec import Meta, Struct
from sqlalchemy import Select, select
from sqlalchemy.orm import Session, selectinload

from app.models import DeviceSeen, DeviceStatus, Site, Tenant
from app.models.enums import Approval, Status
from app.rest_api.calls import Answer, Call
from app.rest_api.keeping import get_row
from app.rest_api.listing import ItemPage, Listing, ListQuery, Order, Words
from app.rest_api.places import Mac, mac_of
from app.rest_api.routes import Right, Route
from app.rules.api_tokens import Kind
from app.security.roles import DEVICES_STATUS

_Sort = Literal["mac", "-mac", "first_seen_at", "-first_seen_at"]


class PhoneItem(Struct, kw_only=True):
    """The last report of a phone. `status` is null for one that asked for a file and has not reported; `tenant` and
    `site` are empty for one that nobody has. Texts are what the phone says."""

    mac: str
    status: Status | None
    status_changed_at: datetime | None
    first_seen_at: datetime
    last_seen_at: datetime | None
    tenant: str
    tenant_id: int | None
    site: str
    is_device: bool
    approval: Approval
    placement_reason: str
    ip: str
    external_ip: str
    is_behind_proxy: bool
    model: str
    firmware_version: str
    user_name: str
    phone_number: str
    location: str
    sip_proxy: str
    vlan_id: str


class PhonesQuery(ListQuery, kw_only=True, forbid_unknown_fields=True, frozen=True):
    """Which phones are listed, and in which order. Names of models and versions are whole ones."""

    status: Status | None = None
    tenant: Annotated[Words, Meta(description="The name of a tenant.")] = ""
    site: Annotated[Words, Meta(description="The name of a site.")] = ""
    model: Words = ""
    firmware_version: Words = ""
    is_device: Annotated[bool | None, Meta(description="false finds the phones that wait.")] = None
    sort: _Sort = "mac"


_BY_MAC = Order(DeviceStatus.mac, lambda row: row.mac)
_LISTING: Listing[DeviceStatus] = Listing(
    {
        "mac": _BY_MAC,
        "first_seen_at": Order(
            DeviceStatus.first_seen_at,
            lambda row: row.first_seen_at.isoformat(),
            lambda said: datetime.fromisoformat(str(said)),
        ),
    },
    _BY_MAC,
)


def list_them(call: Call[PhonesQuery, Any]) -> Answer:
    """Lists the phones that the token sees, devices and phones that wait."""
    page = _LISTING.page(call, _wanted(call.query), call.query.sort, show)
    seen = _seen(call.session, [item.mac for item in page.items])
    for item in page.items:
        item.last_seen_at = seen.get(item.mac)
    return Answer(page)


def read(call: Call[Any, Any]) -> Answer:
    """Shows what a phone last said."""
    wanted = _phones().where(DeviceStatus.mac == mac_of(call))
    item = show(get_row(call.session, wanted, "phone", to_change=False))
    item.last_seen_at = _seen(call.session, [item.mac]).get(item.mac)
    return Answer(item)


def show(row: DeviceStatus) -> PhoneItem:
    """Return a phone as it is shown, without when it last reported, which is kept apart."""
    return PhoneItem(
        mac=row.mac,
        status=row.status,
        status_changed_at=row.status_changed_at,
        first_seen_at=row.first_seen_at,
        last_seen_at=None,
        tenant=row.tenant.name if row.tenant else "",
        tenant_id=row.tenant_id,
        site=row.site.name if row.site else "",
        is_device=row.device_id is not None,
        approval=row.approval,
        placement_reason=row.placement_reason,
        ip=row.ip,
        external_ip=row.external_ip,
        is_behind_proxy=row.is_behind_proxy,
        model=row.model,
        firmware_version=row.firmware_version,
        user_name=row.user_name,
        phone_number=row.phone_number,
        location=row.location,
        sip_proxy=row.sip_proxy,
        vlan_id=row.vlan_id,
    )


def _phones() -> Select[DeviceStatus]:
    return select(DeviceStatus).options(selectinload(DeviceStatus.tenant), selectinload(DeviceStatus.site))


def _wanted(query: PhonesQuery) -> Select[DeviceStatus]:
    wanted = _phones()
    for column, value in (
        (DeviceStatus.status, query.status),
        (DeviceStatus.model, query.model),
        (DeviceStatus.firmware_version, query.firmware_version),
    ):
        if value:
            wanted = wanted.where(column == value)
    if query.tenant:
        wanted = wanted.where(DeviceStatus.tenant.has(Tenant.name_key == Tenant.fold(query.tenant)))
    if query.site:
        wanted = wanted.where(DeviceStatus.site.has(Site.name_key == Site.fold(query.site)))
    if query.is_device is not None:
        has_one = DeviceStatus.device_id.is_not(None)
        wanted = wanted.where(has_one if query.is_device else ~has_one)
    return wanted


def _seen(session: Session, macs: Collection[str]) -> dict[str, datetime]:
    """Return when phones that the caller sees last reported."""
    if not macs:
        return {}
    return dict(
        session.execute(select(DeviceSeen.mac, DeviceSeen.seen_at).where(DeviceSeen.mac.in_(macs))).all()
    )


_RIGHT = Right(kind=Kind.PHONES, page=DEVICES_STATUS, deeds=("can_list",))

ROUTES = (
    Route(
        method="GET", path="/phones", does=list_them, name="list_phones", summary="List phones",
        right=_RIGHT, query=PhonesQuery, answers=ItemPage[PhoneItem],
    ),
    Route(
        method="GET", path="/phones/{mac}", does=read, name="show_phone", summary="Show a phone",
        right=_RIGHT, place={"mac": Mac}, answers=PhoneItem,
    ),
)  # fmt: skip
