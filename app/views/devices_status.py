"""Devices Status: the list of phones, its filters and its export (manual 6.3)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import urlencode

from flask import Response, make_response, render_template, request
from flask.typing import ResponseReturnValue
from flask_appbuilder import BaseView
from flask_appbuilder.baseviews import expose
from flask_appbuilder.security.decorators import has_access, permission_name

from app.database import Database
from app.errors import InvalidInputError
from app.rendering.csv_lines import BYTE_ORDER_MARK
from app.rules.mac_addresses import parse_mac
from app.security.roles import DEVICES_STATUS
from app.security.tenant_scope import TenantScope, scope_of
from app.services import public_address
from app.services.devices_status import export
from app.services.devices_status.choices import read_choices
from app.services.devices_status.columns import COLUMNS
from app.services.devices_status.filters import DEFAULT_ROWS, ROW_NUMBERS, TITLES, Filters
from app.services.devices_status.pages import COUNT_LIMIT, Page, read_page
from app.services.devices_status.phones import read_phones
from app.services.devices_status.words import STATUS_WORDS
from app.services.fleet_counts.shares import NONE
from app.transaction import reading
from app.views import csv_files, way_back
from app.views.web_session import database, db

LIST = "/devices-status/"


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
        """Show a page of the list; where the address asks for something impossible, say so above the filters."""
        try:
            filters = Filters.from_query(request.args)
            page = read_page(db.session(), filters, request.args.get("at", ""))
        except InvalidInputError as error:
            return make_response(_refused(str(error)), HTTPStatus.BAD_REQUEST)
        return _list(filters, page)

    @expose("/export.csv")
    @has_access
    @permission_name("export")
    def export(self) -> Response:
        """Send every phone that matches, or the selected ones, as CSV; memory and transactions stay small."""
        filters = Filters.from_query(_without_selection())
        arguments = database(), scope_of(db.session())
        lines = _selected_lines(*arguments, _selection()) if _is_selection() else _lines(*arguments, filters)
        headers = {"Content-Disposition": f'attachment; filename="{export.FILE_NAME}"'}
        return Response(lines, mimetype="text/csv", headers=headers)


def _list(filters: Filters, page: Page) -> str:
    here = _address(filters, at=request.args.get("at", ""))
    return render_template(
        "ringmaster/devices_status.html",
        title="Devices Status",
        columns=COLUMNS,
        filters=filters,
        typed={name: getattr(filters, name) for name in TITLES},
        page=page,
        count_limit=COUNT_LIMIT,
        chips=_chips(filters),
        address=lambda **changes: _address(filters, **changes),
        here=here if way_back.is_path_of_ours(here) else LIST,
        export_address=f"{LIST}export.csv?{urlencode(filters.as_query())}",
        first_url=_first_url() if not page.total else "",
        **_form_choices(),
    )


def _refused(sentence: str) -> str:
    return render_template(
        "ringmaster/devices_status.html",
        title="Devices Status",
        filters=Filters(),
        typed={name: request.args.get(name, "")[:200] for name in TITLES},
        refused=sentence,
        **_form_choices(),
    )


def _form_choices() -> dict[str, object]:
    return {
        "choices": read_choices(db.session()),
        "status_words": STATUS_WORDS,
        "row_numbers": ROW_NUMBERS,
        "default_rows": DEFAULT_ROWS,
    }


def _first_url() -> str:
    """Return the beginning of DHCP option 160 (protocol 7.2)."""
    return public_address.urls_of(db.session()).firmware_url.rstrip("/")


def _address(filters: Filters, **changes: str | int) -> str:
    """Return the address of the list after some changes; ``at`` is a place in it, and otherwise its first page."""
    place = {"at": str(changes.pop("at", ""))}
    query = filters.as_query(**changes) | {name: token for name, token in place.items() if token}
    return f"{LIST}?{urlencode(query)}" if query else LIST


def _chips(filters: Filters) -> list[Chip]:
    return [
        Chip(_chip_text(name, text), _address(filters, **{name: ""})) for name, text in filters.given.items()
    ]


def _chip_text(name: str, text: str) -> str:
    if name in {"several", "behind"}:
        return TITLES[name]
    if text == NONE:
        return f"{TITLES[name]}: none"
    return f"{TITLES[name]}: {text.replace('_', ' ') if name == 'status' else text}"


def _is_selection() -> bool:
    return request.args.get("only") == "selected"


def _without_selection() -> dict[str, str]:
    """Return the query without the MACs of check boxes, which bear the name of a filter."""
    return {} if _is_selection() else request.args.to_dict()


def _selection() -> list[str]:
    return [parse_mac(text) for text in request.args.getlist("mac")[: max(ROW_NUMBERS)]]


def _lines(opened: Database, scope: TenantScope, filters: Filters) -> Iterator[str]:
    return csv_files.in_chunks(
        opened,
        scope,
        export.header(),
        read=lambda session, last: export.read_chunk(session, filters, after=last),
        write=export.lines,
    )


def _selected_lines(opened: Database, scope: TenantScope, macs: Sequence[str]) -> Iterator[str]:
    yield BYTE_ORDER_MARK + export.header()
    with reading(opened, scope) as session:
        phones = read_phones(session, macs)
    yield export.lines(phones)
