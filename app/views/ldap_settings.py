"""LDAP Configuration: the directory that phones search, and a test of it (manual, chapter 10)."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from flask import Response, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_appbuilder import BaseView
from flask_appbuilder.baseviews import expose
from flask_appbuilder.security.decorators import has_access, permission_name

from app.errors import RingmasterError
from app.security.roles import SYSTEM_SETTINGS
from app.services import directory_questions, settings
from app.services.settings.definitions import Section
from app.transaction import transaction
from app.views.concerns import leading_to
from app.views.directory_test import NO_TEST, DirectoryTest, run, typed_by_form
from app.views.setting_form import field_groups, seen_texts, typed_texts
from app.views.setting_saving import save
from app.views.web_session import db

SECTIONS = (Section.LDAP_SERVER, Section.LDAP_SEARCH, Section.LDAP_TRUST)
_ADDRESS = "/system-settings/ldap/"


class LdapSettingsView(BaseView):
    """The settings of table 10-1, and a search with them as they are typed."""

    class_permission_name = SYSTEM_SETTINGS
    route_base = "/system-settings/ldap"
    default_view = "list"

    @expose("/", methods=["GET"])
    @has_access
    def list(self) -> Response:
        """Show the settings as they are."""
        return _page(settings.read_texts(db.session()), {})

    @expose("/", methods=["POST"])
    @has_access
    @permission_name("edit")
    def save(self) -> ResponseReturnValue:
        """Save what was typed, all or nothing."""
        typed = typed_texts(request.form, SECTIONS)
        saved = save(typed, seen_texts(request.form, SECTIONS))
        if not saved.problems:
            return redirect(leading_to(_ADDRESS, saved.effects))
        return _page({**settings.read_texts(db.session()), **typed}, saved.problems)

    @expose("/try", methods=["POST"])
    @has_access
    @permission_name("edit")
    def try_out(self) -> Response:
        """Search the directory with the settings as they are typed, and save nothing."""
        typed = typed_texts(request.form, SECTIONS)
        with transaction(db.session()) as session:
            stored = settings.read_texts(session)
        shown = {**stored, **typed}
        try:
            with transaction(db.session()) as session:
                texts = settings.try_on(session, typed)
            directory_questions.check_way_of_password(texts, stored, is_typed="ldap_password" in typed)
        except RingmasterError as error:
            if error.by_field:
                return _page(shown, error.by_field)
            return _page(shown, {}, DirectoryTest(*typed_by_form(request.form), refused=str(error)))
        return _page(shown, {}, run(texts, *typed_by_form(request.form)))


def _page(texts: Mapping[str, str], problems: Mapping[str, str], test: DirectoryTest = NO_TEST) -> Response:
    stored = settings.read_texts(db.session())
    shown: dict[str, Any] = {"groups": field_groups(SECTIONS, texts, stored, problems), "problems": problems}
    page = render_template("ringmaster/ldap_settings.html", title="LDAP Configuration", test=test, **shown)
    return make_response(page, HTTPStatus.BAD_REQUEST if problems else HTTPStatus.OK)
