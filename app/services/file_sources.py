"""What phones' files are built from: placeholders by layer and the values laid over, read once in a transaction."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple, TypeAlias

from sqlalchemy import select
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.models import ConfigTemplate, ConfigurationValue, Device, Firmware, PhoneUser, Placeholder
from app.models.enums import Layer, ValueLevel, VlanMode
from app.rendering.daylight import daylight_lines
from app.rendering.manager_urls import ManagerUrls
from app.rendering.overlay_lines import OverlayLine
from app.rendering.personal_file import Overlays
from app.rendering.placeholders import SYSTEM_DEFAULTS, Resolved, merge
from app.rendering.template_file import TemplateFile, parse_template
from app.services import public_address, settings

Values: TypeAlias = Mapping[str, str]
Lines: TypeAlias = tuple[OverlayLine, ...]

_OWNER_COLUMN: Mapping[Layer, InstrumentedAttribute[int | None]] = {
    Layer.TEMPLATE: Placeholder.template_id,
    Layer.TENANT: Placeholder.tenant_id,
    Layer.SITE: Placeholder.site_id,
    Layer.DEVICE: Placeholder.device_id,
}
_LEVEL_COLUMN: Mapping[ValueLevel, InstrumentedAttribute[Any]] = {
    ValueLevel.TENANT: ConfigurationValue.tenant_id,
    ValueLevel.SITE: ConfigurationValue.site_id,
    ValueLevel.USER: ConfigurationValue.phone_user_id,
}
_NO_VALUES: Values = {}


@dataclass(frozen=True, slots=True)
class Template:
    """A template as files are built from it."""

    id: int
    name: str
    version: int
    parts: TemplateFile


class FileOwner(NamedTuple):
    """The fields of a device, and of its user, that its file is built from."""

    id: int
    mac: str
    tenant_id: int
    site_id: int
    template_id: int | None
    language: str
    vlan_mode: VlanMode
    vlan_id: int
    vlan_priority: int
    firmware: str | None
    user_id: int | None
    user_name: str | None
    user_display_name: str | None
    user_password: str | None


def read_owners(session: Session, device_ids: Collection[int]) -> list[FileOwner]:
    """Return what the files of these devices are built from, with one statement, in the order of the MACs."""
    columns = (
        Device.id, Device.mac, Device.tenant_id, Device.site_id, Device.template_id, Device.language,
        Device.vlan_mode, Device.vlan_id, Device.vlan_priority, Firmware.name,
        PhoneUser.id, PhoneUser.name, PhoneUser.display_name, PhoneUser.password,
    )  # fmt: skip
    owners = (
        select(*columns)
        .select_from(Device)
        .outerjoin(PhoneUser, Device.phone_user_id == PhoneUser.id)
        .outerjoin(Firmware, Device.firmware_id == Firmware.id)
        .where(Device.id.in_(device_ids))
        .order_by(Device.mac)
    )
    return [FileOwner._make(owner) for owner in session.execute(owners)] if device_ids else []


class Sources:
    """Reads each layer once; good for one transaction, and for one phone as for thirty thousand."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._layers: dict[tuple[Layer, int], Values] = {}
        self._overlays: dict[tuple[ValueLevel, int], Lines] = {}
        self._templates: dict[int, Template] = {}
        self._shared: dict[tuple[int | None, int | None, int | None], Values] = {}

    @cached_property
    def urls(self) -> ManagerUrls:
        """The addresses that phones are told."""
        return public_address.urls_of(self._session)

    @cached_property
    def settings(self) -> settings.SystemSettings:
        """The system settings."""
        return settings.read(self._session)

    def load(self, owners: Collection[FileOwner]) -> None:
        """Read all that these devices' files are built from, with one statement for each layer and level."""
        tenants, sites = {owner.tenant_id for owner in owners}, {owner.site_id for owner in owners}
        self._load_templates({owner.template_id for owner in owners if owner.template_id is not None})
        self._load_layer(Layer.TEMPLATE, self._templates.keys())
        self._load_layer(Layer.TENANT, tenants)
        self._load_layer(Layer.SITE, sites)
        self._load_layer(Layer.DEVICE, {owner.id for owner in owners})
        self._load_level(ValueLevel.TENANT, tenants)
        self._load_level(ValueLevel.SITE, sites)
        self._load_level(ValueLevel.USER, {owner.user_id for owner in owners if owner.user_id is not None})

    def template(self, template_id: int) -> Template:
        """Return a template in its parts."""
        self._load_templates({template_id})
        return self._templates[template_id]

    def resolve_for(self, owner: FileOwner) -> dict[str, Resolved]:
        """Return every placeholder of a device that has a value, with the layer whose value wins."""
        layers = self._layers_of(owner.template_id, owner.tenant_id, owner.site_id)
        return merge({**layers, Layer.DEVICE: self._own_values(owner)})

    def values_for(self, owner: FileOwner) -> Values:
        """Return the values of ``resolve_for``."""
        shared = self.shared_values(
            template_id=owner.template_id, tenant_id=owner.tenant_id, site_id=owner.site_id
        )
        return {**shared, **self._own_values(owner)}

    def shared_values(self, *, template_id: int | None, tenant_id: int | None, site_id: int | None) -> Values:
        """Return what placeholders stand for on every phone of this template, tenant and site."""
        key = (template_id, tenant_id, site_id)
        if key not in self._shared:
            merged = merge(self._layers_of(*key))
            self._shared[key] = {name: found.value for name, found in merged.items()}
        return self._shared[key]

    def overlays(
        self, *, tenant_id: int | None, site_id: int | None, phone_user_id: int | None = None
    ) -> Overlays:
        """Return the lines laid over a template's own."""
        return Overlays(
            daylight=self._daylight,
            tenant=self._level(ValueLevel.TENANT, tenant_id),
            site=self._level(ValueLevel.SITE, site_id),
            user=self._level(ValueLevel.USER, phone_user_id),
        )

    @cached_property
    def _daylight(self) -> Lines:
        return tuple(daylight_lines(self.settings.daylight_saving))

    @cached_property
    def _system(self) -> Values:
        following = {
            "KeepAlivePeriod": str(self.settings.keep_alive_period),
            "Language": self.settings.language,
        }
        stored = select(Placeholder.name, Placeholder.value).where(Placeholder.layer == Layer.SYSTEM)
        rows = dict(self._session.execute(stored).all())
        return {**SYSTEM_DEFAULTS, **following, **self.urls.placeholder_values(), **rows}

    def _layers_of(
        self, template_id: int | None, tenant_id: int | None, site_id: int | None
    ) -> dict[Layer, Values]:
        return {
            Layer.SYSTEM: self._system,
            Layer.TEMPLATE: self._layer(Layer.TEMPLATE, template_id),
            Layer.TENANT: self._layer(Layer.TENANT, tenant_id),
            Layer.SITE: self._layer(Layer.SITE, site_id),
        }

    def _own_values(self, owner: FileOwner) -> Values:
        """Return the values of the device alone; its placeholders win over what follows from its fields."""
        return {**_values_of_fields(owner), **self._layer(Layer.DEVICE, owner.id)}

    def _layer(self, layer: Layer, owner_id: int | None) -> Values:
        if owner_id is None:
            return _NO_VALUES
        self._load_layer(layer, {owner_id})
        return self._layers[layer, owner_id]

    def _level(self, level: ValueLevel, owner_id: int | None) -> Lines:
        if owner_id is None:
            return ()
        self._load_level(level, {owner_id})
        return self._overlays[level, owner_id]

    def _load_templates(self, template_ids: Collection[int]) -> None:
        missing = template_ids - self._templates.keys()
        if missing:
            rows = select(
                ConfigTemplate.id, ConfigTemplate.name, ConfigTemplate.version, ConfigTemplate.content
            )
            for template_id, name, version, content in self._session.execute(
                rows.where(ConfigTemplate.id.in_(missing))
            ):
                parts = parse_template(content)
                self._templates[template_id] = Template(template_id, name, version, parts)

    def _load_layer(self, layer: Layer, owner_ids: Collection[int]) -> None:
        missing = {owner_id for owner_id in owner_ids if (layer, owner_id) not in self._layers}
        if not missing:
            return
        owner = _OWNER_COLUMN[layer]
        rows = select(owner, Placeholder.name, Placeholder.value)
        found: dict[int | None, dict[str, str]] = defaultdict(dict)
        for owner_id, name, value in self._session.execute(
            rows.where(Placeholder.layer == layer, owner.in_(missing))
        ):
            found[owner_id][name] = value
        self._layers |= {(layer, owner_id): found.get(owner_id, _NO_VALUES) for owner_id in missing}

    def _load_level(self, level: ValueLevel, owner_ids: Collection[int]) -> None:
        missing = {owner_id for owner_id in owner_ids if (level, owner_id) not in self._overlays}
        if not missing:
            return
        owner = _LEVEL_COLUMN[level]
        rows = select(owner, ConfigurationValue.parameter, ConfigurationValue.value)
        found: dict[int, list[OverlayLine]] = defaultdict(list)
        for owner_id, *line in self._session.execute(
            rows.where(ConfigurationValue.level == level, owner.in_(missing)).order_by(ConfigurationValue.id)
        ):
            found[owner_id].append((line[0], line[1]))
        self._overlays |= {(level, owner_id): tuple(found.get(owner_id, ())) for owner_id in missing}


# What follows from a device's own fields and its user (``_values_of_fields``).
NAMES_OF_FIELDS = frozenset(
    {
        "mac", "Language", "VLANMode", "VLANID", "VLANPriority", "FirmwareFile",
        "Line1Id", "Line1AuthName", "Line1AuthPassword", "DisplayName",
    }
)  # fmt: skip


def _values_of_fields(owner: FileOwner) -> dict[str, str]:
    """Return the placeholders that follow from a device's own fields and its user."""
    values = {"mac": owner.mac}
    if owner.language:
        values["Language"] = owner.language
    if owner.vlan_mode:
        values |= {
            "VLANMode": owner.vlan_mode.value,
            "VLANID": str(owner.vlan_id),
            "VLANPriority": str(owner.vlan_priority),
        }
    if owner.firmware:
        values["FirmwareFile"] = owner.firmware
    if owner.user_name is not None:
        values |= {
            "Line1Id": owner.user_name,
            "Line1AuthName": owner.user_name,
            "Line1AuthPassword": owner.user_password or "",
            "DisplayName": owner.user_display_name or owner.user_name,
        }
    return values
