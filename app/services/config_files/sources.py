"""What phones' files are built from: placeholders by layer and the values laid over, read once in a transaction."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeAlias

from sqlalchemy import select
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.models import ConfigTemplate, ConfigurationValue, PhoneModel, Placeholder, UserKeysRow
from app.models.enums import Layer, ValueFormat, ValueLevel
from app.rendering.clock_names import CLOCK_NAMES, TIME_ZONE
from app.rendering.clock_values import clock_values
from app.rendering.daylight import daylight_lines
from app.rendering.manager_urls import ManagerUrls
from app.rendering.overlay_lines import OverlayLine
from app.rendering.personal_file import Overlays
from app.rendering.placeholders import SYSTEM_DEFAULTS, Resolved, is_private, merge, names_in
from app.rendering.template_file import TemplateFile, parse_template
from app.rendering.user_keys import NO_KEYS, UserKeys
from app.services import public_address, settings
from app.services.config_files.owners import FileOwner, values_of_fields

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
    value_format: ValueFormat

    @property
    def tells_time(self) -> bool:
        """Whether it has a placeholder that follows from the time zone and daylight saving."""
        return not CLOCK_NAMES.keys().isdisjoint(self._names)

    @property
    def private_values(self) -> dict[str, str]:
        """The private placeholders it holds: each is an empty placeholder of the template (protocol 10.2)."""
        return {name: "" for name in self._names if is_private(name)}

    @property
    def _names(self) -> list[str]:
        texts = (self.parts.global_file.data, self.parts.personal_file.data)
        return [name for text in texts for name in names_in(text)]


class Sources:
    """Reads each layer once; good for one transaction, and for one phone as for thirty thousand."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._layers: dict[tuple[Layer, int], Values] = {}
        self._overlays: dict[tuple[ValueLevel, int], Lines] = {}
        self._keys: dict[int, UserKeys] = {}
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
        users = {owner.user_id for owner in owners if owner.user_id is not None}
        self._load_templates({owner.template_id for owner in owners if owner.template_id is not None})
        self._load_layer(Layer.TEMPLATE, self._templates.keys())
        self._load_layer(Layer.TENANT, tenants)
        self._load_layer(Layer.SITE, sites)
        self._load_layer(Layer.DEVICE, {owner.id for owner in owners})
        self._load_level(ValueLevel.TENANT, tenants)
        self._load_level(ValueLevel.SITE, sites)
        self._load_level(ValueLevel.USER, users)
        self._load_keys(users)

    def template(self, template_id: int) -> Template:
        """Return a template in its parts."""
        if template_id not in self._templates:
            self._load_templates({template_id})
        return self._templates[template_id]

    def resolve_for(self, owner: FileOwner) -> dict[str, Resolved]:
        """Return every placeholder of a device that has a value, with the layer whose value wins."""
        layers = self._layers_of(owner.template_id, owner.tenant_id, owner.site_id)
        merged = merge({**layers, Layer.DEVICE: self._own_values(owner)})
        told = {name: Resolved(value, Layer.SYSTEM) for name, value in self.values_for(owner).items()}
        return told | merged

    def values_of(self, layer: Layer, owner_id: int | None) -> Values:
        """Return the values of one layer: those of a template, tenant, site or device, or the system's."""
        if layer is Layer.SYSTEM:
            return self._system
        if owner_id is None:
            return _NO_VALUES
        if (layer, owner_id) not in self._layers:
            self._load_layer(layer, {owner_id})
        return self._layers[layer, owner_id]

    def values_for(self, owner: FileOwner) -> Values:
        """Return the values of ``resolve_for``."""
        shared = self.shared_values(
            template_id=owner.template_id, tenant_id=owner.tenant_id, site_id=owner.site_id
        )
        own = self._own_values(owner)
        if TIME_ZONE not in own or CLOCK_NAMES.keys().isdisjoint(shared):
            return {**shared, **own}
        return {**shared, **clock_values(own[TIME_ZONE], self.settings.daylight_saving), **own}

    def shared_values(self, *, template_id: int | None, tenant_id: int | None, site_id: int | None) -> Values:
        """Return what placeholders stand for on every phone of this template, tenant and site."""
        key = (template_id, tenant_id, site_id)
        if key not in self._shared:
            merged = merge(self._layers_of(*key))
            values = {name: found.value for name, found in merged.items()}
            if template_id is None or self.template(template_id).tells_time:
                values = clock_values(values[TIME_ZONE], self.settings.daylight_saving) | values
            self._shared[key] = values
        return self._shared[key]

    def firmware_named(self, *, template_id: int | None, tenant_id: int | None, site_id: int | None) -> str:
        """Return the firmware file that a template names for the phones of this tenant and site, empty if none."""
        values = self.shared_values(template_id=template_id, tenant_id=tenant_id, site_id=site_id)
        return values["FirmwareFile"]

    def overlays(
        self, *, tenant_id: int | None, site_id: int | None, phone_user_id: int | None = None
    ) -> Overlays:
        """Return the lines laid over a template's own."""
        return Overlays(
            daylight=self._daylight,
            tenant=self._level(ValueLevel.TENANT, tenant_id),
            site=self._level(ValueLevel.SITE, site_id),
            user=self._level(ValueLevel.USER, phone_user_id),
            keys=self._keys_of(phone_user_id),
        )

    @cached_property
    def _daylight(self) -> Lines:
        return tuple(daylight_lines(self.settings.daylight_saving))

    @cached_property
    def _system(self) -> Values:
        stored = select(Placeholder.name, Placeholder.value).where(Placeholder.layer == Layer.SYSTEM)
        rows = dict(self._session.execute(stored).all())
        return {**SYSTEM_DEFAULTS, **self.urls.placeholder_values(), **rows}

    def _layers_of(
        self, template_id: int | None, tenant_id: int | None, site_id: int | None
    ) -> dict[Layer, Values]:
        return {
            Layer.SYSTEM: self._system,
            Layer.TEMPLATE: self.values_of(Layer.TEMPLATE, template_id),
            Layer.TENANT: self.values_of(Layer.TENANT, tenant_id),
            Layer.SITE: self.values_of(Layer.SITE, site_id),
        }

    def _own_values(self, owner: FileOwner) -> Values:
        """Return the values of the device alone; its placeholders win over what follows from its fields."""
        return {**values_of_fields(owner), **self.values_of(Layer.DEVICE, owner.id)}

    def _level(self, level: ValueLevel, owner_id: int | None) -> Lines:
        if owner_id is None:
            return ()
        if (level, owner_id) not in self._overlays:
            self._load_level(level, {owner_id})
        return self._overlays[level, owner_id]

    def _keys_of(self, phone_user_id: int | None) -> UserKeys:
        if phone_user_id is None:
            return NO_KEYS
        self._load_keys({phone_user_id})
        return self._keys[phone_user_id]

    def _load_keys(self, user_ids: Collection[int]) -> None:
        """Read what these users set on their phones."""
        missing = {user_id for user_id in user_ids if user_id not in self._keys}
        if not missing:
            return
        rows = select(UserKeysRow.phone_user_id, UserKeysRow.version, UserKeysRow.lines).where(
            UserKeysRow.phone_user_id.in_(missing)
        )
        found = {
            user_id: UserKeys.read(version, lines) for user_id, version, lines in self._session.execute(rows)
        }
        self._keys |= {user_id: found.get(user_id, NO_KEYS) for user_id in missing}

    def _load_templates(self, template_ids: Collection[int]) -> None:
        missing = template_ids - self._templates.keys()
        if missing:
            columns = (
                ConfigTemplate.id, ConfigTemplate.name, ConfigTemplate.version, ConfigTemplate.content,
                PhoneModel.value_format,
            )  # fmt: skip
            rows = select(*columns).join(PhoneModel, ConfigTemplate.phone_model_id == PhoneModel.id)
            for template_id, name, version, content, value_format in self._session.execute(
                rows.where(ConfigTemplate.id.in_(missing))
            ):
                parts = parse_template(content)
                self._templates[template_id] = Template(template_id, name, version, parts, value_format)

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
        if layer is Layer.TEMPLATE:
            found = {
                owner_id: self.template(owner_id).private_values | found[owner_id] for owner_id in missing
            }
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
