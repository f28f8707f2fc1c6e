"""Sites: where a tenant's phones stand (manual 4.2)."""

from collections.abc import Sequence

from flask import flash, request
from sqlalchemy import ColumnElement
from sqlalchemy.orm import selectinload

from app.models import Site, Tenant
from app.security.roles import SITES
from app.services import drop_downs, tenancy
from app.views.choices import Choice
from app.views.fast_interface import FastInterface
from app.views.fields import description_field
from app.views.formats import yes_or_no
from app.views.list_arguments import ListArguments
from app.views.model_view import SafeModelView
from app.views.web_session import db


class SiteView(SafeModelView):
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
    add_columns = ["name", "tenant", "description", "subnet"]
    edit_columns = add_columns
    label_columns = {"is_auto_detection": "Takes phones that no other site takes"}
    description_columns = {
        "subnet": "Phones from this subnet belong to the site; it lies within the tenant's subnet, if that has one.",
    }
    add_form_extra_fields = {"description": description_field()}
    edit_form_extra_fields = add_form_extra_fields
    formatters_columns = {"is_auto_detection": yes_or_no}

    def choices(self) -> Sequence[Choice]:
        """Offer the tenants."""
        chosen = request.args.get("tenant", "")
        return (Choice("tenant", "Every tenant", drop_downs.tenant_names(db.session()), chosen),)

    def conditions(self, arguments: ListArguments) -> Sequence[ColumnElement[bool]]:
        """Keep to the chosen tenant."""
        chosen = request.args.get("tenant", "")
        of_tenant = (Site.tenant.has(Tenant.name_key == chosen.casefold()),) if chosen else ()
        return (*super().conditions(arguments), *of_tenant)

    def pre_add(self, item: Site) -> None:
        """Check the site."""
        for doubt in tenancy.prepare_site(self.datamodel.session, item):
            flash(doubt, "warning")

    pre_update = pre_add

    def pre_delete(self, item: Site) -> None:
        """Refuse while phones belong to it, and let waiting phones wait elsewhere."""
        tenancy.clear_site(self.datamodel.session, item)
