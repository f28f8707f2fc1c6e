"""The pages of placeholders, one view for each layer, and the defaults of all phones."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus

from flask import abort, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_appbuilder import BaseView
from flask_appbuilder.baseviews import expose
from flask_appbuilder.security.decorators import has_access, permission_name

from app.errors import InvalidInputError
from app.models.enums import Layer
from app.rendering.placeholders import display_name
from app.rules.mac_addresses import find_mac
from app.security.roles import (
    DEFAULT_PLACEHOLDERS,
    DEVICE,
    DEVICES_PLACEHOLDERS,
    SHOW_FILE,
    SITE_CONFIGURATION,
    TEMPLATE_PLACEHOLDERS,
    TENANT_CONFIGURATION,
)
from app.services import devices, value_owners
from app.services.affected import PlaceholderChange, PlaceholdersChange
from app.services.config_files import differences
from app.services.placeholders import defaults
from app.services.placeholders.effective import Effective, effective_values
from app.services.placeholders.unset import Unset, unset_in_template
from app.services.value_owners import Owner
from app.transaction import transaction
from app.views.authors import author
from app.views.concerns import concerns_of, leading_to
from app.views.form_problems import sentences_by_field
from app.views.list_arguments import read_list_arguments
from app.views.placeholder_pages import PlaceholderPages
from app.views.shell import may, shows_secrets
from app.views.times import time_of_page
from app.views.web_session import db


class TemplatePlaceholderView(PlaceholderPages):
    """Values for all phones of a template."""

    class_permission_name = TEMPLATE_PLACEHOLDERS
    route_base = "/placeholders/templates"
    layer = Layer.TEMPLATE
    title = TEMPLATE_PLACEHOLDERS
    lead = "Values for every phone of a template, unless its tenant, its site or the phone has its own."

    def unset_placeholders(self, owner: Owner, *, with_secrets: bool) -> Sequence[Unset]:
        """Return the placeholders in the template's text that it has no value for."""
        return unset_in_template(db.session(), owner.id, with_secrets=with_secrets)


class TenantPlaceholderView(PlaceholderPages):
    """Values for all phones of a tenant."""

    class_permission_name = TENANT_CONFIGURATION
    route_base = "/tenant-configuration/placeholders"
    layer = Layer.TENANT
    title = "Tenant Placeholders"
    lead = "Values for every phone of a tenant, unless its site or the phone has its own."


class SitePlaceholderView(PlaceholderPages):
    """Values for all phones of a site."""

    class_permission_name = SITE_CONFIGURATION
    route_base = "/site-configuration/placeholders"
    layer = Layer.SITE
    title = "Site Placeholders"
    lead = "Values for every phone of a site, unless the phone has its own."


class DevicePlaceholderView(PlaceholderPages):
    """Values for one phone, and what holds on it."""

    class_permission_name = DEVICES_PLACEHOLDERS
    route_base = "/placeholders/devices"
    layer = Layer.DEVICE
    title = DEVICES_PLACEHOLDERS
    lead = "Values for one phone. They win over all others."

    @expose("/<mac>/")
    @has_access
    @permission_name("list")
    def effective(self, mac: str) -> ResponseReturnValue:
        """Show every placeholder of one phone, where its value comes from, and what is overridden."""
        normal = find_mac(mac) or abort(HTTPStatus.NOT_FOUND)
        if normal != mac:
            return redirect(url_for(f"{self.endpoint}.effective", mac=normal))
        found = devices.find_by_mac(db.session(), [mac])
        device = found[0] if found else abort(HTTPStatus.NOT_FOUND, f"There is no device {mac} to be seen.")
        owner = value_owners.get_owner(db.session(), self.kind, device.id)
        rows: Sequence[Effective] = ()
        difference, problem = None, ""
        try:
            rows = effective_values(db.session(), device, with_secrets=self.shows_secrets())
            if may(SHOW_FILE, DEVICE):
                difference = differences.difference(db.session(), device, with_secrets=self.shows_secrets())
        except InvalidInputError as error:
            problem = str(error)
        return render_template(
            "ringmaster/effective_values.html", title=f"Values of {mac}", view=self, device=device, owner=owner,
            rows=rows, difference=difference, problem=problem, with_secrets=self.shows_secrets(),
            concerns=concerns_of(PlaceholdersChange(self.layer, owner.id)),
        )  # fmt: skip

    def address_of(self, owner: Owner) -> str:
        """Return the address of the values of one phone."""
        address: str = url_for(f"{self.endpoint}.effective", mac=owner.name)
        return address


class DefaultPlaceholderView(BaseView):
    """What placeholders stand for where nothing else is said (manual 9.4.5.1)."""

    class_permission_name = DEFAULT_PLACEHOLDERS
    route_base = "/placeholders/defaults"
    default_view = "list"

    @expose("/")
    @has_access
    def list(self) -> str:
        """Show the catalogue."""
        words, with_secrets = read_list_arguments(request.args).words, shows_secrets(DEFAULT_PLACEHOLDERS)
        return render_template(
            "ringmaster/placeholder_defaults.html",
            title=DEFAULT_PLACEHOLDERS,
            rows=defaults.read_defaults(db.session(), words=words, with_secrets=with_secrets),
            words=words,
            with_secrets=with_secrets,
        )

    @expose("/edit", methods=["GET", "POST"])
    @has_access
    @permission_name("edit")
    def edit(self) -> ResponseReturnValue:
        """Change the default of a placeholder, or add one that templates of one's own need."""
        name = request.values.get("name", "")
        if request.method == "GET":
            return _default_form(name, _present_value(name) if name else "")
        try:
            with transaction(db.session()) as session:
                value = request.form.get("value", "")
                changed = defaults.change_default(session, name, value, author=author(), now=time_of_page())
        except InvalidInputError as error:
            return _default_form(name, request.form.get("value", ""), sentences_by_field(error))
        flash(
            f"The default of {display_name(changed)} was saved. Phones get it with the next Generate.",
            "success",
        )
        return redirect(_defaults_after(changed))

    @expose("/reset", methods=["POST"])
    @has_access
    @permission_name("edit")
    def reset(self) -> ResponseReturnValue:
        """Let a default be again what was delivered."""
        name = request.form.get("name", "")
        with transaction(db.session()) as session:
            is_reset = defaults.reset_default(session, name, author=author(), now=time_of_page())
        flash(f"{display_name(name[:64])} has the delivered default again.", "success")
        return redirect(_defaults_after(name) if is_reset else url_for("DefaultPlaceholderView.list"))


def _defaults_after(name: str) -> str:
    """Return the address of the defaults, which tells whose files the change of one concerns."""
    change = PlaceholderChange(Layer.SYSTEM, None, name)
    return leading_to(url_for("DefaultPlaceholderView.list"), [change])


def _present_value(name: str) -> str:
    """Return what the form begins with: of a secret, nothing."""
    default = defaults.get_default(db.session(), name, with_secrets=False)
    return "" if default.is_secret else default.value or ""


def _default_form(name: str, value: str, refused: Mapping[str, str] | None = None) -> ResponseReturnValue:
    page = render_template(
        "ringmaster/placeholder_default_form.html",
        title=f"Default of {display_name(name[:64])}" if name else "Add a default",
        name=name,
        value=value,
        refused=refused or {},
        is_new=not request.values.get("name") or "is_new" in request.form,
    )
    return make_response(page, HTTPStatus.BAD_REQUEST if refused else HTTPStatus.OK)
