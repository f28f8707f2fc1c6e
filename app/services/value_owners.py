"""Whose values they are: templates, tenants, sites, devices and phone users, found and named for a person."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.errors import NotFoundError
from app.models import (
    ConfigTemplate,
    Device,
    DeviceStatus,
    PhoneModel,
    PhoneUser,
    Site,
    Tenant,
)
from app.rules.mac_addresses import find_mac
from app.services.paging import Page, page_of


class OwnerKind(StrEnum):
    """What has values; the words are those of Layer and ValueLevel."""

    TEMPLATE = "template"
    TENANT = "tenant"
    SITE = "site"
    DEVICE = "device"
    USER = "user"


@dataclass(frozen=True, slots=True)
class Owner:
    """One owner: ``name`` and ``note`` tell a person which it is, ``tenant_id`` is None for what all tenants share."""

    kind: OwnerKind
    id: int
    tenant_id: int | None
    name: str
    note: str

    @property
    def title(self) -> str:
        """Say in one text which owner it is: ``site Valley (Acme)``."""
        return f"{self.kind} {self.name}" + (f" ({self.note})" if self.note else "")


@dataclass(frozen=True, slots=True)
class _Source:
    """How owners of one kind are read: their table, what they are called, their order, and what is searched."""

    model: type[Any]
    columns: Any
    order: Sequence[ColumnElement[Any] | InstrumentedAttribute[Any]]
    searched: Sequence[InstrumentedAttribute[str]]


_DEVICE_NOTE = func.coalesce(PhoneUser.display_name, Device.display_name)

_SOURCES: Mapping[OwnerKind, _Source] = {
    OwnerKind.TEMPLATE: _Source(
        ConfigTemplate,
        select(ConfigTemplate.id, ConfigTemplate.tenant_id, ConfigTemplate.name, PhoneModel.name).join(
            ConfigTemplate.phone_model
        ),
        (ConfigTemplate.name_key,),
        (ConfigTemplate.name, ConfigTemplate.description),
    ),
    OwnerKind.TENANT: _Source(
        Tenant,
        select(Tenant.id, Tenant.id, Tenant.name, Tenant.description),
        (Tenant.name_key,),
        (Tenant.name, Tenant.description),
    ),
    OwnerKind.SITE: _Source(
        Site,
        select(Site.id, Site.tenant_id, Site.name, Tenant.name).join(Site.tenant),
        (Site.name_key, Site.id),
        (Site.name, Site.description),
    ),
    OwnerKind.DEVICE: _Source(
        Device,
        select(Device.id, Device.tenant_id, Device.mac, _DEVICE_NOTE).outerjoin(Device.phone_user),
        (Device.mac,),
        (Device.display_name, Device.serial_number),
    ),
    OwnerKind.USER: _Source(
        PhoneUser,
        select(PhoneUser.id, PhoneUser.tenant_id, PhoneUser.name, PhoneUser.display_name),
        (PhoneUser.name_key, PhoneUser.id),
        (PhoneUser.name, PhoneUser.display_name, PhoneUser.nickname),
    ),
}


def get_owner(session: Session, kind: OwnerKind, owner_id: int) -> Owner:
    """Return an owner, or raise NotFoundError where there is none that the account sees."""
    found = read_owners(session, kind, [owner_id]).get(owner_id)
    if found is None:
        raise NotFoundError(f"There is no such {kind}, or none that your account may see.")
    return found


def read_owners(session: Session, kind: OwnerKind, ids: Collection[int]) -> dict[int, Owner]:
    """Return those of these owners that the account sees, by their ids."""
    source = _SOURCES[kind]
    rows = session.execute(source.columns.where(source.model.id.in_(ids))) if ids else ()
    return {row[0]: Owner(kind, row[0], row[1], row[2], row[3] or "") for row in rows}


def search(
    session: Session, kind: OwnerKind, *, words: str, tenant_name: str, number: int, size: int
) -> Page:
    """Return a page of owners in the order of their names."""
    source = _SOURCES[kind]
    statement = select(source.model.id).where(*conditions(kind, words, tenant_name)).order_by(*source.order)
    page = page_of(session, statement, number=number, size=size)
    owners = read_owners(session, kind, page.rows)
    return replace(page, rows=[owners[owner_id] for owner_id in page.rows])


def conditions(kind: OwnerKind, words: str, tenant_name: str) -> list[ColumnElement[bool]]:
    """Return what an owner must fulfil to be found by these words, in the tenant of this name."""
    found = [_has_words(kind, words)] if words else []
    if tenant_name:
        model = _SOURCES[kind].model
        of_tenant = select(Tenant.id).where(Tenant.name_key == tenant_name.casefold())
        found.append((model.id if model is Tenant else model.tenant_id).in_(of_tenant))
    return found


def matching(kind: OwnerKind, words: str, tenant_name: str) -> Select[Any]:
    """Return the ids of all owners that are found."""
    return select(_SOURCES[kind].model.id).where(*conditions(kind, words, tenant_name))


def _has_words(kind: OwnerKind, words: str) -> ColumnElement[bool]:
    found: list[ColumnElement[bool]] = [
        column.icontains(words, autoescape=True) for column in _SOURCES[kind].searched
    ]
    if kind is OwnerKind.DEVICE:
        found += _finds_device(words)
    return or_(*found)


def _finds_device(words: str) -> list[ColumnElement[bool]]:
    """A device is found by its MAC in any notation, by its user, and by its extension (manual 9.4.5.4)."""
    users = select(PhoneUser.id).where(_has_words(OwnerKind.USER, words))
    extensions = select(DeviceStatus.device_id).where(
        DeviceStatus.phone_number.icontains(words, autoescape=True), DeviceStatus.device_id.is_not(None)
    )
    mac = find_mac(words)
    digits = mac or words.replace(":", "").replace("-", "").lower()
    return [
        Device.mac == mac if mac else Device.mac.contains(digits, autoescape=True),
        Device.phone_user_id.in_(users),
        Device.id.in_(extensions),
    ]
