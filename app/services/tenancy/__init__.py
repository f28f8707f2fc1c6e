"""Tenants and sites: what may be made of them, and what comes and goes with them (manual 4.2)."""

from app.services.tenancy.checks import read_allowed_networks
from app.services.tenancy.deletion import clear_site, clear_tenant, departure_of_site, departure_of_tenant
from app.services.tenancy.figures import figures_of_sites, figures_of_tenants, read_sites
from app.services.tenancy.keeping import (
    PlaceFields,
    TenantFields,
    add_site,
    add_tenant,
    change_site,
    change_tenant,
    delete_site,
    delete_tenant,
    note_takeover,
)
from app.services.tenancy.keys import replace_key, told_key
from app.services.tenancy.shutting_out import ShutOut, shut_out
from app.services.tenancy.sites import prepare_site
from app.services.tenancy.tenants import find_default_besides, prepare_changed_tenant, prepare_new_tenant

__all__ = [
    "PlaceFields",
    "ShutOut",
    "TenantFields",
    "add_site",
    "add_tenant",
    "change_site",
    "change_tenant",
    "clear_site",
    "clear_tenant",
    "delete_site",
    "delete_tenant",
    "departure_of_site",
    "departure_of_tenant",
    "figures_of_sites",
    "figures_of_tenants",
    "find_default_besides",
    "note_takeover",
    "prepare_changed_tenant",
    "prepare_new_tenant",
    "prepare_site",
    "read_allowed_networks",
    "read_sites",
    "replace_key",
    "shut_out",
    "told_key",
]
