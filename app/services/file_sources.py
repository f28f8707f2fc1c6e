"""What phones' files are built from: placeholders by layer and the values laid over, read once in a transaction."""

from collections.abc import Mapping
from functools import cached_property
from typing import Any, TypeAlias

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import ConfigTemplate, ConfigurationValue, Device, Placeholder
from app.models.enums import Layer, ValueLevel
from app.rendering.daylight import daylight_lines
from app.rendering.manager_urls import ManagerUrls
from app.rendering.overlay_lines import OverlayLine
from app.rendering.personal_file import Overlays
from app.rendering.placeholders import SYSTEM_DEFAULTS, Resolved, merge
from app.rendering.template_file import TemplateFile, parse_template
from app.services import public_address, settings

Values: TypeAlias = dict[str, str]

_OWNER_COLUMN = {
    Layer.TEMPLATE: Placeholder.template_id,
    Layer.TENANT: Placeholder.tenant_id,
    Layer.SITE: Placeholder.site_id,
    Layer.DEVICE: Placeholder.device_id,
}
_LEVEL_COLUMN = {
    ValueLevel.TENANT: ConfigurationValue.tenant_id,
    ValueLevel.SITE: ConfigurationValue.site_id,
    ValueLevel.USER: ConfigurationValue.phone_user_id,
}


class Sources:
    """Reads each layer once; good for one transaction, and for one phone as for thirty thousand."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._layers: dict[tuple[Layer, int], Values] = {}
        self._overlays: dict[tuple[ValueLevel, int], tuple[OverlayLine, ...]] = {}
        self._templates: dict[int, TemplateFile] = {}

    @cached_property
    def urls(self) -> ManagerUrls:
        """The addresses that phones are told."""
        return public_address.urls_of(self._session)

    @cached_property
    def settings(self) -> settings.SystemSettings:
        """The system settings."""
        return settings.read(self._session)

    def template(self, template: ConfigTemplate) -> TemplateFile:
        """Return a template in its parts."""
        if template.id not in self._templates:
            self._templates[template.id] = parse_template(template.content)
        return self._templates[template.id]

    def resolve(
        self,
        *,
        template_id: int | None,
        tenant_id: int | None,
        site_id: int | None,
        device: Values | None = None,
    ) -> dict[str, Resolved]:
        """Return every placeholder that has a value, with the layer whose value wins."""
        return merge(
            {
                Layer.SYSTEM: self._system,
                Layer.TEMPLATE: self._layer(Layer.TEMPLATE, template_id),
                Layer.TENANT: self._layer(Layer.TENANT, tenant_id),
                Layer.SITE: self._layer(Layer.SITE, site_id),
                Layer.DEVICE: device or {},
            }
        )

    def resolve_for(self, device: Device) -> dict[str, Resolved]:
        """Return the placeholders of a device; a value of its own wins over what follows from its fields."""
        own = values_of_device(device) | self._layer(Layer.DEVICE, device.id)
        return self.resolve(
            template_id=device.template_id, tenant_id=device.tenant_id, site_id=device.site_id, device=own
        )

    def overlays(
        self, *, tenant_id: int | None, site_id: int | None, phone_user_id: int | None = None
    ) -> Overlays:
        """Return the lines laid over a template's own."""
        return Overlays(
            daylight=daylight_lines(self.settings.daylight_saving),
            tenant=self._overlay(ValueLevel.TENANT, tenant_id),
            site=self._overlay(ValueLevel.SITE, site_id),
            user=self._overlay(ValueLevel.USER, phone_user_id),
        )

    @cached_property
    def _system(self) -> Values:
        following = {
            "KeepAlivePeriod": str(self.settings.keep_alive_period),
            "Language": self.settings.language,
        }
        rows = self._rows(Placeholder.layer == Layer.SYSTEM)
        return {**SYSTEM_DEFAULTS, **following, **self.urls.placeholder_values(), **rows}

    def _layer(self, layer: Layer, owner_id: int | None) -> Values:
        if owner_id is None:
            return {}
        key = (layer, owner_id)
        if key not in self._layers:
            self._layers[key] = self._rows(Placeholder.layer == layer, _OWNER_COLUMN[layer] == owner_id)
        return self._layers[key]

    def _rows(self, *conditions: Any) -> Values:
        found = select(Placeholder.name, Placeholder.value).where(*conditions)
        return dict(self._session.execute(found).all())

    def _overlay(self, level: ValueLevel, owner_id: int | None) -> tuple[OverlayLine, ...]:
        if owner_id is None:
            return ()
        key = (level, owner_id)
        if key not in self._overlays:
            self._overlays[key] = self._overlay_rows(level, owner_id)
        return self._overlays[key]

    def _overlay_rows(self, level: ValueLevel, owner_id: int) -> tuple[OverlayLine, ...]:
        rows = self._session.execute(
            select(ConfigurationValue.parameter, ConfigurationValue.value)
            .where(ConfigurationValue.level == level, _LEVEL_COLUMN[level] == owner_id)
            .order_by(ConfigurationValue.id)
        )
        return tuple((parameter, value) for parameter, value in rows)


def values_of_device(device: Device) -> Values:
    """Return the placeholders that follow from a device's own fields and its user."""
    fields = {
        "mac": device.mac,
        "Language": device.language,
        "VLANMode": device.vlan_mode.value,
        "VLANID": str(device.vlan_id) if device.vlan_mode else "",
        "VLANPriority": str(device.vlan_priority) if device.vlan_mode else "",
        "FirmwareFile": device.firmware.name if device.firmware else "",
    }
    return {**{name: value for name, value in fields.items() if value}, **_values_of_user(device)}


def _values_of_user(device: Device) -> Mapping[str, str]:
    user = device.phone_user
    if user is None:
        return {}
    return {
        "Line1Id": user.name,
        "Line1AuthName": user.name,
        "Line1AuthPassword": user.password or "",
        "DisplayName": user.display_name or user.name,
    }


def plain(resolved: Mapping[str, Resolved]) -> Values:
    """Return the values without the layers they came from."""
    return {name: found.value for name, found in resolved.items()}
