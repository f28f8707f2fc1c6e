"""Active alarms, their history, one with its timeline, the types there are, and lists as CSV (manual 6.4 to 6.6)."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from flask import render_template, request
from flask_appbuilder import BaseView
from flask_appbuilder.baseviews import expose
from flask_appbuilder.security.decorators import has_access, permission_name
from werkzeug.wrappers import Response

from app.models.enums import SourceKind
from app.rules.alarms.catalogue import ALARM_TYPES, type_titled
from app.security.roles import ALARMS, DEEDS, DELIVERY_LOG
from app.security.tenant_scope import scope_of
from app.services import alarm_export, alarm_search, drop_downs
from app.services.alarm_rules import outlook
from app.services.alarm_search import SHOWN_SEVERITIES, AlarmFilter, OperatorState
from app.services.alarms import timeline
from app.services.notices import delivery_log
from app.views import csv_files, fresh_parts
from app.views.alarm_filters import TITLES, TYPE_TITLES, WITH_EVENTS, query_of, read_filter
from app.views.alarm_sentences import say
from app.views.list_arguments import one_of, read_list_arguments
from app.views.shell import may
from app.views.times import in_words
from app.views.way_back import is_path_of_ours
from app.views.web_session import database, db

LIST = "/alarms/"
HISTORY = "/alarms/history/"


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter that narrows the list: what it says, and the list without it."""

    text: str
    address_without: str


class AlarmView(BaseView):
    """Alarms and events, the newest first."""

    class_permission_name = ALARMS
    route_base = "/alarms"
    default_view = "list"
    base_permissions = list(DEEDS[ALARMS])

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

    @expose("/rows")
    @has_access
    @permission_name("list")
    def rows(self) -> Response:
        """Return what changes of the list by itself, or 304 where nothing did."""
        return fresh_parts.answer("ringmaster/alarm_rows.html", lambda: _found(is_history=_of_history()))

    @expose("/types/")
    @has_access
    @permission_name("list")
    def types(self) -> str:
        """Show what alarms there are, what they mean and what to do."""
        return render_template(
            "ringmaster/alarm_types.html",
            title="Alarm types",
            in_words=in_words,
            groups=(
                ("Raised by phones", [kind for kind in ALARM_TYPES if not kind.is_own]),
                ("Raised by Ringmaster, of phones", _own_types(SourceKind.PHONE)),
                ("Raised by Ringmaster, of itself", _own_types(SourceKind.SERVER)),
            ),
        )

    @expose("/export.csv")
    @has_access
    @permission_name("export")
    def export(self) -> Response:
        """Send what a list shows, all of its pages, as CSV."""
        wanted = read_filter(request.args, is_history=_of_history())
        headers = {"Content-Disposition": 'attachment; filename="alarms.csv"'}
        lines = csv_files.in_chunks(
            database(),
            scope_of(db.session()),
            alarm_export.header(),
            read=lambda session, last: alarm_export.read_chunk(session, wanted, after=last),
            write=alarm_export.lines,
        )
        return Response(lines, mimetype="text/csv", headers=headers)

    @expose("/<int:alarm_id>/")
    @has_access
    def show(self, alarm_id: int) -> str:
        """Show one alarm, what happened to it, and what to do; the page keeps itself fresh."""
        return render_template("ringmaster/alarm.html", **_shown(alarm_id))

    @expose("/<int:alarm_id>/state")
    @has_access
    @permission_name("show")
    def state(self, alarm_id: int) -> Response:
        """Return what changes of the page of an alarm, or 304 where nothing did."""
        return fresh_parts.answer("ringmaster/alarm_state.html", lambda: _shown(alarm_id))


def _page(title: str, *, is_history: bool) -> str:
    found = _found(is_history=is_history)
    wanted: AlarmFilter = found["wanted"]
    arguments = query_of(wanted)
    # What the page asks for again and again is what it shows: its filters, its place, its size.
    shown = {name: value for name in ("page", "size") if (value := request.args.get(name))}
    fresh = urlencode({**arguments, **shown, **({"of": "history"} if is_history else {})})
    return render_template(
        "ringmaster/alarms.html",
        title=title,
        typed={name: arguments.get(name, "") for name in TITLES},
        arguments=arguments,
        chips=[Chip(f"{TITLES[name]}: {value}", _address(found["list"], arguments, name))
               for name, value in arguments.items()],
        tenants=drop_downs.tenant_names(db.session()),
        severity_words=[severity.value for severity in SHOWN_SEVERITIES],
        type_titles=TYPE_TITLES,
        state_words=[state.value for state in OperatorState],
        with_events=WITH_EVENTS,
        fresh_address=f"/alarms/rows?{fresh}",
        export_address=f"/alarms/export.csv?{urlencode({**arguments, **({'of': 'history'} if is_history else {})})}",
        **found,
    )  # fmt: skip


def _found(*, is_history: bool) -> dict[str, Any]:
    arguments = read_list_arguments(request.args)
    wanted = read_filter(request.args, is_history=is_history)
    address = HISTORY if is_history else LIST
    place = {name: value for name, value in request.args.items() if name in {"page", "size"}}
    query = urlencode({**query_of(wanted), **place})
    here = f"{address}?{query}" if query else address
    page = alarm_search.search(db.session(), wanted, number=arguments.number, size=arguments.size)
    return {
        "is_history": is_history,
        "list": address,
        "here": here if is_path_of_ours(here) else address,
        "wanted": wanted,
        "is_narrowed": bool(query_of(wanted)),
        "page": page,
        "children": outlook.count_children(db.session(), page.rows),
        "most_counted": alarm_search.COUNTED_ALARMS,
        "page_address": lambda number: (
            f"{address}?{urlencode({**query_of(wanted), **place, 'page': number})}"
        ),
    }


def _shown(alarm_id: int) -> dict[str, Any]:
    alarm = alarm_search.get_alarm(db.session(), alarm_id)
    return {
        "title": alarm.name,
        "alarm": alarm,
        "kind": type_titled(alarm.name),
        "say": say,
        "next_step": outlook.next_step(db.session(), alarm, now=datetime.now(UTC)),
        "members": outlook.children_of(db.session(), alarm),
        "children": outlook.count_children(db.session(), [alarm]),
        "changes": timeline.read(db.session(), alarm.id),
        "most_lines": timeline.MOST_LINES,
        "deliveries": delivery_log.of_alarm(db.session(), alarm.id) if may("can_list", DELIVERY_LOG) else (),
        "most_deliveries": delivery_log.MOST_OF_ALARM,
    }


def _of_history() -> bool:
    return one_of(request.args, "of", ("history",)) == "history"


def _own_types(source: SourceKind) -> list[Any]:
    return [kind for kind in ALARM_TYPES if kind.is_own and kind.source_kind is source]


def _address(path: str, arguments: dict[str, str], without: str) -> str:
    query = urlencode({name: value for name, value in arguments.items() if name != without})
    return f"{path}?{query}" if query else path
