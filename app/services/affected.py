"""Which phones a change of a value concerns: one query, to be counted, paged, or compared file by file.

``affected_by`` answers from the rows alone: these devices' files are made from the value, whether or not the value
is another than before. What would change in their files is for ``file_differences`` to say.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from sqlalchemy import ColumnElement, Select, false, or_, select, true
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.errors import InvalidInputError
from app.models import ConfigTemplate, Device, Placeholder
from app.models.enums import Layer, ValueLevel, VlanMode
from app.rendering.personal_file import TOKENS, has_overlay
from app.rendering.placeholders import PRECEDENCE, names_in
from app.rendering.template_file import parse_template
from app.services.owned_values import PLACEHOLDERS
from app.services.paging import Page, count_of, page_of
from app.services.value_owners import OwnerKind


@dataclass(frozen=True, slots=True)
class PlaceholderChange:
    """A placeholder gets, changes or loses its value in one layer; the system layer has no owner."""

    layer: Layer
    owner_id: int | None
    name: str


@dataclass(frozen=True, slots=True)
class LinesChange:
    """Configuration values of a tenant, a site or a phone user change."""

    level: ValueLevel
    owner_id: int


@dataclass(frozen=True, slots=True)
class TemplateChange:
    """The text of a template changes."""

    template_id: int


@dataclass(frozen=True, slots=True)
class DaylightChange:
    """Daylight saving of System Settings changes."""


Change: TypeAlias = PlaceholderChange | LinesChange | TemplateChange | DaylightChange

_DEVICE_COLUMN: Mapping[Layer, InstrumentedAttribute[Any]] = {
    Layer.DEVICE: Device.id,
    Layer.SITE: Device.site_id,
    Layer.TENANT: Device.tenant_id,
    Layer.TEMPLATE: Device.template_id,
}
_LEVEL_COLUMN: Mapping[ValueLevel, InstrumentedAttribute[Any]] = {
    ValueLevel.TENANT: Device.tenant_id,
    ValueLevel.SITE: Device.site_id,
    ValueLevel.USER: Device.phone_user_id,
}
_DAYLIGHT, _TENANT, _SITE, _USER = TOKENS
_TOKEN = {ValueLevel.TENANT: _TENANT, ValueLevel.SITE: _SITE, ValueLevel.USER: _USER}

# Placeholders that a device's own fields give a value to, and when they do (app/services/config_files/owners.py).
_FIELDS: Mapping[str, ColumnElement[bool]] = {
    "mac": true(),
    "Language": Device.language != "",
    **dict.fromkeys(("VLANMode", "VLANID", "VLANPriority"), Device.vlan_mode != VlanMode.NONE),
    "FirmwareFile": Device.firmware_id.is_not(None),
    **dict.fromkeys(
        ("Line1Id", "Line1AuthName", "Line1AuthPassword", "DisplayName"), Device.phone_user_id.is_not(None)
    ),
}


def affected_by(session: Session, change: Change) -> Select[int]:
    """Return the ids of the devices whose files are made from what changes; the session's scope holds for them."""
    if isinstance(change, PlaceholderChange):
        return _ids(_by_placeholder(session, change))
    if isinstance(change, TemplateChange):
        return _ids(Device.template_id == change.template_id)
    if isinstance(change, DaylightChange):
        return _ids(_has_template_with(session, _DAYLIGHT))
    return _ids(
        _LEVEL_COLUMN[change.level] == change.owner_id, _has_template_with(session, _TOKEN[change.level])
    )


def affected_by_any(session: Session, changes: Sequence[Change]) -> Select[int]:
    """Return the ids of the devices that at least one of these changes concerns."""
    return _ids(or_(false(), *(Device.id.in_(affected_by(session, change)) for change in changes)))


def count(session: Session, affected: Select[int], at_most: int) -> int:
    """Count the devices, and stop one after ``at_most``."""
    return count_of(session, affected, at_most)


def page(session: Session, affected: Select[int], *, number: int, size: int) -> Page:
    """Return a page of the devices themselves, in the order of their MACs."""
    found = page_of(session, affected.order_by(Device.mac), number=number, size=size)
    devices = {
        device.id: device for device in session.scalars(select(Device).where(Device.id.in_(found.rows)))
    }
    return replace(found, rows=[devices[device_id] for device_id in found.rows])


def ids(session: Session, affected: Select[int], *, at_most: int, after: int = 0) -> Sequence[int]:
    """Return the next ids behind ``after``, in their order: what is compared or generated in chunks."""
    rows = affected.where(Device.id > after).order_by(Device.id).limit(at_most)
    return session.scalars(rows).all()


def _ids(*conditions: ColumnElement[bool]) -> Select[int]:
    return select(Device.id).where(Device.template_id.is_not(None), *conditions)


def _by_placeholder(session: Session, change: PlaceholderChange) -> ColumnElement[bool]:
    """Its template has the placeholder, the device belongs to the owner, and no layer nearer to it has a value."""
    templates = [
        template_id for template_id, data in _personal_parts(session) if change.name in names_in(data)
    ]
    nearer = PRECEDENCE[: PRECEDENCE.index(change.layer)]
    is_theirs = true() if change.layer is Layer.SYSTEM else _DEVICE_COLUMN[change.layer] == change.owner_id
    overridden = [_has_value(layer, change.name) for layer in nearer]
    if change.layer is not Layer.DEVICE and change.name in _FIELDS:
        overridden.append(_FIELDS[change.name])
    return Device.template_id.in_(templates) & is_theirs & ~or_(false(), *overridden)


def _has_value(layer: Layer, name: str) -> ColumnElement[bool]:
    owners = select(PLACEHOLDERS.ids[OwnerKind(layer)]).where(
        Placeholder.layer == layer, Placeholder.name == name
    )
    return _DEVICE_COLUMN[layer].in_(owners)


def _has_template_with(session: Session, token: str) -> ColumnElement[bool]:
    templates = [template_id for template_id, data in _personal_parts(session) if has_overlay(data, token)]
    return Device.template_id.in_(templates)


def _personal_parts(session: Session) -> Iterator[tuple[int, str]]:
    """Yield the text that each template's files are made from; one that cannot be read makes no files."""
    for template_id, content in session.execute(select(ConfigTemplate.id, ConfigTemplate.content)):
        with suppress(InvalidInputError):
            yield template_id, parse_template(content).personal_file.data
