"""Tenants: whose phones these are (manual 4.2)."""

from flask import flash
from sqlalchemy.orm import object_session
from wtforms import IntegerField
from wtforms.validators import InputRequired, NumberRange

from app.models import Tenant
from app.models.tenant import MAX_ENDPOINTS
from app.security.roles import TENANTS
from app.services import tenancy
from app.views.fast_interface import FastInterface
from app.views.fields import description_field
from app.views.formats import yes_or_no
from app.views.model_view import SafeModelView
from app.views.times import moment, time_of_page


class TenantView(SafeModelView):
    """The tenants that the account sees; who administers changes them."""

    datamodel = FastInterface(Tenant)
    class_permission_name = TENANTS
    route_base = "/tenants"
    noun = "tenant"
    list_title = "Tenants"
    add_title = "Add a tenant"
    edit_title = "Edit tenant"
    searched = ("name", "description", "subnet")
    base_order = ("name", "asc")
    order_columns = ["name", "subnet", "is_default", "endpoint_licenses", "created_at"]
    list_columns = ["name", "description", "subnet", "is_default", "endpoint_licenses"]
    show_columns = [*list_columns, "approves_automatically", "external_id", "created_at"]
    add_columns = [
        "name", "description", "subnet", "is_default", "approves_automatically", "endpoint_licenses", "external_id",
    ]  # fmt: skip
    edit_columns = add_columns
    label_columns = {
        "is_default": "Default",
        "approves_automatically": "Approves by itself",
        "endpoint_licenses": "Endpoint licences",
        "external_id": "External id",
        "created_at": "Added",
    }
    description_columns = {
        "name": "It stands in the address that phones of this tenant ask for.",
        "subnet": "Phones from this subnet belong to the tenant: 10.1.0.0/16, 10.1.0.0/255.255.0.0 or 2001:db8::/32.",
        "is_default": "Phones that nothing else places go to the default tenant. There is one: a new one takes over.",
        "approves_automatically": "Phones that wait in this tenant need nobody's approval, if it is the default.",
        "external_id": "The tenant's name in another system, where phones are reported by it.",
    }
    formatters_columns = {"is_default": yes_or_no, "approves_automatically": yes_or_no, "created_at": moment}
    add_form_extra_fields = {
        "description": description_field(),
        "endpoint_licenses": IntegerField(
            "Endpoint licences",
            description=f"How many phones the tenant may have, 0 to {MAX_ENDPOINTS}.",
            default=MAX_ENDPOINTS,
            validators=[InputRequired(), NumberRange(0, MAX_ENDPOINTS)],
        ),
    }
    edit_form_extra_fields = add_form_extra_fields
    show_template = "ringmaster/tenant.html"

    def pre_add(self, item: Tenant) -> None:
        """Check the tenant, and give it its first site."""
        _tell(tenancy.prepare_new_tenant(self.datamodel.session, item, now=time_of_page()))

    def pre_update(self, item: Tenant) -> None:
        """Check the tenant; a new default takes over."""
        _tell(tenancy.prepare_changed_tenant(self.datamodel.session, item))

    def pre_delete(self, item: Tenant) -> None:
        """Refuse while phones or users belong to it, and take away what goes with it."""
        tenancy.clear_tenant(self.datamodel.session, item)

    def tenant_id_of(self, item: Tenant) -> int | None:
        """Return the tenant itself, unless it is on its way out."""
        database = object_session(item)
        return None if database is None or item in database.deleted else item.id


def _tell(doubts: list[str]) -> None:
    for doubt in doubts:
        flash(doubt, "warning")
