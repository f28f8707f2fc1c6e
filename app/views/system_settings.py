"""System Settings: what an administrator changes while the system runs (manual 9.1)."""

from collections.abc import Mapping
from http import HTTPStatus

from flask import Response, flash, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_appbuilder import BaseView
from flask_appbuilder.baseviews import expose
from flask_appbuilder.security.decorators import has_access, permission_name

from app.errors import InvalidInputError
from app.security.roles import SYSTEM_SETTINGS
from app.services import public_address, settings
from app.services.settings import zones
from app.services.settings.definitions import Section
from app.views.concerns import leading_to
from app.views.list_arguments import read_list_arguments
from app.views.setting_form import field_groups, seen_texts, time_zone_names, typed_texts
from app.views.setting_saving import save
from app.views.times import time_of_page
from app.views.web_session import db

SECTIONS = (
    Section.COMMUNICATION,
    Section.PHONES,
    Section.TIME,
    Section.OUTBOUND_PROXY,
    Section.ADMINISTRATION,
)
_ADDRESS = "/system-settings/"


class SystemSettingsView(BaseView):
    """The settings of table 9-1; those that need a page of their own have one beside it."""

    class_permission_name = SYSTEM_SETTINGS
    route_base = "/system-settings"
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
        """Save what was typed, all or nothing; or fill in what follows from the time zone, and save nothing."""
        stored = settings.read_texts(db.session())
        typed = typed_texts(request.form, SECTIONS)
        if "fill_in" in request.form:
            return _filled_in({**stored, **typed})
        texts, sentence = zones.with_zone(typed, stored, time_of_page().year)
        saved = save(texts, seen_texts(request.form, SECTIONS))
        if saved.problems:
            return _page({**stored, **typed}, saved.problems)
        if sentence:
            flash(sentence, "info")
        return redirect(leading_to(_ADDRESS, saved.effects))


def _filled_in(texts: Mapping[str, str]) -> Response:
    """Show the form with the offset and the dates of the zone that was typed."""
    try:
        following, sentence = zones.texts_for_zone(texts[zones.ZONE].strip(), time_of_page().year)
    except InvalidInputError as error:
        return _page(texts, {zones.ZONE: str(error)})
    flash(f"{sentence} Nothing is saved yet.", "info")
    return _page({**texts, **following}, {})


def _page(texts: Mapping[str, str], problems: Mapping[str, str]) -> Response:
    words = read_list_arguments(request.args).words
    stored = settings.read_texts(db.session())
    page = render_template(
        "ringmaster/system_settings.html",
        title="System Settings",
        groups=field_groups(SECTIONS, texts, stored, problems, words),
        words=words,
        problems=problems,
        time_zones=time_zone_names(),
        urls=public_address.urls_of(db.session()),
        installed=public_address.installed_urls(db.session()),
    )
    return make_response(page, HTTPStatus.BAD_REQUEST if problems else HTTPStatus.OK)
