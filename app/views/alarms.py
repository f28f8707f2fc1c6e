"""Active alarms, their history, and both as CSV (manual 6.4 to 6.6)."""

from urllib.parse import urlencode

from flask import render_template, request
from flask_appbuilder import BaseView
from flask_appbuilder.baseviews import expose
from flask_appbuilder.security.decorators import has_access, permission_name
from werkzeug.wrappers import Response

from app.models.enums import Severity
from app.security.roles import ALARMS
from app.security.tenant_scope import scope_of
from app.services import alarm_export, alarm_search
from app.services.alarm_search import AlarmFilter
from app.views import csv_files
from app.views.choices import Choice, tenant_choice
from app.views.list_arguments import one_of, read_list_arguments, word_of
from app.views.web_session import database, db

_WITH_EVENTS = "alarms and events"


class AlarmView(BaseView):
    """Alarms and events, the newest first."""

    class_permission_name = ALARMS
    route_base = "/alarms"

    @expose("/")
    @has_access
    def list(self) -> str:
        """Show what is active."""
        return _page("Alarms", is_history=False)

    @expose("/history/")
    @has_access
    @permission_name("list")
    def history(self) -> str:
        """Show what was cleared."""
        return _page("Alarm history", is_history=True)

    @expose("/export.csv")
    @has_access
    @permission_name("export")
    def export(self) -> Response:
        """Send what a list shows, all of its pages, as CSV."""
        wanted = _wanted(is_history=one_of(request.args, "of", ("history",)) == "history")
        headers = {"Content-Disposition": 'attachment; filename="alarms.csv"'}
        lines = csv_files.in_chunks(
            database(),
            scope_of(db.session()),
            alarm_export.header(),
            read=lambda session, last: alarm_export.read_chunk(session, wanted, after=last),
            write=alarm_export.lines,
        )
        return Response(lines, mimetype="text/csv", headers=headers)


def _page(title: str, *, is_history: bool) -> str:
    arguments = read_list_arguments(request.args)
    wanted = _wanted(is_history=is_history)
    return render_template(
        "ringmaster/alarms.html",
        title=title,
        is_history=is_history,
        page=alarm_search.search(db.session(), wanted, number=arguments.number, size=arguments.size),
        words=arguments.words,
        choices=_choices(wanted),
        export_address=_export_address(is_history=is_history),
    )


def _export_address(*, is_history: bool) -> str:
    narrowed = {
        name: value for name, value in request.args.items() if name in {"q", "severity", "tenant", "kind"}
    }
    query = urlencode({**narrowed, **({"of": "history"} if is_history else {})})
    return f"/alarms/export.csv?{query}"


def _wanted(*, is_history: bool) -> AlarmFilter:
    return AlarmFilter(
        words=read_list_arguments(request.args).words,
        severity=word_of(request.args, "severity", Severity),
        tenant_name=request.args.get("tenant", ""),
        with_events=bool(one_of(request.args, "kind", (_WITH_EVENTS,))),
        is_history=is_history,
    )


def _choices(wanted: AlarmFilter) -> tuple[Choice, ...]:
    severities = [severity.value for severity in Severity if severity is not Severity.CLEARED]
    return (
        Choice("severity", "Every severity", severities, wanted.severity or ""),
        tenant_choice(wanted.tenant_name),
        Choice("kind", "Alarms only", [_WITH_EVENTS], _WITH_EVENTS if wanted.with_events else ""),
    )
