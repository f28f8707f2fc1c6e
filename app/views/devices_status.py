"""Devices Status: the list of phones, its filters and its export (manual 6.3)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from flask import Response, jsonify, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_appbuilder import BaseView
from flask_appbuilder.baseviews import expose
from flask_appbuilder.security.decorators import has_access, permission_name
from flask_login import current_user

from app.database import Database
from app.errors import InvalidInputError
from app.models import SavedView
from app.rendering.csv_lines import BYTE_ORDER_MARK
from app.rules.mac_addresses import parse_mac
from app.security.roles import APPROVE, DEVICE, DEVICES_STATUS, OPERATIONS
from app.security.tenant_scope import TenantScope, scope_of
from app.services import public_address
from app.services.devices_status import export, layouts, saved_views
from app.services.devices_status.choices import read_choices
from app.services.devices_status.columns import COLUMNS, Column
from app.services.devices_status.filters import ROW_NUMBERS, TITLES, Filters
from app.services.devices_status.layouts import Layout
from app.services.devices_status.pages import COUNT_LIMIT, Page, count_matching, read_page
from app.services.devices_status.phones import read_phones
from app.services.devices_status.words import STATUS_WORDS
from app.services.fleet_counts.shares import NONE
from app.transaction import reading
from app.views import csv_files, device_requests, fresh_parts
from app.views.devices_status_address import (
    ALL_PHONES,
    LIST,
    Wanted,
    read_matching,
    read_wanted,
)
from app.views.devices_status_address import (
    COLUMNS as COLUMNS_ARGUMENT,
)
from app.views.drawn_once import drawn_once
from app.views.phone_cells import Drawing
from app.views.shell import may
from app.views.web_session import database, db


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter that narrows the list: what it says, and the list without it."""

    text: str
    address_without: str


class DevicesStatusView(BaseView):
    """Every phone that was ever heard of, with what it last reported."""

    class_permission_name = DEVICES_STATUS
    route_base = "/devices-status"
    default_view = "list"

    @expose("/")
    @has_access
    def list(self) -> ResponseReturnValue:
        """Show a page of the list; where the address asks for something impossible, say so above the filters.

        The bare address leads to the view that a person made his default.
        """
        views = saved_views.views_of(db.session(), current_user.id)
        default = next((view for view in views if view.is_default), None)
        if default is not None and not request.args:
            return redirect(f"{LIST}?{default.query}")
        try:
            wanted = read_wanted(request.args)
            page = read_page(db.session(), wanted.filters, wanted.at)
        except InvalidInputError as error:
            return make_response(_refused(str(error), views), HTTPStatus.BAD_REQUEST)
        return _list(wanted, page, views)

    @expose("/rows")
    @has_access
    @permission_name("list")
    def rows(self) -> ResponseReturnValue:
        """Return what changes of the list by itself, or 304 where nothing did."""
        wanted = read_wanted(request.args)
        return fresh_parts.answer(
            "ringmaster/devices_status_rows.html",
            lambda: _rows(wanted, read_page(db.session(), wanted.filters, wanted.at)),
            of_reader=(wanted.layout.names, wanted.filters.rows),
        )

    @expose("/count")
    @has_access
    @permission_name("list")
    def count(self) -> Response:
        """Return how many phones match, for the page's script: to count them takes longer than to list some."""
        number = count_matching(db.session(), read_wanted(request.args).filters)
        words = f"more than {COUNT_LIMIT:,}" if number > COUNT_LIMIT else f"{number:,}"
        return jsonify(words=words)

    @expose("/choices")
    @has_access
    @permission_name("list")
    def choices(self) -> str:
        """Return what the drop-downs of the filters hold, for the page's script, which asks when they are opened."""
        return render_template("ringmaster/devices_status_choices.html", choices=read_choices(db.session()))

    @expose("/export.csv")
    @has_access
    @permission_name("export")
    def export(self) -> Response:
        """Send every phone that matches, or the selected ones, as CSV; memory and transactions stay small."""
        columns = _exported_columns()
        arguments = database(), scope_of(db.session()), columns
        if _is_selection():
            lines = _selected_lines(*arguments, _selection())
        else:
            lines = _lines(*arguments, _exported_filters())
        headers = {"Content-Disposition": f'attachment; filename="{export.FILE_NAME}"'}
        return Response(lines, mimetype="text/csv", headers=headers)


def _list(wanted: Wanted, page: Page, views: Sequence[SavedView]) -> str:
    return render_template(
        "ringmaster/devices_status.html",
        title="Devices Status",
        typed={name: getattr(wanted.filters, name) for name in TITLES},
        actions=device_requests.offered(),
        column_choices=drawn_once("columns", shown=wanted.layout.columns, hidden=wanted.layout.hidden),
        status_words=STATUS_WORDS,
        row_numbers=ROW_NUMBERS,
        views=views,
        view=next((view for view in views if view.query == wanted.whole), None),
        **_rows(wanted, page),
    )


def _rows(wanted: Wanted, page: Page) -> dict[str, Any]:
    """Return what the part of the page needs that keeps itself fresh."""
    back = quote(wanted.here, safe="") if may(APPROVE, DEVICE) else ""
    may_select = bool(back) or may("can_export", DEVICES_STATUS) or may("can_check_status", OPERATIONS)
    drawing = Drawing(wanted.layout.columns, back, may_select=may_select)
    return {
        "wanted": wanted,
        "filters": wanted.filters,
        "columns": wanted.layout.columns,
        "page": page,
        "rows": [drawing.row(phone) for phone in page.phones],
        "may_select": may_select,
        "chips": _chips(wanted),
        "all_phones": ALL_PHONES,
        "first_url": "" if page.phones else _first_url(),
    }


def _refused(sentence: str, views: Sequence[SavedView]) -> str:
    return render_template(
        "ringmaster/devices_status.html",
        title="Devices Status",
        wanted=Wanted(Filters(), Layout()),
        filters=Filters(),
        typed={name: request.args.get(name, "")[:200] for name in TITLES},
        status_words=STATUS_WORDS,
        row_numbers=ROW_NUMBERS,
        all_phones=ALL_PHONES,
        views=views,
        chips=[],
        refused=sentence,
    )


def _first_url() -> str:
    """Return the beginning of DHCP option 160 (protocol 7.2)."""
    return public_address.urls_of(db.session()).firmware_url.rstrip("/")


def _chips(wanted: Wanted) -> list[Chip]:
    return [
        Chip(_chip_text(name, text), wanted.address(**{name: ""}))
        for name, text in wanted.filters.given.items()
    ]


def _chip_text(name: str, text: str) -> str:
    if name in {"several", "behind"}:
        return TITLES[name]
    if text == NONE:
        return f"{TITLES[name]}: none"
    return f"{TITLES[name]}: {text.replace('_', ' ') if name == 'status' else text}"


def _is_selection() -> bool:
    return request.args.get("only") == "selected" and "matching" not in request.args


def _exported_filters() -> Filters:
    """Return the filters of the address, or those of a list of which all that match was selected."""
    matching = request.args.get("matching")
    return read_matching(matching) if matching else Filters.from_query(request.args)


def _exported_columns() -> Sequence[Column]:
    names = request.args.get(COLUMNS_ARGUMENT, "")
    return layouts.columns_named(names.split(",")) if names else COLUMNS


def _selection() -> list[str]:
    return [parse_mac(text) for text in request.args.getlist("mac")[: max(ROW_NUMBERS)]]


def _lines(
    opened: Database, scope: TenantScope, columns: Sequence[Column], filters: Filters
) -> Iterator[str]:
    return csv_files.in_chunks(
        opened,
        scope,
        export.header(columns),
        read=lambda session, last: export.read_chunk(session, filters, after=last),
        write=lambda phones: export.lines(phones, columns),
    )


def _selected_lines(
    opened: Database, scope: TenantScope, columns: Sequence[Column], macs: Sequence[str]
) -> Iterator[str]:
    yield BYTE_ORDER_MARK + export.header(columns)
    with reading(opened, scope) as session:
        phones = read_phones(session, macs)
    yield export.lines(phones, columns)
