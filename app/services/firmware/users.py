"""Who uses one firmware, by name: what names it, where the phones are that take it, and what these run today."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from app.models import (
    ConfigTemplate,
    ConfigurationValue,
    Device,
    DeviceStatus,
    Firmware,
    PhoneModel,
    Placeholder,
    Site,
    Tenant,
)
from app.models.enums import Layer, ValueLevel
from app.services.firmware.usage import PARAMETER, PLACEHOLDER, is_named_in, may_name_firmware
from app.services.owned_values import LINES, PLACEHOLDERS
from app.services.value_owners import Owner, OwnerKind, read_owners

MOST_NAMED = 100
MOST_PLACES = 200
MOST_VERSIONS = 20


@dataclass(frozen=True, slots=True)
class Place:
    """A site, and how many of its phones take the firmware."""

    tenant: str
    site: str
    phones: int


@dataclass(frozen=True, slots=True)
class Running:
    """A version that phones of this firmware report, and how many do."""

    version: str
    phones: int


@dataclass(frozen=True, slots=True)
class Users:
    """Who uses a firmware: ``named`` are the first of those that name it in words, with how they do."""

    named: Sequence[tuple[Owner, str]]
    places: Sequence[Place]
    running: Sequence[Running]


def read(session: Session, firmware: Firmware) -> Users:
    """Look up who uses a firmware."""
    named = [
        *_owners(session, _by_placeholder(session, firmware.name_key), f"placeholder %ITCS_{PLACEHOLDER}%"),
        *_owners(session, _by_line(session, firmware.name_key), f"line {PARAMETER}"),
        *_owners(session, _by_text(session, firmware.name_key), "its text"),
    ]
    takes_it = _takes(firmware)
    return Users(named[:MOST_NAMED], _places(session, takes_it), _running(session, takes_it))


def _takes(firmware: Firmware) -> ColumnElement[bool]:
    """Devices to which it was given, and those of its model that have nothing else."""
    stem = firmware.name_key.rpartition(".")[0]
    of_model = select(PhoneModel.id).where(func.lower(PhoneModel.name) == stem)
    by_model = and_(Device.firmware_id.is_(None), Device.phone_model_id.in_(of_model))
    return or_(Device.firmware_id == firmware.id, by_model)


def _places(session: Session, takes_it: ColumnElement[bool]) -> list[Place]:
    number = func.count()
    rows = (
        select(Tenant.name, Site.name, number)
        .select_from(Device)
        .join(Device.tenant)
        .join(Device.site)
        .where(takes_it)
        .group_by(Tenant.name, Site.name)
        .order_by(number.desc(), Tenant.name, Site.name)
        .limit(MOST_PLACES)
    )
    return [Place(*row) for row in session.execute(rows)]


def _running(session: Session, takes_it: ColumnElement[bool]) -> list[Running]:
    number = func.count()
    rows = (
        select(DeviceStatus.firmware_version, number)
        .join(Device, DeviceStatus.device_id == Device.id)
        .where(takes_it, DeviceStatus.firmware_version != "")
        .group_by(DeviceStatus.firmware_version)
        .order_by(number.desc(), DeviceStatus.firmware_version)
        .limit(MOST_VERSIONS)
    )
    return [Running(*row) for row in session.execute(rows)]


_Found = Iterator[tuple[OwnerKind, int]]


def _by_placeholder(session: Session, key: str) -> _Found:
    """The values are encrypted, so that they are looked at here; few of them concern firmware."""
    columns = [Placeholder.layer, Placeholder.value, *PLACEHOLDERS.ids.values()]
    rows = select(*columns).where(Placeholder.name == PLACEHOLDER, Placeholder.layer != Layer.SYSTEM)
    for layer, value, *owners in session.execute(rows):
        kind = OwnerKind(layer)
        if is_named_in(key, value.strip()):
            yield kind, dict(zip(PLACEHOLDERS.ids, owners, strict=True))[kind]


def _by_line(session: Session, key: str) -> _Found:
    columns = [ConfigurationValue.level, ConfigurationValue.value, *LINES.ids.values()]
    for level, value, *owners in session.execute(
        select(*columns).where(ConfigurationValue.parameter == PARAMETER)
    ):
        kind = OwnerKind(ValueLevel(level))
        if is_named_in(key, value.strip()):
            yield kind, dict(zip(LINES.ids, owners, strict=True))[kind]


def _by_text(session: Session, key: str) -> _Found:
    for template_id, text in session.execute(
        select(ConfigTemplate.id, ConfigTemplate.content).where(may_name_firmware())
    ):
        if is_named_in(key, text):
            yield OwnerKind.TEMPLATE, template_id


def _owners(session: Session, found: _Found, how: str) -> list[tuple[Owner, str]]:
    ids: dict[OwnerKind, list[int]] = {}
    for kind, owner_id in found:
        if len(ids.setdefault(kind, [])) < MOST_NAMED:
            ids[kind].append(owner_id)
    return [(owner, how) for kind, some in ids.items() for owner in _by_name(session, kind, some)]


def _by_name(session: Session, kind: OwnerKind, ids: Collection[int]) -> list[Owner]:
    return sorted(read_owners(session, kind, ids).values(), key=lambda owner: owner.name.casefold())
