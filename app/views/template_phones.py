"""The phones that use a template, and making their files anew (manual 9.4.4)."""

from flask import Response, flash, jsonify, redirect, request
from flask.typing import ResponseReturnValue
from flask_appbuilder import BaseView
from flask_appbuilder.baseviews import expose
from flask_appbuilder.security.decorators import has_access, permission_name

from app.models import ConfigTemplate
from app.security.roles import TEMPLATES
from app.services import journal
from app.services.templates import phones as template_phones
from app.services.templates.phones import PhoneFilter
from app.transaction import transaction
from app.views.authors import author
from app.views.choices import Choice, tenant_choice
from app.views.list_arguments import one_of, read_list_arguments
from app.views.template_form import is_id
from app.views.template_page import find_template, template_page
from app.views.times import time_of_page
from app.views.web_session import db

OF_OLDER_TEXT = "files of an older text"
_JSON = "application/json"


class TemplatePhonesView(BaseView):
    """The devices whose files are made from one template."""

    class_permission_name = TEMPLATES
    route_base = "/templates"
    default_view = "phones"

    @expose("/phones/<int:template_id>")
    @has_access
    @permission_name("show")
    def phones(self, template_id: int) -> Response:
        """Show a page of them."""
        template = find_template(template_id)
        arguments = read_list_arguments(request.args)
        wanted = PhoneFilter(
            words=arguments.words,
            tenant_name=request.args.get("tenant", ""),
            is_outdated=bool(one_of(request.args, "files", (OF_OLDER_TEXT,))),
        )
        page = template_phones.search(
            db.session(), template, wanted, number=arguments.number, size=arguments.size
        )
        return template_page(
            "template_phones",
            template,
            page=page,
            files=template_phones.files_of(db.session(), [device.id for device in page.rows]),
            words=arguments.words,
            choices=_choices(wanted),
        )

    @expose("/generate/<int:template_id>", methods=["POST"])
    @has_access
    def generate(self, template_id: int) -> ResponseReturnValue:
        """Make the files of the next phones anew; the page's script asks again until none is left."""
        template = find_template(template_id)
        with transaction(db.session()) as session:
            if request.form.get("first") == "yes":
                _record(template, template_phones.usage(session, template).outdated)
            made = template_phones.generate_next(session, template, now=time_of_page())
        left = template_phones.usage(db.session(), template).outdated
        if request.accept_mimetypes.best == _JSON:
            return jsonify(made=made, left=left)
        flash(f"{_counted(made, 'file')} generated, {left} left.", "info" if left else "success")
        return redirect(f"/templates/phones/{template_id}")

    @expose("/generate-chosen/<int:template_id>", methods=["POST"])
    @has_access
    @permission_name("generate")
    def generate_chosen(self, template_id: int) -> ResponseReturnValue:
        """Make the files of phones that were selected anew."""
        template = find_template(template_id)
        chosen = [int(text) for text in request.form.getlist("device") if is_id(text)]
        with transaction(db.session()) as session:
            made = template_phones.generate_chosen(session, template, chosen, now=time_of_page())
            if made:
                _record(template, made)
        flash(
            f"{_counted(made, 'file')} generated." if made else "Choose the phones first.",
            "success" if made else "info",
        )
        return redirect(f"/templates/phones/{template_id}")


def _choices(wanted: PhoneFilter) -> tuple[Choice, ...]:
    return (
        tenant_choice(wanted.tenant_name),
        Choice("files", "All files", [OF_OLDER_TEXT], OF_OLDER_TEXT if wanted.is_outdated else ""),
    )


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _record(template: ConfigTemplate, number: int) -> None:
    journal.record(
        db.session(),
        at=time_of_page(),
        author=author(),
        action="files generated",
        subject=template.name,
        text=f"{author().name} generates the files of {_counted(number, 'phone')} with {template.name}.",
        tenant_id=template.tenant_id,
    )
