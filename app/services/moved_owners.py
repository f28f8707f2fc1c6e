"""What belongs to a template, site, device or phone user goes with it to another tenant.

Tenant scope looks at the tenant in each row: one that stayed behind would be hidden from its owner's people, and shown
to those of the tenant before.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.models import (
    ConfigFile,
    ConfigurationValue,
    DevicePin,
    HandOut,
    Placeholder,
    TemplateVersion,
    UserKeysRow,
)
from app.models.enums import FileKind, Layer, ValueLevel
from app.services.value_owners import OwnerKind

_Belongings = tuple[InstrumentedAttribute[Any], Sequence[ColumnElement[bool]]]


def _placeholders(layer: Layer, column: InstrumentedAttribute[Any]) -> _Belongings:
    return column, [Placeholder.layer == layer]


def _lines(level: ValueLevel, column: InstrumentedAttribute[Any]) -> _Belongings:
    return column, [ConfigurationValue.level == level]


_OF: Mapping[OwnerKind, Sequence[_Belongings]] = {
    OwnerKind.TEMPLATE: (
        (TemplateVersion.template_id, ()),
        _placeholders(Layer.TEMPLATE, Placeholder.template_id),
        (ConfigFile.template_id, [ConfigFile.kind == FileKind.GLOBAL]),
    ),
    OwnerKind.SITE: (
        _placeholders(Layer.SITE, Placeholder.site_id),
        _lines(ValueLevel.SITE, ConfigurationValue.site_id),
    ),
    OwnerKind.DEVICE: (
        _placeholders(Layer.DEVICE, Placeholder.device_id),
        (ConfigFile.device_id, [ConfigFile.kind == FileKind.PHONE]),
        (DevicePin.device_id, ()),
        (HandOut.device_id, ()),
    ),
    OwnerKind.USER: (
        _lines(ValueLevel.USER, ConfigurationValue.phone_user_id),
        (UserKeysRow.phone_user_id, ()),
    ),
}


def take_along(
    session: Session, kind: OwnerKind, owner_ids: Collection[int] | Select[Any], tenant_id: int | None
) -> None:
    """Give all that belongs to these owners to the tenant that they have now; of a tenant itself nothing moves."""
    for owner, conditions in _OF[kind]:
        moved = update(owner.class_).where(owner.in_(owner_ids), *conditions)
        session.execute(moved.values(tenant_id=tenant_id))
