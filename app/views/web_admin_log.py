"""The Web Admin log: the last lines of all processes, saved, and the archive of its days (manual 13.1 and 13.2)."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

from flask import Response, current_app, render_template, request
from flask_appbuilder import BaseView
from flask_appbuilder.baseviews import expose
from flask_appbuilder.security.decorators import has_access, permission_name

from app.errors import InvalidInputError, NotFoundError
from app.logs import reading
from app.logs.day_files import folder_in
from app.logs.entries import Entry, as_text
from app.logs.levels import FROM_THE_START, LEVELS
from app.security.roles import WEB_ADMIN_LOG
from app.services import settings
from app.views.list_arguments import MOST_CHARACTERS_OF_WORDS, one_of
from app.views.times import time_of_page
from app.views.web_session import db

LINES = ("10", "20", "30", "40", "50", "100")
_LINES_FROM_THE_START = "50"


class WebAdminLogView(BaseView):
    """What the processes of this machine wrote down: who asked the screens for what, and what went wrong."""

    class_permission_name = WEB_ADMIN_LOG
    route_base = "/logs/web-admin"

    @expose("/")
    @has_access
    def list(self) -> str:
        """Show the last lines from a level on."""
        level, lines, words = _wanted()
        recorded, days = settings.log_level_and_days(db.session())
        return render_template(
            "ringmaster/web_admin_log.html",
            title=WEB_ADMIN_LOG,
            entries=_entries(level, lines, words)[::-1],
            level=level,
            lines=lines,
            words=words,
            levels=list(LEVELS),
            numbers=LINES,
            recorded=recorded,
            days=days,
            archive=reading.days_of(_folder()),
        )

    @expose("/IPP_web_admin_log.txt")
    @has_access
    @permission_name("list")
    def view(self) -> Response:
        """Show the same lines as a file of text."""
        return Response(_text(), mimetype="text/plain")

    @expose("/save")
    @has_access
    @permission_name("list")
    def save(self) -> Response:
        """Send the same lines as a file to keep."""
        return _attached(_text(), time_of_page().date())

    @expose("/archive/<day>")
    @has_access
    @permission_name("list")
    def archive(self, day: str) -> Response:
        """Send all lines of a day."""
        try:
            wanted = date.fromisoformat(day)
        except ValueError as error:
            raise InvalidInputError("A day is written like 2026-03-09.") from error
        found = next((kept for kept in reading.days_of(_folder()) if kept.day == wanted), None)
        if found is None:
            raise NotFoundError(
                f"There is no log of {wanted:%d %B %Y}: none was written, or it is kept no more."
            )
        return _attached(reading.text_of(found), wanted)


def _folder() -> Path:
    return folder_in(current_app.extensions["ringmaster_settings"].data_dir)


def _wanted() -> tuple[str, str, str]:
    level = one_of(request.args, "level", LEVELS.keys()) or FROM_THE_START
    lines = one_of(request.args, "lines", LINES) or _LINES_FROM_THE_START
    return level, lines, request.args.get("q", "").strip()[:MOST_CHARACTERS_OF_WORDS]


def _entries(level: str, lines: str, words: str) -> list[Entry]:
    return reading.last_entries(_folder(), int(lines), level=level, words=words)


def _text() -> str:
    return "".join(f"{as_text(entry)}\n" for entry in _entries(*_wanted()))


def _attached(text: str | Iterator[str], day: date) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="IPP.Manage.Web.Admin.{day:%d-%m-%Y}.log"'}
    return Response(text, mimetype="text/plain", headers=headers)
