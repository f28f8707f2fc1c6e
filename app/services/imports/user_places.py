"""What rows of users name: tenants, sites, templates, as an account sees them, and what phones are set to."""

from collections import defaultdict
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.errors import InvalidInputError
from app.models import ConfigTemplate, Site, Tenant
from app.models.device import MAX_VLAN_ID, MAX_VLAN_PRIORITY
from app.models.enums import VlanMode
from app.rules.sentences import quoted
from app.services.settings.texts import LANGUAGES

_VLAN_MODES = {
    **{mode.value.casefold(): mode for mode in VlanMode},
    **{mode.name.casefold(): mode for mode in VlanMode},
}
_LANGUAGES = {name.casefold(): name for name in LANGUAGES}


class UnknownNameError(InvalidInputError):
    """A row names what there is none of."""

    def __init__(self, what: str, name: str) -> None:
        super().__init__(f"There is no {what} {quoted(name)}.")
        self.what = what
        self.name = name


@dataclass(frozen=True, slots=True)
class TenantPlace:
    """A tenant, and its sites by their keys."""

    id: int
    name: str
    auto_detection: int
    sites: dict[str, int]


class TemplatePlace(NamedTuple):
    """A template; without a tenant it serves all of them."""

    id: int
    name: str
    tenant_id: int | None
    phone_model_id: int


class Places:
    """Looks up by name, once for a whole file."""

    def __init__(self, session: Session) -> None:
        self._tenants, self._default = _read_tenants(session)
        templates = select(
            ConfigTemplate.name_key, ConfigTemplate.id, ConfigTemplate.name, ConfigTemplate.tenant_id,
            ConfigTemplate.phone_model_id,
        )  # fmt: skip
        self._templates = {key: TemplatePlace._make(rest) for key, *rest in session.execute(templates)}

    def tenant(self, name: str) -> TenantPlace:
        """Return a tenant; without a name the default one, or the only one that the account sees."""
        if not name:
            if self._default is None:
                raise InvalidInputError(
                    "The row names no tenant; your account sees several, and no default tenant."
                )
            return self._default
        found = self._tenants.get(name.casefold())
        if found is None:
            raise UnknownNameError("tenant", name)
        return found

    def site(self, tenant: TenantPlace, name: str) -> int:
        """Return a site of a tenant; AutoDetection where none is named."""
        if not name:
            return tenant.auto_detection
        found = tenant.sites.get(name.casefold())
        if found is None:
            raise UnknownNameError("site", f"{name} of {tenant.name}")
        return found

    def template(self, tenant: TenantPlace, name: str) -> TemplatePlace | None:
        """Return a template that phones of a tenant may have, None where none is named."""
        if not name:
            return None
        found = self._templates.get(name.casefold())
        if found is None:
            raise UnknownNameError("template", name)
        if found.tenant_id not in {None, tenant.id}:
            raise InvalidInputError(f"The template {quoted(found.name)} is another tenant's.")
        return found

    def snapshot(self) -> dict[str, dict[str, str]]:
        """Return the names by ids, to tell later whether the ids still mean the same."""
        return {
            "tenants": {str(tenant.id): key for key, tenant in self._tenants.items()},
            "sites": {
                str(site): key for tenant in self._tenants.values() for key, site in tenant.sites.items()
            },
            "templates": {str(template.id): key for key, template in self._templates.items()},
        }


def language(text: str) -> str:
    """Return a language as it is kept; empty is that of the template or system."""
    if not text:
        return ""
    found = _LANGUAGES.get(text.casefold())
    if found is None:
        raise UnknownNameError("language", text)
    return found


def vlan_mode(text: str) -> VlanMode:
    """Return how a phone finds its VLAN."""
    found = _VLAN_MODES.get(text.casefold())
    if found is None:
        known = ", ".join(["NONE", *(mode.value for mode in VlanMode if mode.value)])
        raise InvalidInputError(f"{quoted(text)} is no VLAN mode; write one of {known}.")
    return found


def vlan_number(text: str, what: str, most: int) -> int:
    """Return the id or priority of a VLAN; empty is 0."""
    if text in {"", "0"}:
        return 0
    if not (text.isascii() and text.isdecimal() and len(text) < 6 and int(text) <= most):
        raise InvalidInputError(f"{quoted(text)} is no VLAN {what}; write a whole number from 0 to {most}.")
    return int(text)


def vlan(mode: str, number: str, priority: str) -> tuple[str, int, int]:
    """Return what a row says of a VLAN."""
    return (
        vlan_mode(mode).value,
        vlan_number(number, "ID", MAX_VLAN_ID),
        vlan_number(priority, "priority", MAX_VLAN_PRIORITY),
    )


def _read_tenants(session: Session) -> tuple[dict[str, TenantPlace], TenantPlace | None]:
    """Return the tenants by their keys, and that of rows which name none."""
    sites: defaultdict[int, dict[str, int]] = defaultdict(dict)
    auto_detection: dict[int, int] = {}
    for site in session.execute(select(Site.id, Site.tenant_id, Site.name_key, Site.is_auto_detection)):
        sites[site.tenant_id][site.name_key] = site.id
        if site.is_auto_detection:
            auto_detection[site.tenant_id] = site.id
    tenants: dict[str, TenantPlace] = {}
    default: TenantPlace | None = None
    for tenant in session.execute(select(Tenant.id, Tenant.name, Tenant.name_key, Tenant.is_default)):
        place = TenantPlace(tenant.id, tenant.name, auto_detection[tenant.id], sites[tenant.id])
        tenants[tenant.name_key] = place
        if tenant.is_default:
            default = place
    if default is None and len(tenants) == 1:
        default = next(iter(tenants.values()))
    return tenants, default
