"""What a simulation has found: `/simulations/{id}/phones` or `…/alarms`, each that something changes for."""

from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Any, Literal

from msgspec import Meta, Struct, convert

from app.models import Simulation, SimulationAlarm, SimulationRow
from app.models.enums import Stage
from app.rest_api.calls import Answer, Call
from app.rest_api.listing import ItemPage, Listing, ListQuery, Order, Words
from app.rest_api.problems import RefusedError
from app.rest_api.resources.simulations import ONE, PATH, right, simulation_of
from app.rest_api.routes import Route
from app.rules.zero_touch.changes import Change, Wait
from app.services.rule_sets.names import read_names
from app.services.what_if import rows, standing
from app.services.what_if.alarms import rows as alarm_rows
from app.services.what_if.alarms.changes import Change as AlarmChange

PhoneChange = Literal["tenant", "template", "firmware", "downgrade", "held", "restart"]
WhatOfAlarm = Literal[
    "more", "fewer", "others", "suppressed", "outage", "flapping", "escalated", "prevented", "rule"
]
Rule = Annotated[str, Meta(max_length=40, description="The key of a rule that decides by one side.")]


class PhoneSide(Struct, kw_only=True):
    """What a phone gets by one side, and by which rule in each stage. It keeps its template where there is none (null),
    and its firmware likewise; `waits` says what a phone like it would wait for if it came new."""

    tenant: str
    site: str
    template: str | None
    firmware: str | None
    waits: list[Wait]
    rules: dict[Stage, str]


class ChangedPhone(Struct, kw_only=True):
    """A phone for which something changes: `before` by the active rules, `after` by the drafts."""

    mac: str
    changes: list[str]
    before: PhoneSide
    after: PhoneSide


class AlarmSide(Struct, kw_only=True):
    """What one side makes of an alarm: in words, how many messages tell of it, and by which rules."""

    words: list[str]
    messages: int
    rules: list[str]


class ChangedAlarm(Struct, kw_only=True):
    """An alarm of which something else is made; `alarm_id` is null of an outage that only the simulation found."""

    alarm_id: int | None
    at: datetime
    name: str
    source: str
    mac: str
    changes: list[str]
    before: AlarmSide
    after: AlarmSide


class ChangedPhonesQuery(ListQuery, kw_only=True, forbid_unknown_fields=True, frozen=True):
    """Which phones are listed, in the order in which they became devices."""

    change: PhoneChange | None = None
    rule: Rule = ""
    mac: Annotated[Words, Meta(description="A part of the MAC address.")] = ""


class ChangedAlarmsQuery(ListQuery, kw_only=True, forbid_unknown_fields=True, frozen=True):
    """Which alarms are listed, in the order in which they were over."""

    change: WhatOfAlarm | None = None
    rule: Rule = ""
    q: Annotated[Words, Meta(description="A part of the name, the source or the MAC address.")] = ""


_BY_DEVICE = Order(SimulationRow.device_id, lambda row: row.device_id, said_as=int)
_PHONES: Listing[SimulationRow] = Listing({"device": _BY_DEVICE}, _BY_DEVICE)
_BY_NUMBER = Order(SimulationAlarm.number, lambda row: row.number, said_as=int)
_ALARMS: Listing[SimulationAlarm] = Listing({"number": _BY_NUMBER}, _BY_NUMBER)


def list_phones(call: Call[ChangedPhonesQuery, Any]) -> Answer:
    """Lists the phones for which something changes, as far as a simulation is."""
    query, simulation = call.query, _simulation(call, is_of_alarms=False)
    change = Change[query.change.upper()] if query.change else None
    wanted = rows.matching(call.session, simulation, flag=change, rule=query.rule, words=query.mac)
    names, titles = read_names(call.session), simulation.totals.get("titles", {})

    def shown(row: SimulationRow) -> ChangedPhone:
        before, after = (
            convert(side, PhoneSide, from_attributes=True) for side in rows.given(row, names, titles)
        )
        return ChangedPhone(mac=row.mac, changes=_names(Change(row.flags)), before=before, after=after)

    return Answer(_PHONES.page(call, wanted, "device", shown))


def list_alarms(call: Call[ChangedAlarmsQuery, Any]) -> Answer:
    """Lists the alarms of which the drafts would have made something else, as far as a simulation is."""
    query, simulation = call.query, _simulation(call, is_of_alarms=True)
    change = AlarmChange[query.change.upper()] if query.change else None
    wanted = alarm_rows.matching(call.session, simulation, flag=change, rule=query.rule, words=query.q)
    destinations, titles = alarm_rows.destinations(call.session), simulation.totals.get("rules", {})

    def shown(row: SimulationAlarm) -> ChangedAlarm:
        (alarm,) = alarm_rows.shown([row], destinations, titles)
        return ChangedAlarm(
            alarm_id=alarm.alarm_id,
            at=alarm.at,
            name=alarm.name,
            source=alarm.source,
            mac=alarm.mac,
            changes=_names(AlarmChange(row.flags)),
            before=convert(alarm.before, AlarmSide, from_attributes=True),
            after=convert(alarm.after, AlarmSide, from_attributes=True),
        )

    return Answer(_ALARMS.page(call, wanted, "number", shown))


def _simulation(call: Call[Any, Any], *, is_of_alarms: bool) -> Simulation:
    simulation = simulation_of(call, to_change=False)
    if standing.is_of_alarms(simulation) is not is_of_alarms:
        asked = "rules for alarms" if not is_of_alarms else "rules about phones"
        raise RefusedError(HTTPStatus.NOT_FOUND, f"This simulation is one of {asked}.")
    return simulation


def _names(changes: Change | AlarmChange) -> list[str]:
    return [str(change.name).lower() for change in type(changes) if change in changes]


ROUTES = (
    Route(
        method="GET", path=f"{PATH}/phones", does=list_phones, name="list_simulation_phones",
        summary="List the phones that drafts change something for", right=right("can_list"), place=ONE,
        query=ChangedPhonesQuery, answers=ItemPage[ChangedPhone],
    ),
    Route(
        method="GET", path=f"{PATH}/alarms", does=list_alarms, name="list_simulation_alarms",
        summary="List the alarms that drafts change something for", right=right("can_list"), place=ONE,
        query=ChangedAlarmsQuery, answers=ItemPage[ChangedAlarm],
    ),
)  # fmt: skip
