"""What is done to alarms: asked where something has to be said with it, then done a few hundred at a time."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus

from flask import flash, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_appbuilder import BaseView
from flask_appbuilder.baseviews import expose
from flask_appbuilder.security.decorators import has_access, permission_name
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from app.errors import InvalidInputError, NotAllowedError
from app.models import Alarm
from app.models.alarm import MAX_REMARK
from app.rules.typed_times import read_time
from app.security.roles import ALARMS, DEEDS
from app.services.alarm_search import AlarmFilter, conditions_of
from app.services.alarms import deeds
from app.services.alarms.deeds import MOST_AT_ONCE, Deed, Order
from app.services.paging import count_of
from app.transaction import transaction
from app.views.alarm_filters import query_of, read_filter
from app.views.alarms import LIST
from app.views.authors import author
from app.views.list_arguments import LARGEST_ID, MOST_ROWS_OF_A_PAGE
from app.views.shell import may
from app.views.times import time_of_page, zone_of_page
from app.views.way_back import way_back
from app.views.web_session import db

_NAMED = 5
_TITLES = {
    Deed.ACKNOWLEDGE: "Acknowledge {}",
    Deed.UNACKNOWLEDGE: "Take the acknowledgement back of {}",
    Deed.SHELVE: "Shelve {}",
    Deed.UNSHELVE: "Take {} from the shelf",
    Deed.COMMENT: "Comment on {}",
    Deed.DELETE: "Delete {}",
}
_BUTTONS = {
    Deed.ACKNOWLEDGE: "Acknowledge",
    Deed.UNACKNOWLEDGE: "Take back",
    Deed.SHELVE: "Shelve",
    Deed.UNSHELVE: "Take from the shelf",
    Deed.COMMENT: "Add the comment",
    Deed.DELETE: "Delete",
}
_DONE = {
    Deed.ACKNOWLEDGE: "acknowledged",
    Deed.UNACKNOWLEDGE: "not acknowledged any more",
    Deed.SHELVE: "shelved",
    Deed.UNSHELVE: "taken from the shelf",
    Deed.COMMENT: "commented on",
    Deed.DELETE: "deleted; history keeps them",
}
PERIODS = {
    "1h": ("1 hour", timedelta(hours=1)),
    "4h": ("4 hours", timedelta(hours=4)),
    "1d": ("1 day", timedelta(days=1)),
    "7d": ("1 week", timedelta(days=7)),
    "30d": ("30 days", timedelta(days=30)),
}
_FOR_GOOD = {"": "Until it is cleared"}
_AT = {"at": "Until a time…"}


@dataclass(frozen=True, slots=True)
class Chosen:
    """The alarms that are meant: by their ids, or all up to one that match."""

    ids: Sequence[int]
    matching: AlarmFilter | None
    up_to: int

    def read_number(self, session: Session) -> int:
        """Count them."""
        conditions = conditions_of(self.matching) if self.matching else [Alarm.id.in_(self.ids)]
        return count_of(session, select(Alarm.id).where(*conditions, Alarm.id <= self.up_to), MOST_AT_ONCE)

    def read_first(self, session: Session) -> Sequence[Alarm]:
        """Read some of them, to name them."""
        conditions = conditions_of(self.matching) if self.matching else [Alarm.id.in_(self.ids)]
        first = select(Alarm).where(*conditions, Alarm.id <= self.up_to).order_by(Alarm.id.desc())
        return session.scalars(first.limit(_NAMED)).all()

    def chunks(self, session: Session) -> Iterator[Sequence[int]]:
        """Yield their ids, as many at a time as one transaction changes."""
        ids = self.ids
        if self.matching is not None:
            ids = deeds.find_matching(session, self.matching, up_to=self.up_to)
        for first in range(0, len(ids), deeds.CHUNK):
            yield ids[first : first + deeds.CHUNK]


class AlarmDeedView(BaseView):
    """Acknowledge, shelve, comment on and delete alarms."""

    class_permission_name = ALARMS
    route_base = "/alarms"
    default_view = "ask"
    base_permissions = list(DEEDS[ALARMS])

    @expose("/ask", methods=["POST"])
    @has_access
    @permission_name("list")
    def ask(self) -> ResponseReturnValue:
        """Show for how many alarms something would be done, and ask what is to be said with it."""
        return _form(_deed(), _chosen())

    @expose("/do", methods=["POST"])
    @has_access
    @permission_name("list")
    def do(self) -> ResponseReturnValue:
        """Do it, and go back to where it was asked."""
        deed, chosen = _deed(), _chosen()
        if chosen.matching is not None and "up_to" not in request.form:
            return _form(deed, chosen)  # nobody has said yes to so many
        now = time_of_page()
        try:
            order = Order(deed=deed, until=_until(now), note=request.form.get("note", "").strip())
            deeds.check(order, now=now)
        except InvalidInputError as error:
            return _form(deed, chosen, error)
        number = 0
        for ids in chosen.chunks(db.session()):
            with transaction(db.session()) as session:
                number += deeds.do(session, ids, order, author=author(), now=now)
        _tell(deed, number)
        return redirect(way_back(LIST))


def _tell(deed: Deed, number: int) -> None:
    if not number:
        flash("Nothing was changed: the alarms were like that already, or have ended meanwhile.", "info")
        return
    words = _DONE[deed].replace("them", "it") if number == 1 else _DONE[deed]
    flash(f"{number:,} alarm{' is' if number == 1 else 's are'} {words}.", "success")


def _deed() -> Deed:
    try:
        deed = Deed(request.values.get("deed", ""))
    except ValueError:
        raise InvalidInputError("This cannot be done with alarms.") from None
    if not may(deeds.NEEDS[deed], ALARMS):
        raise NotAllowedError("You do not have permission to modify this item.")
    return deed


def _chosen() -> Chosen:
    session = db.session()
    up_to = _whole(request.form.get("up_to", "")) or deeds.latest_id(session)
    if request.form.get("all") == "yes":
        return Chosen((), read_filter(request.form, is_history=False), up_to)
    numbers = (_whole(text) for text in request.values.getlist("id")[:MOST_ROWS_OF_A_PAGE])
    ids = sorted({number for number in numbers if number})
    if not ids:
        raise InvalidInputError("Choose an alarm first.")
    return Chosen(ids, None, max(ids))


def _whole(text: str) -> int:
    is_number = text.isascii() and text.isdecimal() and len(text) < 11 and int(text) <= LARGEST_ID
    return int(text) if is_number else 0


def _until(now: datetime) -> datetime | None:
    """Return the time that was chosen: so long from now, or one that was typed in the zone of the pages."""
    period = request.form.get("period", "")
    if period in PERIODS:
        return now + PERIODS[period][1]
    if period != "at":
        return None
    try:
        return read_time(request.form.get("until", ""), zone_of_page())
    except ValueError:
        raise InvalidInputError(by_field={"until": "Choose a day and a time."}) from None


def _form(deed: Deed, chosen: Chosen, error: InvalidInputError | None = None) -> ResponseReturnValue:
    session = db.session()
    number, first = chosen.read_number(session), chosen.read_first(session)
    periods = {name: words for name, (words, _) in PERIODS.items()}
    lasting = {**({} if deed is Deed.SHELVE else _FOR_GOOD), **periods, **_AT}
    page = render_template(
        "ringmaster/alarm_deed.html",
        title=_TITLES[deed].format(_counted(number)),
        deed=deed,
        button=_BUTTONS[deed],
        number=number,
        first=first,
        fields=_fields(chosen),
        periods=lasting if deed in (Deed.ACKNOWLEDGE, Deed.SHELVE) else {},
        typed=request.form if error else MultiDict(),
        problems=error.by_field if error else {},
        refused=str(error) if error and not error.by_field else "",
        most_characters=MAX_REMARK,
        zone=f"{time_of_page().astimezone(zone_of_page()):%Z}",
        back=way_back(LIST),
    )
    return make_response(page, HTTPStatus.BAD_REQUEST if error else HTTPStatus.OK)


def _fields(chosen: Chosen) -> list[tuple[str, str]]:
    if chosen.matching is None:
        return [("id", str(alarm_id)) for alarm_id in chosen.ids]
    return [("all", "yes"), ("up_to", str(chosen.up_to)), *query_of(chosen.matching).items()]


def _counted(number: int) -> str:
    many = f"more than {MOST_AT_ONCE:,}" if number > MOST_AT_ONCE else f"{number:,}"
    return "this alarm" if number == 1 else f"{many} alarms"
