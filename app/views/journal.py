"""The activity log: who did what to what, when, from where (manual 13.3 and 13.4)."""

from datetime import date, datetime

from flask import Response, render_template, request
from flask_appbuilder import BaseView
from flask_appbuilder.baseviews import expose
from flask_appbuilder.security.decorators import has_access, permission_name

from app.errors import InvalidInputError
from app.security.roles import JOURNAL
from app.security.tenant_scope import scope_of
from app.services import drop_downs, journal_export, journal_search, settings
from app.services.journal_search import JournalFilter
from app.views import csv_files
from app.views.choices import Choice
from app.views.list_arguments import ListArguments, read_list_arguments
from app.views.times import time_of_page, zone_of_page
from app.views.web_session import database, db

LINES = ("10", "20", "30", "40", "50", "100")


class JournalView(BaseView):
    """Entries of the journal, the newest first."""

    class_permission_name = JOURNAL
    route_base = "/logs/activity"

    @expose("/")
    @has_access
    def list(self) -> str:
        """Show the last entries, and with paging all of them."""
        arguments, day, wanted = _wanted()
        return render_template(
            "ringmaster/journal.html",
            title=JOURNAL,
            page=journal_search.search(db.session(), wanted, number=arguments.number, size=arguments.size),
            words=arguments.words,
            choices=(
                Choice("actor", "Everybody", drop_downs.journal_actors(db.session()), wanted.actor),
                Choice("action", "Every action", drop_downs.journal_actions(db.session()), wanted.action),
            ),
            numbers=LINES,
            size=arguments.size,
            day=day,
            today=_today(),
            days=int(settings.read_text(db.session(), "activity_days")),
        )

    @expose("/export.csv")
    @has_access
    @permission_name("list")
    def export(self) -> Response:
        """Send what the list shows, all of its pages, as CSV: with a day, that of the archive."""
        _, day, wanted = _wanted()
        name = f"IPP.Manage.Activity.{day or _today():%d-%m-%Y}.csv"
        lines = csv_files.in_chunks(
            database(),
            scope_of(db.session()),
            journal_export.header(),
            read=lambda session, last: journal_export.read_chunk(session, wanted, after=last),
            write=journal_export.lines,
        )
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return Response(lines, mimetype="text/csv", headers=headers)


def _wanted() -> tuple[ListArguments, date | None, JournalFilter]:
    arguments, day = read_list_arguments(request.args), _day()
    wanted = JournalFilter(
        words=arguments.words,
        actor=request.args.get("actor", ""),
        action=request.args.get("action", ""),
        between=journal_export.day_between(day, zone_of_page()) if day else None,
    )
    return arguments, day, wanted


def _day() -> date | None:
    text = request.args.get("day", "")
    try:
        day = date.fromisoformat(text) if text else None
        # PostgreSQL and time zones end before Python's years do.
        if day is not None and not 1970 <= day.year <= 9000:
            raise ValueError
    except ValueError as error:
        raise InvalidInputError("A day is written like 2026-03-09.") from error
    return day


def _today() -> date:
    now: datetime = time_of_page()
    return now.astimezone(zone_of_page()).date()
