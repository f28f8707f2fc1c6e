"""The settings that pages are drawn by: read together, once for a request."""

from typing import Literal

from flask import g

from app.services import settings
from app.views.web_session import db

_OF_PAGES = ("web_ui_time_zone", "web_admin_scheme")


def setting_of_page(name: Literal["web_ui_time_zone", "web_admin_scheme"]) -> str:
    """Return the text of a setting as it was when this page first asked for one of them."""
    if "settings_of_page" not in g:
        g.settings_of_page = settings.read_texts(db.session(), _OF_PAGES)
    text: str = g.settings_of_page[name]
    return text
