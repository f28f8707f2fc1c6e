"""Whom a change of a value concerns: which phones, and which files that phones share, each as one query.

It answers from the rows alone: these files are made from the value, whether or not the value is another than before.
What would change in them is for ``config_files.differences`` to say.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache, partial
from typing import Any, TypeAlias

from sqlalchemy import ColumnElement, Select, false, or_, select, true
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.errors import InvalidInputError
from app.models import ConfigTemplate, Device, Placeholder
from app.models.enums import Layer, ValueLevel, VlanMode
from app.rendering.clock_names import CLOCK_NAMES, TIME_ZONE
from app.rendering.personal_file import TOKENS, has_overlay
from app.rendering.placeholders import PRECEDENCE, names_in
from app.rendering.template_file import TemplateFile, parse_template
from app.services.owned_values import PLACEHOLDERS
from app.services.paging import count_of
from app.services.value_owners import OwnerKind


@dataclass(frozen=True, slots=True)
class PlaceholderChange:
    """A placeholder gets, changes or loses its value in one layer; the system layer has no owner."""

    layer: Layer
    owner_id: int | None
    name: str


@dataclass(frozen=True, slots=True)
class PlaceholdersChange:
    """Placeholders of an owner change, whichever they are: some may be gone by now."""

    layer: Layer
    owner_id: int


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


Change: TypeAlias = PlaceholderChange | PlaceholdersChange | LinesChange | TemplateChange | DaylightChange

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
_TEMPLATE_COLUMN: Mapping[Layer, InstrumentedAttribute[Any]] = {
    Layer.TENANT: ConfigTemplate.tenant_id,
    Layer.TEMPLATE: ConfigTemplate.id,
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


# Reads the templates in their parts when they are first asked for.
_Parts: TypeAlias = Callable[[], Mapping[int, TemplateFile]]


def affected_by(session: Session, change: Change) -> Select[int]:
    """Return the ids of the devices whose files are made from what changes; the session's scope holds for them."""
    return affected_by_any(session, [change])


def affected_by_any(session: Session, changes: Sequence[Change]) -> Select[int]:
    """Return the ids of the devices that at least one of these changes concerns."""
    parts = cache(partial(_read_parts, session))
    concerned = or_(false(), *(_concerns_phone(parts, change) for change in changes))
    return select(Device.id).where(Device.template_id.is_not(None), concerned)


def everybody() -> Select[int]:
    """Return the ids of all devices that have a file made."""
    return select(Device.id).where(Device.template_id.is_not(None))


def shared_by_any(session: Session, changes: Sequence[Change]) -> Select[int]:
    """Return the ids of the templates whose global file, which their phones share, is made from what changes."""
    parts = cache(partial(_read_parts, session))
    concerned = or_(false(), *(_concerns_shared_file(parts, change) for change in changes))
    return shared_by_everybody().where(concerned)


def shared_by_everybody() -> Select[int]:
    """Return the ids of all templates that a device uses."""
    in_use = select(Device.template_id).where(Device.template_id.is_not(None))
    return select(ConfigTemplate.id).where(ConfigTemplate.id.in_(in_use))


def count(session: Session, affected: Select[int], at_most: int) -> int:
    """Count the devices, and stop one after ``at_most``."""
    return count_of(session, affected, at_most)


def _concerns_phone(parts: _Parts, change: Change) -> ColumnElement[bool]:
    if isinstance(change, PlaceholderChange):
        return _by_placeholder(parts, change)
    if isinstance(change, PlaceholdersChange):
        return _DEVICE_COLUMN[change.layer] == change.owner_id
    if isinstance(change, TemplateChange):
        return Device.template_id == change.template_id
    if isinstance(change, DaylightChange):
        telling = _ids(parts, lambda file: _tells_time(file.personal_file.data))
        return _has_template_with(parts, _DAYLIGHT) | Device.template_id.in_(telling)
    is_theirs: ColumnElement[bool] = _LEVEL_COLUMN[change.level] == change.owner_id
    return is_theirs & _has_template_with(parts, _TOKEN[change.level])


def _concerns_shared_file(parts: _Parts, change: Change) -> ColumnElement[bool]:
    """A global file has no phone, site or user: it takes values of the system, its template, and that one's tenant."""
    if isinstance(change, TemplateChange):
        return ConfigTemplate.id == change.template_id
    if isinstance(change, DaylightChange):
        return ConfigTemplate.id.in_(_ids(parts, lambda file: _tells_time(file.global_file.data)))
    if not isinstance(change, PlaceholderChange | PlaceholdersChange):
        return false()
    if change.layer is Layer.SYSTEM:
        is_theirs: ColumnElement[bool] = true()
    elif change.layer in _TEMPLATE_COLUMN:
        is_theirs = _TEMPLATE_COLUMN[change.layer] == change.owner_id
    else:
        return false()
    if isinstance(change, PlaceholdersChange):
        return is_theirs
    name = change.name
    return is_theirs & ConfigTemplate.id.in_(_ids(parts, lambda file: _is_told(name, file.global_file.data)))


def _by_placeholder(parts: _Parts, change: PlaceholderChange) -> ColumnElement[bool]:
    """Its template has the placeholder, the device belongs to the owner, and no layer nearer to it has a value."""
    templates = _ids(parts, lambda file: _is_told(change.name, file.personal_file.data))
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


def _has_template_with(parts: _Parts, token: str) -> ColumnElement[bool]:
    return Device.template_id.in_(_ids(parts, lambda file: has_overlay(file.personal_file.data, token)))


def _is_told(name: str, data: str) -> bool:
    """Whether files with this text are made from a placeholder, or from one that follows from it."""
    return name in names_in(data) or (name == TIME_ZONE and _tells_time(data))


def _tells_time(data: str) -> bool:
    return not CLOCK_NAMES.keys().isdisjoint(names_in(data))


def _ids(parts: _Parts, wanted: Callable[[TemplateFile], bool]) -> list[int]:
    return [template_id for template_id, file in parts().items() if wanted(file)]


def _read_parts(session: Session) -> Mapping[int, TemplateFile]:
    """Return what the files of phones are made from, by template; one that cannot be read makes no files."""
    parts: dict[int, TemplateFile] = {}
    in_use = select(ConfigTemplate.id, ConfigTemplate.content).where(
        ConfigTemplate.id.in_(shared_by_everybody())
    )
    for template_id, content in session.execute(in_use):
        with suppress(InvalidInputError):
            parts[template_id] = parse_template(content)
    return parts
