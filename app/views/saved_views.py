"""How a person keeps Devices Status: columns and rows with the account, and views under names."""

from collections.abc import Callable, Mapping
from http import HTTPStatus
from urllib.parse import parse_qsl, urlencode

from flask import flash, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_appbuilder import BaseView
from flask_appbuilder.baseviews import expose
from flask_appbuilder.security.decorators import has_access, permission_name
from flask_login import current_user

from app.errors import InvalidInputError, RingmasterError
from app.models import SavedView
from app.models.saved_view import MAX_VIEW_NAME
from app.security.roles import DEVICES_STATUS
from app.services.devices_status import layouts, saved_views
from app.services.devices_status.filters import ROW_NUMBERS, TITLES
from app.services.devices_status.layouts import Layout
from app.transaction import transaction
from app.views.devices_status_address import COLUMNS, LIST, Wanted, read_wanted
from app.views.times import time_of_page
from app.views.way_back import way_back
from app.views.web_session import db

VIEWS = f"{LIST}views/"


class SavedViewsView(BaseView):
    """What belongs to the account of the one who is signed in, and to nobody else."""

    class_permission_name = DEVICES_STATUS
    route_base = "/devices-status"
    default_view = "views"

    @expose("/layout", methods=["POST"])
    @has_access
    @permission_name("list")
    def layout(self) -> ResponseReturnValue:
        """Keep the columns or the rows of a page that were chosen, and show the list with them."""
        with transaction(db.session()):
            layouts.keep(current_user, _chosen_layout(layouts.kept_by(current_user)))
        return redirect(_without_place(way_back(LIST)))

    @expose("/views/", methods=["GET", "POST"])
    @has_access
    @permission_name("list")
    def views(self) -> ResponseReturnValue:
        """Show the views of the person; a form saves what the list shows (``of``, its query) under a new name."""
        if request.method == "GET":
            return _page()
        name = request.form.get("name", "")
        try:
            with transaction(db.session()) as session:
                view = saved_views.add(session, current_user.id, name, _wanted().whole, now=time_of_page())
                query, name = view.query, view.name
        except RingmasterError as error:
            return _page(str(error))
        flash(f"Saved as “{name}”.", "success")
        return redirect(f"{LIST}?{query}")

    @expose("/views/<int:view_id>/<deed>", methods=["POST"])
    @has_access
    @permission_name("list")
    def change(self, view_id: int, deed: str) -> ResponseReturnValue:
        """Rename, overwrite or delete a view, or let the list begin with it."""
        change = _DEEDS.get(deed)
        if change is None:
            raise InvalidInputError("This cannot be done with a view.")
        try:
            with transaction(db.session()) as session:
                told = change(saved_views.get_view(session, current_user.id, view_id))
        except InvalidInputError as error:
            return _page(str(error))
        except RingmasterError as error:
            return _page(str(error), HTTPStatus.CONFLICT)
        flash(told, "success")
        return redirect(way_back(VIEWS))


def _chosen_layout(kept: Layout) -> Layout:
    form = request.form
    if "usual" in form:
        return Layout(rows=kept.rows)
    if "rows" in form:
        number = next((rows for rows in ROW_NUMBERS if str(rows) == form["rows"]), None)
        if number is None:
            raise InvalidInputError("Choose one of the numbers of rows that the page offers.")
        return Layout(kept.columns, number)
    return kept.with_columns(form.getlist("column"))


def _without_place(address: str) -> str:
    """Return the address of the list without what overrides the layout, and without a place that has moved."""
    path, _, query = address.partition("?")
    kept = [pair for pair in parse_qsl(query) if pair[0] not in (COLUMNS, "rows", "at")]
    return f"{path}?{urlencode(kept)}" if kept else path


def _rename(view: SavedView) -> str:
    before = view.name
    saved_views.rename(db.session(), view, request.form.get("name", ""), now=time_of_page())
    return f"“{before}” is “{view.name}” now."


def _overwrite(view: SavedView) -> str:
    saved_views.overwrite(view, _wanted().whole, now=time_of_page())
    return f"“{view.name}” shows what the list shows now."


def _delete(view: SavedView) -> str:
    db.session().delete(view)
    return f"“{view.name}” was deleted."


def _make_default(view: SavedView) -> str:
    saved_views.make_default(db.session(), current_user.id, view)
    return f"Devices Status begins with “{view.name}” now."


def _end_default(_view: SavedView) -> str:
    saved_views.make_default(db.session(), current_user.id, None)
    return "Devices Status begins with all phones now."


_DEEDS: Mapping[str, Callable[[SavedView], str]] = {
    "rename": _rename,
    "overwrite": _overwrite,
    "delete": _delete,
    "default": _make_default,
    "no-default": _end_default,
}


def _wanted() -> Wanted:
    """Return what the list showed that a person came from; without one the list as it begins."""
    return read_wanted(dict(parse_qsl(request.values.get("of", "")[:4_000])))


def _page(refused: str = "", status: HTTPStatus = HTTPStatus.BAD_REQUEST) -> ResponseReturnValue:
    try:
        wanted = _wanted()
    except InvalidInputError as error:
        refused, wanted = refused or str(error), read_wanted({})
    page = render_template(
        "ringmaster/saved_views.html",
        title="Views",
        wanted=wanted,
        of=wanted.whole,
        titles=TITLES,
        views=[(view, _said_by(view)) for view in saved_views.views_of(db.session(), current_user.id)],
        most_views=saved_views.MOST_VIEWS,
        most_characters=MAX_VIEW_NAME,
        typed=request.form.get("name", "") if refused else "",
        refused=refused,
    )
    return make_response(page, status if refused else HTTPStatus.OK)


def _said_by(view: SavedView) -> list[str]:
    """Return the filters of a view in words; what filters have become impossible is shown as it was saved."""
    said = dict(parse_qsl(view.query))
    return [f"{TITLES[name]}: {text}" for name, text in said.items() if name in TITLES]
