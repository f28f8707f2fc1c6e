"""Sites: where a tenant's phones stand (manual 4.2)."""

from collections.abc import Collection, Sequence
from typing import Any

from flask import flash, request
from sqlalchemy import ColumnElement
from sqlalchemy.orm import selectinload

from app.models import Site, Tenant
from app.security.roles import SITES
from app.services import tenancy
from app.services.usage import Departure
from app.views.choices import Choice, tenant_choice
from app.views.deletion_page import AsksBeforeDeletion
from app.views.fast_interface import FastInterface
from app.views.fields import description_field
from app.views.figures import Figures
from app.views.formats import yes_or_no
from app.views.list_arguments import LARGEST_ID, ListArguments
from app.views.usage_links import UsageLinks


class SiteView(AsksBeforeDeletion):
    """The sites of the tenants that the account sees."""

    datamodel = FastInterface(Site, [selectinload(Site.tenant)])
    class_permission_name = SITES
    route_base = "/sites"
    noun = "site"
    list_title = "Sites"
    add_title = "Add a site"
    edit_title = "Edit site"
    searched = ("name", "description", "subnet")
    base_order = ("name", "asc")
    order_columns = ["name", "subnet"]
    list_columns = ["name", "tenant", "description", "subnet"]
    show_columns = [*list_columns, "is_auto_detection"]
    add_columns = ["tenant", "name", "description", "subnet"]
    edit_columns = ["name", "description", "subnet"]
    label_columns = {"is_auto_detection": "Takes phones that no other site takes"}
    description_columns = {
        "name": "Phones can name it in their address, and people look for it.",
        "subnet": "Phones from this subnet belong to the site; it lies within the tenant's subnet, if that has one.",
    }
    add_form_extra_fields = {"description": description_field()}
    edit_form_extra_fields = add_form_extra_fields
    formatters_columns = {"is_auto_detection": yes_or_no}
    show_template = "ringmaster/site.html"

    def choices(self) -> Sequence[Choice]:
        """Offer the tenants."""
        chosen = request.args.get("tenant", "")
        return (tenant_choice(chosen),)

    def conditions(self, arguments: ListArguments) -> Sequence[ColumnElement[bool]]:
        """Keep to the chosen tenant."""
        chosen = request.args.get("tenant", "")
        of_tenant = (Site.tenant.has(Tenant.name_key == chosen.casefold()),) if chosen else ()
        return (*super().conditions(arguments), *of_tenant)

    def figures(self, ids: Collection[int]) -> Sequence[Figures]:
        """Count the sites' phones."""
        found = tenancy.figures_of_sites(self.datamodel.session, ids)
        narrowed = {site: {"tenant": found.tenants[site], "site": name} for site, name in found.names.items()}
        return (
            Figures("Devices", found.devices, "/devices-status/", narrowed),
            Figures("Waiting", found.waiting, "/devices-status/", narrowed),
        )

    def adapt_form(self, form: Any, item: Site | None) -> None:
        """Choose the tenant that the address names; tell what a site's subnet has to lie within."""
        if item is None:
            if request.method == "GET":
                form.tenant.data = self._tenant_of_address()
            return
        form.name.description = f"A site of the tenant {item.tenant}; it stays with it."
        if item.tenant.subnet:
            form.subnet.description += f" That is {item.tenant.subnet}."
        if item.is_auto_detection:
            form.name.render_kw = {"readonly": True}
            form.name.description += " AutoDetection keeps its name."

    def pre_add(self, item: Site) -> None:
        """Check the site."""
        for doubt in tenancy.prepare_site(self.datamodel.session, item):
            flash(doubt, "warning")

    pre_update = pre_add

    def pre_delete(self, item: Site) -> None:
        """Move the site's phones to AutoDetection."""
        tenancy.clear_site(self.datamodel.session, item)

    def departure_of(self, item: Site) -> Departure:
        """Return what would become of the site's phones and values."""
        return tenancy.departure_of_site(self.datamodel.session, item)

    def links_from(self, item: Site) -> UsageLinks:
        """Return the addresses of the site's phones."""
        return UsageLinks({"tenant": item.tenant.name, "site": item.name})

    def shown_besides(self, item: Site) -> dict[str, Any]:
        """Show how many phones the site has."""
        return {
            "figures": {column.label: column.numbers.get(item.id, 0) for column in self.figures([item.id])}
        }

    def _tenant_of_address(self) -> Tenant | None:
        text = request.args.get("tenant", "")
        is_id = text.isascii() and text.isdecimal() and len(text) < 11 and int(text) <= LARGEST_ID
        found: Tenant | None = self.datamodel.session.get(Tenant, int(text)) if is_id else None
        return found
