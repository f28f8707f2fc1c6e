"""Phone models: the kinds of phones that are recognised and configured."""

from collections.abc import Collection, Sequence
from typing import Any

from flask import flash, render_template, request
from flask_appbuilder.baseviews import expose
from flask_appbuilder.security.decorators import has_access, permission_name

from app.models import PhoneModel
from app.rules.user_agents import LONGEST_TEXT
from app.security.roles import PHONE_MODELS
from app.services import phone_models
from app.services.usage import Departure
from app.views import phone_model_form
from app.views.deletion_page import AsksBeforeDeletion
from app.views.fast_interface import FastInterface
from app.views.figures import Figures
from app.views.formats import yes_or_no
from app.views.usage_links import UsageLinks


class PhoneModelView(AsksBeforeDeletion):
    """The phone models; those that do not come with the product are added, changed and deleted here."""

    datamodel = FastInterface(PhoneModel)
    class_permission_name = PHONE_MODELS
    route_base = "/phone-models"
    noun = "phone model"
    list_title = PHONE_MODELS
    add_title = "Add a phone model"
    edit_title = "Edit phone model"
    searched = ("vendor", "name", "description")
    base_order = ("name", "asc")
    order_columns = ["name", "vendor"]
    list_columns = ["name", "vendor", "description", "user_agent_pattern", "is_shipped"]
    show_columns = [*list_columns, *phone_model_form.COLUMNS]
    add_columns = ["vendor", "name", "description", "user_agent_pattern", *phone_model_form.COLUMNS]
    edit_columns = add_columns
    label_columns = {
        "is_shipped": "Comes with the product",
        "user_agent_pattern": "User-Agent pattern",
        **phone_model_form.LABELS,
    }
    description_columns = {
        "name": "As the phones report it: 8440, Trio 8800. Its default firmware has this name, too.",
    }
    add_form_extra_fields = phone_model_form.form_fields()
    edit_form_extra_fields = add_form_extra_fields
    formatters_columns = {"is_shipped": yes_or_no, "value_format": phone_model_form.FORMAT_WORDS.__getitem__}
    show_template = "ringmaster/phone_model.html"
    list_template = "ringmaster/phone_models.html"

    @expose("/recognise")
    @has_access
    @permission_name("list")
    def recognise(self) -> str:
        """Say which model a User-Agent is understood as, and why."""
        text = request.args.get("user_agent", "").strip()[: LONGEST_TEXT + 1]
        recognition = phone_models.recognise(self.datamodel.session, text) if text else None
        return render_template(
            "ringmaster/recognise.html", title="Recognise a phone", text=text, recognition=recognition
        )

    def figures(self, ids: Collection[int]) -> Sequence[Figures]:
        """Count the models' templates and devices."""
        found = phone_models.figures_of(self.datamodel.session, ids)
        return (
            Figures("Templates", found.templates, "/templates/", _narrowed(found.names)),
            Figures("Devices", found.devices, "/devices-status/", _narrowed(found.names)),
        )

    def adapt_form(self, form: Any, item: PhoneModel | None) -> None:
        """Keep the name and vendor of a model that comes with the product."""
        if item is not None and item.is_shipped:
            for field in (form.name, form.vendor):
                field.render_kw = {"readonly": True}

    def pre_add(self, item: PhoneModel) -> None:
        """Check the model."""
        for doubt in phone_models.prepare(self.datamodel.session, item):
            flash(doubt, "warning")

    pre_update = pre_add

    def pre_delete(self, item: PhoneModel) -> None:
        """Refuse while templates or devices are of this model."""
        phone_models.check_model_may_go(self.datamodel.session, item)

    def departure_of(self, item: PhoneModel) -> Departure:
        """Return what stands against the deletion of the model."""
        return phone_models.departure_of(self.datamodel.session, item)

    def links_from(self, item: PhoneModel) -> UsageLinks:
        """Return the addresses of what is of this model."""
        return UsageLinks({"model": item.name})


def _narrowed(names: dict[int, str]) -> dict[int, dict[str, str]]:
    return {model: {"model": name} for model, name in names.items()}
