"""Alarms: `/alarms`, what happened to each, and what operators do with one or with many."""

from collections.abc import Iterator
from datetime import datetime
from functools import partial
from http import HTTPStatus
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from app.models import Alarm
from app.rest_api.calls import Answer, Call
from app.rest_api.keeping import get_row
from app.rest_api.listing import ItemPage, Listing, Order, RowId
from app.rest_api.resources.alarm_bodies import (
    AlarmItem,
    AlarmLine,
    AlarmsQuery,
    Changed,
    Remark,
    SeveralAlarms,
    Timeline,
    show,
)
from app.rest_api.routes import Right, Route
from app.rules.api_tokens import Kind
from app.security.roles import ALARMS
from app.services.alarm_search import AlarmFilter, conditions_of
from app.services.alarms import deeds, timeline
from app.services.alarms.deeds import Deed
from app.services.alarms.deeds import Order as DeedOrder

_BY_ID = Order(Alarm.id, lambda row: row.id, said_as=int)
_LISTING: Listing[Alarm] = Listing(
    {
        "last_raised_at": Order(
            Alarm.last_raised_at,
            lambda row: row.last_raised_at.isoformat(),
            lambda said: datetime.fromisoformat(str(said)),
        ),
        "id": _BY_ID,
    },
    _BY_ID,
)
_PLACES = (selectinload(Alarm.tenant), selectinload(Alarm.site))


def list_them(call: Call[AlarmsQuery, Any]) -> Answer:
    """Lists the alarms that the token sees."""
    query = call.query
    wanted = AlarmFilter(
        words=query.q,
        severity=query.severity,
        tenant_name=query.tenant,
        type_title=query.type,
        state=query.state,
        with_events=query.events,
        is_history=query.history,
    )
    statement = select(Alarm).where(*conditions_of(wanted)).options(*_PLACES)
    return Answer(_LISTING.page(call, statement, query.sort, show))


def read(call: Call[Any, Any]) -> Answer:
    """Shows an alarm, also one that has ended."""
    return Answer(show(_alarm(call, to_change=False)))


def read_timeline(call: Call[Any, Any]) -> Answer:
    """Shows what happened to an alarm, by whom or which rule."""
    alarm = _alarm(call, to_change=False)
    lines = timeline.read(call.session, alarm.id)
    return Answer(
        Timeline(
            items=[
                AlarmLine(
                    at=line.at, deed=line.deed, old=line.old, new=line.new, actor=line.actor, note=line.note
                )
                for line in lines
            ]
        )
    )


def do(deed: Deed, call: Call[Any, Remark]) -> Answer:
    """Does it to one alarm, and shows it as it is then."""
    alarm = _alarm(call, to_change=True)
    call.check_may_change(show(alarm))
    _do(call, [alarm.id], deed, call.body)
    call.session.refresh(alarm)
    return Answer(show(alarm))


def do_to_several(deed: Deed, call: Call[Any, SeveralAlarms]) -> Answer:
    """Does it to those of these alarms that the token sees and that it changes."""
    return Answer(Changed(changed=_do(call, call.body.ids, deed, call.body)))


def delete(call: Call[Any, Any]) -> Answer:
    """Ends an alarm, as Delete does on the page; history keeps it."""
    alarm = _alarm(call, to_change=True)
    call.check_may_change(show(alarm))
    _do(call, [alarm.id], Deed.DELETE, Remark())
    return Answer(status=HTTPStatus.NO_CONTENT)


def _alarm(call: Call[Any, Any], *, to_change: bool) -> Alarm:
    wanted = select(Alarm).where(Alarm.id == call.place["alarm_id"]).options(*_PLACES)
    return get_row(call.session, wanted, "alarm", to_change=to_change)


def _do(call: Call[Any, Any], ids: list[int], deed: Deed, said: Remark) -> int:
    order = DeedOrder(deed=deed, until=said.until, note=said.note.strip())
    return deeds.do(call.session, ids, order, author=call.author, now=call.now)


def _right(*allowed: str) -> Right:
    return Right(kind=Kind.ALARMS, page=ALARMS, deeds=allowed)


def _routes_of(deed: Deed) -> Iterator[Route]:
    """Yield the routes by which a deed is done to one alarm and to several."""
    right = _right("can_list", deeds.NEEDS[deed])
    words = {Deed.UNACKNOWLEDGE: "Take back the acknowledgement of", Deed.UNSHELVE: "Take from the shelf"}
    summary = words.get(deed, "Comment on" if deed is Deed.COMMENT else deed.capitalize())
    if deed is not Deed.DELETE:
        yield Route(
            method="POST", path=f"/alarms/{{alarm_id}}/{deed}", does=partial(do, deed), name=f"{deed}_alarm",
            summary=f"{summary} an alarm", right=right, place=_ONE, body=Remark, answers=AlarmItem,
        )  # fmt: skip
    yield Route(
        method="POST", path=f"/alarms/{deed}", does=partial(do_to_several, deed), name=f"{deed}_alarms",
        summary=f"{summary} several alarms", right=right, body=SeveralAlarms, answers=Changed,
    )  # fmt: skip


_ONE: dict[str, Any] = {"alarm_id": RowId}

ROUTES = (
    Route(
        method="GET", path="/alarms", does=list_them, name="list_alarms", summary="List alarms",
        right=_right("can_list"), query=AlarmsQuery, answers=ItemPage[AlarmItem],
    ),
    Route(
        method="GET", path="/alarms/{alarm_id}", does=read, name="show_alarm", summary="Show an alarm",
        right=_right("can_show"), place=_ONE, answers=AlarmItem,
    ),
    Route(
        method="GET", path="/alarms/{alarm_id}/timeline", does=read_timeline, name="show_alarm_timeline",
        summary="Show what happened to an alarm", right=_right("can_show"), place=_ONE, answers=Timeline,
    ),
    Route(
        method="DELETE", path="/alarms/{alarm_id}", does=delete, name="delete_alarm", summary="End an alarm",
        right=_right("can_list", deeds.NEEDS[Deed.DELETE]), place=_ONE, status=HTTPStatus.NO_CONTENT,
    ),
    *(route for deed in Deed for route in _routes_of(deed)),
)  # fmt: skip
