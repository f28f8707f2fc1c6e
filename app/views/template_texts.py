"""The text of a template: the editor, files up and down, versions with their differences (manual 9.3, 9.4)."""

from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import quote

from flask import Response, flash, redirect, request
from flask.typing import ResponseReturnValue
from flask_appbuilder import BaseView
from flask_appbuilder.baseviews import expose
from flask_appbuilder.security.decorators import has_access, permission_name

from app.errors import ConflictError, InvalidInputError, RingmasterError
from app.models import ConfigTemplate
from app.rendering.line_differences import Difference, differences
from app.rendering.one_line import one_line
from app.rendering.template_bytes import text_of_file
from app.rendering.template_check import Checked
from app.security.roles import SEE_SECRETS, TEMPLATES
from app.services.templates import placeholders as template_placeholders
from app.services.templates import texts
from app.services.templates import versions as template_versions
from app.services.templates.texts import NewText, StaleTextError, UnsavableTextError
from app.transaction import transaction
from app.views.authors import author
from app.views.list_arguments import LARGEST_ID, read_list_arguments
from app.views.shell import may
from app.views.template_form import is_id
from app.views.template_page import as_may_be_seen, find_own_template, find_template, template_page
from app.views.times import time_of_page
from app.views.web_session import db

MOST_CHARACTERS = 400_000
"""Of a text that is typed; Flask holds no more of a form in memory. A longer one comes as a file."""


@dataclass(frozen=True, slots=True)
class Draft:
    """What stands in the editor, and from which version it was made."""

    text: str
    base: int
    accepts_doubts: bool = False


class TemplateTextView(BaseView):
    """One template's text."""

    class_permission_name = TEMPLATES
    route_base = "/templates"
    default_view = "edit"

    @expose("/edit/<int:template_id>", methods=["GET", "POST"])
    @has_access
    def edit(self, template_id: int) -> ResponseReturnValue:
        """Show the text in an editor; check it, or save it."""
        template = find_own_template(template_id)
        if request.method == "GET":
            return _editor(template, Draft(template.content, template.version))
        draft = Draft(
            request.form.get("text", ""), _base(template), accepts_doubts=request.form.get("deed") == "accept"
        )
        if request.form.get("deed") == "check":
            return _editor(
                template, draft, checked=texts.check(db.session(), draft.text, template.phone_model)
            )
        return _save(template, draft, "edited")

    @expose("/upload/<int:template_id>", methods=["GET", "POST"])
    @has_access
    @permission_name("edit")
    def upload(self, template_id: int) -> ResponseReturnValue:
        """Take the text from a file; what is wrong with it is shown in the editor."""
        template = find_own_template(template_id)
        file = request.files.get("file")
        if request.method == "GET":
            return template_page("template_upload", template, title=f"Upload {template.name}")
        try:
            if file is None or not file.filename:
                raise InvalidInputError("Choose the XML file of a template first.")
            text = text_of_file(file.read())
        except InvalidInputError as error:
            status = HTTPStatus.BAD_REQUEST
            title = f"Upload {template.name}"
            return template_page("template_upload", template, status, title=title, refused=str(error))
        return _save(template, Draft(text, _base(template)), f"uploaded {one_line(file.filename)[:100]}")

    @expose("/text/<int:template_id>")
    @has_access
    @permission_name("see_secrets")
    def text(self, template_id: int) -> Response:
        """Send the template as a file, to who may see what is in it."""
        template = find_template(template_id)
        disposition = f"attachment; filename*=UTF-8''{quote(template.name)}.xml"
        headers = {"Content-Disposition": disposition, "Cache-Control": "no-store"}
        return Response(template.content, mimetype="application/xml", headers=headers)

    @expose("/restore/<int:template_id>", methods=["GET", "POST"])
    @has_access
    @permission_name("edit")
    def restore(self, template_id: int) -> ResponseReturnValue:
        """Show what restoring the shipped text changes, and do it."""
        template = find_own_template(template_id)
        if template.factory_content is None or not template.is_edited:
            flash(
                f"{template.name} has no text to restore: it is as it came, or came from one of you.", "info"
            )
            return redirect(f"/templates/show/{template_id}")
        if request.method == "GET":
            change = differences(template.content, template.factory_content)
            return template_page(
                "template_restore", template, title=f"Restore {template.name}", difference=change
            )
        try:
            with transaction(db.session()) as session:
                texts.restore(session, template_id, base=_base(template), author=author(), now=time_of_page())
        except ConflictError as error:
            flash(str(error), "danger")
            return redirect(f"/templates/versions/{template_id}")
        flash("The text that came with the product was restored.", "success")
        return redirect(f"/templates/show/{template_id}")

    @expose("/versions/<int:template_id>")
    @has_access
    @permission_name("show")
    def versions(self, template_id: int) -> Response:
        """Show the versions of a template, the latest first."""
        template = find_template(template_id)
        arguments = read_list_arguments(request.args)
        page = template_versions.history(
            db.session(), template_id, number=arguments.number, size=arguments.size
        )
        return template_page("template_versions", template, page=page)

    @expose("/versions/<int:template_id>/<int:number>")
    @has_access
    @permission_name("show")
    def version(self, template_id: int, number: int) -> Response:
        """Show what a version changed."""
        template = find_template(template_id)
        version = template_versions.get_version(db.session(), template_id, min(number, LARGEST_ID))
        before = template_versions.find_before(db.session(), version)
        text = as_may_be_seen(template_versions.text_of(version))
        text_before = as_may_be_seen(template_versions.text_of(before)) if before else ""
        return template_page(
            "template_version",
            template,
            title=f"Version {number} of {template.name}",
            version=version,
            before=before,
            text=text,
            difference=differences(text_before, text) if before else None,
            to_present=differences(as_may_be_seen(template.content), text),
        )

    @expose("/roll-back/<int:template_id>/<int:number>", methods=["POST"])
    @has_access
    @permission_name("edit")
    def roll_back(self, template_id: int, number: int) -> ResponseReturnValue:
        """Give the template the text of an earlier version again."""
        template = find_own_template(template_id)
        try:
            with transaction(db.session()) as session:
                texts.roll_back(
                    session,
                    template_id,
                    min(number, LARGEST_ID),
                    base=_base(template),
                    author=author(),
                    now=time_of_page(),
                )
        except ConflictError as error:
            flash(str(error), "danger")
        else:
            flash(f"The text of version {number} is the template's again, as its latest version.", "success")
        return redirect(f"/templates/versions/{template_id}")

    @expose("/placeholders/<int:template_id>")
    @has_access
    @permission_name("show")
    def placeholders(self, template_id: int) -> Response:
        """Show the placeholders that may be used, and where their values come from."""
        template = find_template(template_id)
        return template_page("template_placeholders", template, usable=_usable(template, template.content))


def _base(template: ConfigTemplate) -> int:
    """Return the version that the form was made from; one that names none was made from what there is."""
    text = request.form.get("base", "")
    return int(text) if is_id(text) else template.version


def _save(template: ConfigTemplate, draft: Draft, reason: str) -> ResponseReturnValue:
    new = NewText(text=draft.text, base=draft.base, reason=reason, accepts_doubts=draft.accepts_doubts)
    template_id = template.id
    try:
        with transaction(db.session()) as session:
            is_saved = texts.save(session, template_id, new, author=author(), now=time_of_page())
    except UnsavableTextError as error:
        status = HTTPStatus.BAD_REQUEST
        return _editor(template, draft, checked=error.checked, refused=str(error), status=status)
    except StaleTextError as error:
        return _stale_editor(template, draft, str(error))
    except RingmasterError as error:
        return _editor(template, draft, refused=str(error), status=HTTPStatus.CONFLICT)
    if is_saved:
        flash(f"Version {template.version} of {template.name} was saved.", "success")
    else:
        flash(f"Nothing was changed: {template.name} has this text already.", "info")
    return redirect(f"/templates/show/{template_id}")


def _stale_editor(template: ConfigTemplate, draft: Draft, refused: str) -> Response:
    """Show what somebody else changed meanwhile; saved from here, the text takes the place of that."""
    base = template_versions.get_version(db.session(), template.id, draft.base)
    meanwhile = differences(template_versions.text_of(base), template.content)
    newer = Draft(draft.text, template.version)
    return _editor(template, newer, refused=refused, meanwhile=meanwhile, status=HTTPStatus.CONFLICT)


def _editor(
    template: ConfigTemplate,
    draft: Draft,
    *,
    checked: Checked | None = None,
    refused: str = "",
    meanwhile: Difference | None = None,
    status: HTTPStatus = HTTPStatus.OK,
) -> Response:
    return template_page(
        "template_editor",
        template,
        status,
        title=f"Edit {template.name}",
        draft=draft,
        checked=checked,
        refused=refused,
        meanwhile=meanwhile,
        usable=_usable(template, draft.text),
        most_characters=MOST_CHARACTERS,
    )


def _usable(template: ConfigTemplate, text: str) -> object:
    with_secrets = may(SEE_SECRETS, TEMPLATES)
    return template_placeholders.usable_in(db.session(), template, text, with_secrets=with_secrets)
