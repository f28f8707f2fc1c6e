"""What an installation has that a configuration names: looked up by name, once for a whole archive."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.errors import InvalidInputError
from app.models import (
    ConfigTemplate,
    ConfigurationValue,
    Firmware,
    PhoneModel,
    Placeholder,
    Site,
    Tenant,
)
from app.models.enums import Layer, ValueLevel
from app.rules.sentences import quoted
from app.services import settings
from app.services.imports.user_places import UnknownNameError

_OWNER_COLUMNS: Mapping[Layer, Any] = {
    Layer.TEMPLATE: Placeholder.template_id,
    Layer.TENANT: Placeholder.tenant_id,
    Layer.SITE: Placeholder.site_id,
}


class Inventory:
    """What is there by name. Whoever adds something notes it here, for the rows behind."""

    def __init__(self, session: Session) -> None:
        self.tenants = {tenant.name_key: tenant for tenant in session.scalars(select(Tenant))}
        self.sites = {(site.tenant_id, site.name_key): site for site in session.scalars(select(Site))}
        self.templates = {found.name_key: found for found in session.scalars(select(ConfigTemplate))}
        self.models = {model.name.casefold(): model for model in session.scalars(select(PhoneModel))}
        self.firmware = {found.name_key: found for found in session.scalars(select(Firmware))}
        self.settings = settings.read_texts(session)
        self._session = session
        self._placeholders: dict[tuple[Layer, int | None], dict[str, Placeholder]] = {}
        self._lines: dict[tuple[ValueLevel, int], dict[str, ConfigurationValue]] = {}

    def tenant(self, name: str) -> Tenant:
        """Return a tenant; UnknownNameError where there is none."""
        found = self.tenants.get(name.strip().casefold())
        if found is None:
            raise UnknownNameError("tenant", name)
        return found

    def site(self, name: str, tenant_name: str) -> Site:
        """Return a site; without a tenant the only one of this name."""
        if tenant_name:
            found = self.sites.get((self.tenant(tenant_name).id, name.strip().casefold()))
            if found is None:
                raise UnknownNameError("site", f"{name} of {tenant_name}")
            return found
        named = [site for (_, key), site in self.sites.items() if key == name.strip().casefold()]
        if len(named) > 1:
            raise InvalidInputError(
                f"Several tenants have a site {quoted(name)}; say which in a column SITE_TENANT_NAME."
            )
        if not named:
            raise UnknownNameError("site", name)
        return named[0]

    def template(self, name: str) -> ConfigTemplate:
        """Return a template; UnknownNameError where there is none."""
        found = self.templates.get(name.strip().casefold())
        if found is None:
            raise UnknownNameError("template", name)
        return found

    def tenant_of_template(self, text: str) -> int | None:
        """Return whose a template is; the number that other managers write there means nothing here."""
        found = self.tenants.get(text.strip().casefold())
        if found is None and text.strip() and not text.strip().isdecimal():
            raise UnknownNameError("tenant", text)
        return found.id if found else None

    def model(self, name: str) -> PhoneModel:
        """Return a model; UnknownNameError where there is none."""
        found = self.models.get(name.strip().casefold())
        if found is None:
            raise UnknownNameError("phone model", name)
        return found

    def placeholders(self, layer: Layer, owner_id: int | None) -> dict[str, Placeholder]:
        """Return the values that placeholders have at a layer, by name."""
        key = (layer, owner_id)
        if key not in self._placeholders:
            rows = select(Placeholder).where(Placeholder.layer == layer)
            column = _OWNER_COLUMNS.get(layer)
            if column is not None:
                rows = rows.where(column == owner_id)
            self._placeholders[key] = {row.name: row for row in self._session.scalars(rows)}
        return self._placeholders[key]

    def lines(self, level: ValueLevel, owner_id: int) -> dict[str, ConfigurationValue]:
        """Return the lines that are laid over the files of a tenant or site, by parameter."""
        key = (level, owner_id)
        if key not in self._lines:
            column = ConfigurationValue.site_id if level is ValueLevel.SITE else ConfigurationValue.tenant_id
            rows = select(ConfigurationValue).where(ConfigurationValue.level == level, column == owner_id)
            self._lines[key] = {row.parameter: row for row in self._session.scalars(rows)}
        return self._lines[key]
