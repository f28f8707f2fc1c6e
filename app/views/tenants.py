"""Tenants: whose phones these are, where they stand, and the addresses that bring them here (manual 4.2)."""

from collections.abc import Collection, Sequence
from http import HTTPStatus
from typing import Any

from flask import abort, flash, redirect, request
from flask.typing import ResponseReturnValue
from flask_appbuilder.baseviews import expose
from flask_appbuilder.security.decorators import has_access, permission_name
from sqlalchemy.orm import Session, object_session
from wtforms import IntegerField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange

from app.errors import InvalidInputError
from app.models import Tenant
from app.models.tenant import MAX_ENDPOINTS
from app.security.roles import DEVICE, SEE_SECRETS, TENANTS
from app.services import phone_urls, tenancy
from app.services.tenancy.keys import OLD_KEY_COUNTS, text_of
from app.services.usage import Departure
from app.transaction import transaction
from app.views.authors import author
from app.views.deletion_page import AsksBeforeDeletion
from app.views.fast_interface import FastInterface
from app.views.fields import MOST_CHARACTERS, description_field, text_or_empty
from app.views.figures import Figures
from app.views.form_problems import Question, ask_together
from app.views.formats import yes_or_no
from app.views.shell import may
from app.views.times import moment, time_of_page
from app.views.usage_links import UsageLinks


def _served_from(networks: str) -> str:
    return networks or "everywhere"


class TenantView(AsksBeforeDeletion):
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
    list_columns = ["name", "description", "subnet", "is_default"]
    show_columns = [
        *list_columns, "endpoint_licenses", "approves_automatically", "external_id", "allowed_networks", "demands_key",
        "demands_certificate", "hands_out_once", "created_at",
    ]  # fmt: skip
    add_columns = [
        "name", "description", "subnet", "is_default", "approves_automatically", "endpoint_licenses", "external_id",
        "allowed_networks", "demands_key", "demands_certificate", "hands_out_once",
    ]  # fmt: skip
    edit_columns = add_columns
    label_columns = {
        "is_default": "Default",
        "approves_automatically": "Approves by itself",
        "endpoint_licenses": "Endpoint licences",
        "external_id": "External id",
        "allowed_networks": "Served from",
        "demands_key": "Demands its key",
        "demands_certificate": "Demands a certificate",
        "hands_out_once": "Hands files out once",
        "created_at": "Added",
    }
    description_columns = {
        "name": "It stands in the address that phones of this tenant ask for.",
        "subnet": "Phones from this subnet belong to the tenant: 10.1.0.0/16, 10.1.0.0/255.255.0.0 or 2001:db8::/32.",
        "is_default": "Phones that nothing else places go to the default tenant. There is one.",
        "approves_automatically": "Phones that wait in this tenant need nobody's approval, if it is the default.",
        "external_id": "The tenant's name in another system, where phones are reported by it.",
        "demands_key": (
            "Its phones are served only where the address that they ask for carries the tenant's key. Make the key on "
            "the page of the tenant, give phones the addresses with it, and then tick this."
        ),
        "demands_certificate": (
            "Its phones are served only where they show a certificate with their own MAC address, which nginx in front "
            "has to verify."
        ),
        "hands_out_once": (
            "The file of a phone, with its passwords, goes to who asks first. After that only the same network, the "
            "phone's own key, or its certificate gets it; anybody else is refused, with an alarm."
        ),
    }
    formatters_columns = {
        "is_default": yes_or_no,
        "approves_automatically": yes_or_no,
        "allowed_networks": _served_from,
        "demands_key": yes_or_no,
        "demands_certificate": yes_or_no,
        "hands_out_once": yes_or_no,
        "created_at": moment,
    }
    add_form_extra_fields = {
        "description": description_field(),
        "endpoint_licenses": IntegerField(
            "Endpoint licences",
            description=f"How many phones the tenant may have, 0 to {MAX_ENDPOINTS}.",
            default=MAX_ENDPOINTS,
            validators=[InputRequired(), NumberRange(0, MAX_ENDPOINTS)],
        ),
    }
    add_form_extra_fields["allowed_networks"] = TextAreaField(
        "Served from",
        description=(
            "Networks from which its phones may fetch files and report, with commas or lines between them: "
            "10.1.0.0/16, 203.0.113.7. Behind a NAT or a proxy it is the address of that which counts. Others are "
            "refused. Empty: from everywhere."
        ),
        validators=[Length(max=MOST_CHARACTERS)],
        filters=[text_or_empty],
    )
    edit_form_extra_fields = add_form_extra_fields
    show_template = "ringmaster/tenant.html"

    def figures(self, ids: Collection[int]) -> Sequence[Figures]:
        """Count the tenants' sites, phones and users."""
        found = tenancy.figures_of_tenants(self.datamodel.session, ids)
        narrowed = {tenant: {"tenant": name} for tenant, name in found.names.items()}
        return (
            Figures("Sites", found.sites, "/sites/list/", narrowed),
            Figures("Devices", found.devices, "/devices-status/", narrowed),
            Figures("Waiting", found.waiting, "/devices-status/", narrowed),
            Figures("Users", found.users, "/users/", narrowed),
        )

    def adapt_form(self, form: Any, item: Tenant | None) -> None:
        """Say at its box which tenant is the default now."""
        replaced = tenancy.find_default_besides(self.datamodel.session, item or Tenant())
        if replaced is not None:
            form.is_default.description += f" Now it is {replaced}; this one would take over from it."
        elif item is not None and item.is_default:
            form.is_default.description += " To change it, make another tenant the default."

    def question(self, form: Any, item: Tenant | None) -> Question | None:
        """Announce which tenant stops being the default, and that a new name leads phones astray."""
        name = (form.name.data or "").strip()
        session = self.datamodel.session
        replaced = tenancy.find_default_besides(session, item or Tenant())
        return ask_together(
            "agreed",
            [
                takeover(name, replaced) if form.is_default.data and replaced else None,
                _renaming(item.name, name) if item and name.casefold() != item.name_key else None,
                _shutting_out(session, form, item) if item else None,
            ],
        )

    @expose("/key/<int:pk>", methods=("POST",))
    @has_access
    @permission_name("edit")
    def replace_key(self, pk: int) -> ResponseReturnValue:
        """Give the tenant a key, or another one; the one before counts on for some days, or ends at once."""
        item = self.datamodel.get(pk) or abort(HTTPStatus.NOT_FOUND)
        with transaction(self.datamodel.session) as session:
            at_once = "at_once" in request.form
            tenancy.replace_key(session, item, author=author(), now=time_of_page(), at_once=at_once)
        flash("The tenant has a new key: its addresses below carry it.", "success")
        return redirect(f"/tenants/show/{pk}#addresses")

    def pre_add(self, item: Tenant) -> None:
        """Check the tenant, and give it its first site."""
        self._note_takeover(item)
        _tell(tenancy.prepare_new_tenant(self.datamodel.session, item, now=time_of_page()))

    def pre_update(self, item: Tenant) -> None:
        """Check the tenant; a new default takes over."""
        self._note_takeover(item)
        _tell(tenancy.prepare_changed_tenant(self.datamodel.session, item))

    def pre_delete(self, item: Tenant) -> None:
        """Take away what goes with the tenant; refused while phones belong to it."""
        tenancy.clear_tenant(self.datamodel.session, item)

    def departure_of(self, item: Tenant) -> Departure:
        """Return what would go with the tenant."""
        return tenancy.departure_of_tenant(self.datamodel.session, item)

    def links_from(self, item: Tenant) -> UsageLinks:
        """Return the addresses of what the tenant has."""
        return UsageLinks({"tenant": item.name})

    def shown_besides(self, item: Tenant) -> dict[str, Any]:
        """Show the tenant's sites and the addresses of its phones."""
        session = self.datamodel.session
        key, sees_key = tenancy.told_key(session, item), may(SEE_SECRETS, DEVICE)
        return {
            "has_proxy": phone_urls.sbc_proxy(session) is not None,
            "urls": phone_urls.of_tenant(session, item.name, text_of(key) if key and sees_key else ""),
            "key": key,
            "sees_key": sees_key,
            "demands": item.demands_key,
            "days_of_old_key": OLD_KEY_COUNTS.days,
            "sites": tenancy.read_sites(session, item),
            "figures": {column.label: column.numbers.get(item.id, 0) for column in self.figures([item.id])},
        }

    def tenant_id_of(self, item: Tenant) -> int | None:
        """Return the tenant itself, unless it is on its way out."""
        database = object_session(item)
        return None if database is None or item in database.deleted else item.id

    def _note_takeover(self, item: Tenant) -> None:
        session = self.datamodel.session
        with session.no_autoflush:
            tenancy.note_takeover(session, item, author=author(), now=time_of_page())


def takeover(name: str, replaced: Tenant) -> Question:
    """Return the question before a tenant becomes the default in place of another one."""
    text = (
        f"{replaced} is the default tenant now. When you save this, {name} is the default in its place: "
        f"phones that nothing else places go to {name} from then on. Phones that are in {replaced} stay there."
    )
    return Question(text, "replaces", str(replaced.id), f"take over from {replaced}")


def _renaming(before: str, name: str) -> Question:
    text = (
        f"Phones ask for {before} in the address that DHCP option 160 gives them. Once the tenant is called "
        f"{name}, new phones that ask for {before} are refused: change the option when you rename it."
    )
    return Question(text, "renames", name.casefold(), "rename it")


def _shutting_out(session: Session, form: Any, tenant: Tenant) -> Question | None:
    """Return the question before phones are refused that are served now; None for what is no list of networks."""
    try:
        networks = tenancy.read_allowed_networks(form.allowed_networks.data)
    except InvalidInputError:
        return None
    demands = {name: bool(form[name].data) for name in ("demands_key", "demands_certificate")}
    shut_out = tenancy.shut_out(session, tenant, networks, **demands)
    sentences = shut_out.sentences(str(tenant))
    return Question(" ".join(sentences), "shuts_out", shut_out.told, "refuse them") if sentences else None


def _tell(doubts: list[str]) -> None:
    for doubt in doubts:
        flash(doubt, "warning")
