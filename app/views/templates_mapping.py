"""Templates Mapping: which template new phones get, set, unset and tried out (manual 4.3, 9.3)."""

from collections.abc import Mapping
from http import HTTPStatus

from flask import Response, abort, flash, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_appbuilder import BaseView
from flask_appbuilder.baseviews import expose
from flask_appbuilder.security.decorators import has_access, permission_name
from sqlalchemy import select

from app.errors import RingmasterError
from app.models import Tenant
from app.models.enums import Train
from app.rendering.secret_parameters import mask_secrets
from app.security.roles import TEMPLATES_MAPPING
from app.services import drop_downs
from app.services.templates import defaults
from app.services.templates.defaults import Kind, ReplacesDefaultError
from app.services.templates.search import get_template
from app.services.zero_touch import trials
from app.transaction import transaction
from app.views.authors import author
from app.views.choices import Choice, tenant_choice
from app.views.list_arguments import LARGEST_ID, read_list_arguments, word_of
from app.views.template_form import TRAIN_CHOICES, is_id
from app.views.times import time_of_page
from app.views.web_session import db

LIST = "/templates-mapping/"
_FIELDS = ("tenant_id", "model_id", "train", "template_id", "replaces")


class TemplatesMappingView(BaseView):
    """The Zero Touch defaults of {tenant, model, train}."""

    class_permission_name = TEMPLATES_MAPPING
    route_base = "/templates-mapping"

    @expose("/")
    @has_access
    def list(self) -> str:
        """Show the defaults that tenants have set; of one tenant, what each model gets."""
        arguments = read_list_arguments(request.args)
        tenant_name, model = request.args.get("tenant", ""), request.args.get("model", "")
        train = word_of(request.args, "train", Train)
        tenant = db.session.scalar(select(Tenant).where(Tenant.name_key == tenant_name.casefold()))
        page = defaults.search(
            db.session(),
            tenant_name=tenant_name,
            model=model,
            train=train,
            number=arguments.number,
            size=arguments.size,
        )
        return render_template(
            "ringmaster/templates_mapping.html",
            title="Templates Mapping",
            page=page,
            tenant=tenant,
            effective=defaults.effective_in(db.session(), tenant) if tenant else (),
            choices=_choices(tenant_name, model, train),
        )

    @expose("/set", methods=["GET", "POST"])
    @has_access
    @permission_name("edit")
    def set(self) -> ResponseReturnValue:
        """Show the form that sets a default, say what it would replace, and set it."""
        typed = {name: request.values.get(name, "") for name in _FIELDS}
        if request.method == "GET":
            return _form(typed)
        faults = _faults(typed)
        if faults:
            return _form(typed, faults=faults, status=HTTPStatus.BAD_REQUEST)
        return _set(typed)

    @expose("/unset/<int:default_id>", methods=["POST"])
    @has_access
    @permission_name("edit")
    def unset(self, default_id: int) -> ResponseReturnValue:
        """Take a default away, and say what new phones get from then on."""
        if default_id > LARGEST_ID:
            abort(HTTPStatus.NOT_FOUND)
        with transaction(db.session()) as session:
            sentence = defaults.remove(session, default_id, author=author(), now=time_of_page())
        flash(sentence, "success")
        return redirect(LIST)

    @expose("/test/")
    @has_access
    @permission_name("list")
    def test(self) -> ResponseReturnValue:
        """Show what a phone of a model would get in a tenant, and why."""
        asked = {name: request.args.get(name, "") for name in ("tenant", "model", "train")}
        train = word_of(request.args, "train", Train)
        trial, refused = None, ""
        if asked["tenant"] and asked["model"] and train:
            try:
                trial = trials.try_tenant(
                    db.session(),
                    tenant_name=asked["tenant"],
                    model=asked["model"],
                    train=train,
                    now=time_of_page(),
                )
            except RingmasterError as error:
                refused = str(error)
        page = render_template(
            "ringmaster/templates_mapping_test.html",
            title="Templates Mapping",
            asked=asked,
            trial=trial,
            text=mask_secrets(trial.text) if trial else "",
            refused=refused,
            tenants=drop_downs.tenant_names(db.session()),
            models=drop_downs.model_names(db.session()),
            trains=TRAIN_CHOICES,
        )
        return make_response(page, HTTPStatus.BAD_REQUEST if refused else HTTPStatus.OK)


def _choices(tenant_name: str, model: str, train: Train | None) -> tuple[Choice, ...]:
    return (
        tenant_choice(tenant_name),
        Choice("model", "Every model", drop_downs.model_names(db.session()), model),
        Choice("train", "Both trains", [train.value for train in Train], train or ""),
    )


def _faults(typed: Mapping[str, str]) -> dict[str, str]:
    faults = {
        "tenant_id": "" if is_id(typed["tenant_id"]) else "Choose the tenant.",
        "model_id": "" if is_id(typed["model_id"]) else "Choose the model of the phones.",
        "train": "" if typed["train"] in set(Train) else "Choose the firmware that the phones run.",
        "template_id": "" if is_id(typed["template_id"]) else "Choose the template.",
    }
    return {name: fault for name, fault in faults.items() if fault}


def _set(typed: Mapping[str, str]) -> ResponseReturnValue:
    kind = Kind(int(typed["tenant_id"]), int(typed["model_id"]), Train(typed["train"]))
    replaces = int(typed["replaces"]) if is_id(typed["replaces"]) else None
    try:
        with transaction(db.session()) as session:
            template = get_template(session, int(typed["template_id"]))
            doubts = defaults.put(
                session, kind, template, replaces=replaces, author=author(), now=time_of_page()
            )
    except ReplacesDefaultError as error:
        return _form(typed, replaces=error)
    except RingmasterError as error:
        return _form(typed, refused=str(error), status=HTTPStatus.CONFLICT)
    for doubt in doubts:
        flash(doubt, "warning")
    flash(f"{template.name} is the Zero Touch default. Phones that come new get it.", "success")
    return redirect(LIST)


def _form(
    typed: Mapping[str, str],
    *,
    faults: Mapping[str, str] | None = None,
    refused: str = "",
    replaces: ReplacesDefaultError | None = None,
    status: HTTPStatus = HTTPStatus.OK,
) -> Response:
    page = render_template(
        "ringmaster/templates_mapping_form.html",
        title="Set a Zero Touch default",
        typed=typed,
        faults=faults or {},
        refused=refused,
        replaces=replaces,
        tenants=drop_downs.tenants_by_id(db.session()),
        models=drop_downs.models_by_id(db.session()),
        templates=drop_downs.templates_by_id(db.session()),
        trains=TRAIN_CHOICES,
        back=LIST,
    )
    return make_response(page, status)
