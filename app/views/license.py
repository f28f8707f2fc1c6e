"""The properties of the licence, and the form that installs another one (manual, chapter 7)."""

from http import HTTPStatus

from flask import flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_appbuilder import BaseView
from flask_appbuilder.baseviews import expose
from flask_appbuilder.security.decorators import has_access, permission_name

from app.errors import InvalidInputError, RingmasterError
from app.rules.licenses import MOST_CHARACTERS
from app.security.issuer import has_issuer
from app.security.roles import LICENSE
from app.services.licenses import installed, overview
from app.transaction import transaction
from app.views import license_guard
from app.views.authors import author
from app.views.error_pages import STATUS_OF
from app.views.list_arguments import read_list_arguments
from app.views.times import time_of_page
from app.views.web_session import db


class LicenseView(BaseView):
    """Until when, for how many devices, and how many there are."""

    class_permission_name = LICENSE
    route_base = "/license"

    @expose("/")
    @has_access
    def list(self) -> str:
        """Show the properties."""
        return _page()

    @expose("/install", methods=["POST"])
    @has_access
    @permission_name("edit")
    def install(self) -> ResponseReturnValue:
        """Install a licence; every process goes by it within seconds."""
        try:
            text = _sent_text()
            with transaction(db.session()) as session:
                license_ = installed.install(session, text, author=author(), now=time_of_page())
        except RingmasterError as error:
            status = next(status for kind, status in STATUS_OF.items() if isinstance(error, kind))
            return _page(refused=str(error), typed=request.form.get("text", "")), status
        license_guard.watch().look_again()
        flash(f"The licence {license_.id} of {license_.holder} is installed.", "success")
        return redirect(license_guard.ADDRESS, HTTPStatus.SEE_OTHER)


def _page(refused: str = "", typed: str = "") -> str:
    arguments = read_list_arguments(request.args, size=overview.TENANTS_OF_A_PAGE)
    shown: str = render_template(
        "ringmaster/license.html",
        title=LICENSE,
        properties=overview.read(db.session(), now=time_of_page()),
        has_issuer=has_issuer(),
        page=overview.tenants(db.session(), arguments.number),
        refused=refused,
        typed=typed,
        most_characters=MOST_CHARACTERS,
    )
    return shown


def _sent_text() -> str:
    """Return the licence that the form brings, as a file or pasted."""
    file = request.files.get("file")
    if file is None or not file.filename:
        if not request.form.get("text", "").strip():
            raise InvalidInputError("Choose the file of the licence, or paste its text.")
        return request.form["text"]
    try:
        text: str = file.read(4 * MOST_CHARACTERS + 1).decode()
    except UnicodeDecodeError as error:
        raise InvalidInputError("That is no licence: the file is no text in UTF-8.") from error
    return text
