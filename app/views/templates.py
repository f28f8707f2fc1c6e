"""Templates of configuration files: the list, one of them, adding, describing and deleting (manual 4.3, 9.2)."""

from http import HTTPStatus

from flask import Response, flash, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_appbuilder import BaseView
from flask_appbuilder.baseviews import expose
from flask_appbuilder.security.decorators import has_access, permission_name

from app.errors import ConflictError, RingmasterError
from app.models import ConfigTemplate
from app.models.enums import Train
from app.security.roles import TEMPLATES
from app.security.tenant_scope import scope_of
from app.services import drop_downs, settings
from app.services.templates import changes, defaults, search
from app.services.templates.defaults import ReplacesDefaultError
from app.services.templates.search import TemplateFilter
from app.transaction import transaction
from app.views.authors import author
from app.views.choices import Choice, tenant_choice
from app.views.list_arguments import read_list_arguments, word_of
from app.views.template_form import TRAIN_CHOICES, TemplateForm, is_id
from app.views.template_page import as_may_be_seen, find_own_template, find_template, template_page
from app.views.times import time_of_page
from app.views.web_session import db

LIST = "/templates/"


class TemplateView(BaseView):
    """The templates of all tenants and those of the tenants that the account sees."""

    class_permission_name = TEMPLATES
    route_base = "/templates"

    @expose("/")
    @has_access
    def list(self) -> str:
        """Show a page of the templates."""
        arguments = read_list_arguments(request.args)
        wanted = TemplateFilter(
            words=arguments.words,
            model=request.args.get("model", ""),
            train=word_of(request.args, "train", Train),
            tenant_name=request.args.get("tenant", ""),
        )
        page = search.search(db.session(), wanted, number=arguments.number, size=arguments.size)
        return render_template(
            "ringmaster/templates.html",
            title="Templates",
            page=page,
            default_in=search.default_in(db.session(), page.rows),
            devices=search.count_devices(db.session(), page.rows),
            words=arguments.words,
            choices=_choices(wanted),
            shared_templates_url=settings.shared_templates_url(db.session()),
        )

    @expose("/show/<int:template_id>")
    @has_access
    def show(self, template_id: int) -> Response:
        """Show a template with its text; who may not see secrets sees them masked."""
        template = find_template(template_id)
        return template_page(
            "template",
            template,
            defaults=defaults.of_template(db.session(), template.id),
            text=as_may_be_seen(template.content),
        )

    @expose("/add", methods=["GET", "POST"])
    @has_access
    def add(self) -> ResponseReturnValue:
        """Show the form for a template that is cloned from another one, and add it."""
        if request.method == "GET":
            return _add_form(_first_form())
        form = TemplateForm.read(request.form)
        if not is_id(form.clone):
            form.faults["clone"] = "Choose the template whose text the template begins with."
        if form.faults:
            return _add_form(form, status=HTTPStatus.BAD_REQUEST)
        return _add(form)

    @expose("/change/<int:template_id>", methods=["GET", "POST"])
    @has_access
    @permission_name("edit")
    def change(self, template_id: int) -> ResponseReturnValue:
        """Show and save what is said of a template beside its text."""
        template = find_own_template(template_id)
        if request.method == "GET":
            return _change_form(template, TemplateForm.of(template))
        form = TemplateForm.read(request.form)
        if form.faults:
            return _change_form(template, form, status=HTTPStatus.BAD_REQUEST)
        try:
            with transaction(db.session()) as session:
                changes.change(session, template_id, form.properties, author=author(), now=time_of_page())
        except RingmasterError as error:
            return _change_form(template, form, refused=str(error), status=HTTPStatus.CONFLICT)
        flash(f"The properties of {form.name} were saved.", "success")
        return redirect(f"/templates/show/{template_id}")

    @expose("/delete/<int:template_id>", methods=["POST"])
    @has_access
    def delete(self, template_id: int) -> ResponseReturnValue:
        """Delete a template that no device uses."""
        find_template(template_id)
        try:
            with transaction(db.session()) as session:
                name = changes.delete_template(session, template_id, author=author(), now=time_of_page())
        except ConflictError as error:
            flash(str(error), "danger")
            return redirect(f"/templates/show/{template_id}")
        flash(f"The template {name} was deleted.", "success")
        return redirect(LIST)


def _choices(wanted: TemplateFilter) -> tuple[Choice, ...]:
    trains = [train.value for train in Train]
    return (
        Choice("model", "Every model", drop_downs.model_names(db.session()), wanted.model),
        Choice("train", "Both trains", trains, wanted.train or ""),
        tenant_choice(wanted.tenant_name),
    )


def _first_form() -> TemplateForm:
    """Return the form as it is shown first: for a clone of the template that the address names, if it names one."""
    clone = request.args.get("clone", "")
    if not is_id(clone):
        return TemplateForm()
    source = find_template(int(clone))
    return TemplateForm(model=str(source.phone_model_id), train=source.train.value, clone=clone)


def _add(form: TemplateForm) -> ResponseReturnValue:
    replaces = int(form.replaces) if is_id(form.replaces) else None
    try:
        with transaction(db.session()) as session:
            template = changes.add(
                session,
                form.properties,
                clone_from=int(form.clone),
                is_default=form.is_default,
                replaces=replaces,
                author=author(),
                now=time_of_page(),
            )
    except ReplacesDefaultError as error:
        return _add_form(form, replaces=error)
    except RingmasterError as error:
        return _add_form(form, refused=str(error), status=HTTPStatus.CONFLICT)
    flash(f"The template {form.name} was added.", "success")
    return redirect(f"/templates/show/{template.id}")


def _add_form(
    form: TemplateForm,
    *,
    refused: str = "",
    replaces: ReplacesDefaultError | None = None,
    status: HTTPStatus = HTTPStatus.OK,
) -> Response:
    page = render_template(
        "ringmaster/template_form.html",
        title="Add a template",
        template=None,
        form=form,
        clones=drop_downs.templates_by_id(db.session()),
        refused=refused,
        replaces=replaces,
        back=LIST,
        **_form_choices(),
    )
    return make_response(page, status)


def _change_form(
    template: ConfigTemplate, form: TemplateForm, *, refused: str = "", status: HTTPStatus = HTTPStatus.OK
) -> Response:
    page = render_template(
        "ringmaster/template_form.html",
        title=f"Properties of {template.name}",
        template=template,
        form=form,
        refused=refused,
        back=f"/templates/show/{template.id}",
        **_form_choices(),
    )
    return make_response(page, status)


def _form_choices() -> dict[str, object]:
    return {
        "tenants": drop_downs.tenants_by_id(db.session()),
        "models": drop_downs.models_by_id(db.session()),
        "trains": TRAIN_CHOICES,
        "may_share": scope_of(db.session()).is_everything,
    }
