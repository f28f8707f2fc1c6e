"""The long lists of one phone: its history, what was asked of it and what it fetched, each on a page of its own."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from http import HTTPStatus
from typing import Any, TypeVar

from flask import Response, abort, render_template, request
from flask.typing import ResponseReturnValue
from flask_appbuilder import BaseView
from flask_appbuilder.baseviews import expose
from flask_appbuilder.security.decorators import has_access, permission_name
from sqlalchemy.orm import Session

from app.errors import InvalidInputError
from app.models import FileFetch
from app.rules.mac_addresses import find_mac
from app.security.roles import DEVICE
from app.security.tenant_scope import scope_of
from app.services.devices_status.details import Details, get_details
from app.services.fetches import reading as fetch_reading
from app.services.operations import of_phone
from app.services.phone_history import reading as history_reading
from app.services.phone_history.reading import Group, Line
from app.views import csv_files, device_parts, fresh_parts
from app.views.list_arguments import LARGEST_ID, one_of, word_of
from app.views.web_session import database, db

PAGE = 100
_TITLES = {"history": "History", "operations": "Operations", "provisioning": "Provisioning log"}
Row = TypeVar("Row")


class DeviceListView(BaseView):
    """What became of one phone, in full."""

    class_permission_name = DEVICE
    route_base = "/devices"

    @expose("/<mac>/live")
    @has_access
    @permission_name("show")
    def live(self, mac: str) -> ResponseReturnValue:
        """Return what of the phone's page changes by itself, or 304 where nothing has since it was asked for."""
        return fresh_parts.answer(
            "ringmaster/device_live.html", lambda: device_parts.read_parts(db.session(), _details(mac))
        )

    @expose("/<mac>/history/")
    @has_access
    @permission_name("show")
    def history(self, mac: str) -> str:
        """Show what changed about the phone, the newest first."""
        details, group = _details(mac), word_of(request.args, "kind", Group)
        lines = history_reading.read(
            db.session(), details.macs, group=group, before=_number("before"), most=PAGE + 1
        )
        days = device_parts.days_of(lines[:PAGE])
        return _page("history", details, lines, lambda line: line.id, days=days, group=group)

    @expose("/<mac>/operations/")
    @has_access
    @permission_name("show")
    def operations(self, mac: str) -> str:
        """Show what was asked of the phone, the newest first."""
        details = _details(mac)
        targets = of_phone.read(db.session(), details.macs, before=_number("before"), most=PAGE + 1)
        asked = device_parts.in_words(targets)
        return _page("operations", details, asked, lambda last: last.target.operation_id)

    @expose("/<mac>/provisioning/")
    @has_access
    @permission_name("show")
    def provisioning(self, mac: str) -> str:
        """Show what the phone fetched, the latest first, and why it was refused."""
        details, is_refused = _details(mac), one_of(request.args, "answer", ("refused",)) == "refused"
        found = fetch_reading.read(
            db.session(), details.macs, is_refused=is_refused, before=_last_fetch(), most=PAGE + 1
        )
        return _page(
            "provisioning",
            details,
            found,
            lambda last: f"{last.last_at.isoformat()}_{last.key}",
            is_refused=is_refused,
        )

    @expose("/<mac>/history.csv")
    @has_access
    @permission_name("export")
    def history_csv(self, mac: str) -> Response:
        """Send the whole history, or what was chosen of it, as CSV."""
        details, group = _details(mac), word_of(request.args, "kind", Group)

        def read(session: Session, last: Line | None) -> Sequence[Line]:
            before, most = last.id if last else 0, history_reading.CHUNK_ROWS
            return history_reading.read(session, details.macs, group=group, before=before, most=most)

        lines = _lines(history_reading.csv_header(), read, history_reading.csv_lines)
        return _csv(lines, f"{details.mac}-history.csv")

    @expose("/<mac>/provisioning.csv")
    @has_access
    @permission_name("export")
    def provisioning_csv(self, mac: str) -> Response:
        """Send the whole provisioning log, or what was refused, as CSV."""
        details, is_refused = _details(mac), one_of(request.args, "answer", ("refused",)) == "refused"

        def read(session: Session, last: FileFetch | None) -> Sequence[FileFetch]:
            before, most = (last.last_at, last.key) if last else None, fetch_reading.CHUNK_ROWS
            return fetch_reading.read(session, details.macs, is_refused=is_refused, before=before, most=most)

        lines = _lines(fetch_reading.csv_header(), read, fetch_reading.csv_lines)
        return _csv(lines, f"{details.mac}-provisioning.csv")


def _page(
    name: str, details: Details, rows: Sequence[Row], place_of: Callable[[Row], int | str], **more: Any
) -> str:
    """Render a page of a list; one row more than it shows says that there is a next page, from the last on."""
    shown = rows[:PAGE]
    return render_template(
        f"ringmaster/device_{name}_list.html",
        title=_TITLES[name],
        details=details,
        phone=details.phone,
        rows=shown,
        has_more=len(rows) > PAGE,
        next_place=place_of(shown[-1]) if shown else "",
        **more,
        **device_parts.words(),
    )


def _details(mac: str) -> Details:
    return get_details(db.session(), find_mac(mac) or abort(HTTPStatus.NOT_FOUND))


def _number(name: str) -> int:
    text = request.args.get(name, "") or "0"
    if not (text.isascii() and text.isdecimal() and len(text) < 11 and int(text) <= LARGEST_ID):
        raise InvalidInputError(f"'{name}' is a whole number up to {LARGEST_ID}.")
    return int(text)


def _last_fetch() -> tuple[datetime, str] | None:
    """Return time and key of the last row of the page before, as the link to the next page has them."""
    text = request.args.get("before", "")
    if not text:
        return None
    at, _, key = text.partition("_")
    try:
        last_at = datetime.fromisoformat(at)
    except ValueError:
        raise InvalidInputError("'before' is a place in this list: go back to its first page.") from None
    if last_at.tzinfo is None:
        raise InvalidInputError("'before' is a place in this list: go back to its first page.")
    return last_at, key[:16]


def _lines(
    header: str,
    read: Callable[[Session, Row | None], Sequence[Row]],
    write: Callable[[Sequence[Row]], str],
) -> Iterator[str]:
    return csv_files.in_chunks(database(), scope_of(db.session()), header, read=read, write=write)


def _csv(lines: Iterator[str], name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(lines, mimetype="text/csv", headers=headers)
