"""What was recorded of alarms, played through drafts: it says what happened, and what would have (rules 3.5)."""

from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.database import Database
from app.models import Alarm, AlarmChange, Delivery, Destination, RuleSetVersion
from app.models.enums import AlarmDeed, DestinationKind, RuleKind, SimulationState, SourceKind
from app.security.tenant_scope import ALL_TENANTS
from app.services.alarms import deeds
from app.services.alarms.deeds import Deed, Order
from app.services.rule_sets import drafts
from app.services.rule_sets import reading as reading_rules
from app.transaction import reading
from tests.factories import NOW
from tests.services.alarm_history import History, simulate
from tests.services.rule_writing import ALICE, activate, changing, open_draft

ROUTE = {"does": "forward", "at_least": "info", "destinations": "NOC", "group_by": "site"}
TRAPS = {**ROUTE, "destinations": "Traps", "continues": "yes"}
STEPS = {
    "step1_after": "15",
    "step1_severity": "",
    "step1_destinations": "NOC",
    **{f"step{number}_severity": "" for number in (2, 3, 4)},
    "stops_on_acknowledge": "yes",
    "cancels": "yes",
}
OUTAGE = {"by": "site", "severity": "critical", "percent": "25", "phones": "20", "ends_after": "5"}


def window(begins: int, ends: int) -> dict[str, str]:
    at = [(NOW + timedelta(minutes=each)).isoformat() for each in (begins, ends)]
    return {"when": "once", "begins": at[0], "ends": at[1], "stops_clock": "yes"}


def add_destinations(session: Session) -> None:
    for name, kind in (("NOC", DestinationKind.MAIL), ("Traps", DestinationKind.SYSLOG)):
        session.add(Destination(name=name, kind=kind, settings={}, rate_per_minute=60, created_at=NOW))
    session.flush()


@pytest.fixture
def history(database: Database) -> History:
    """A history with two destinations, in which nothing has happened."""
    history = History(database)
    history.do(add_destinations)
    return history


def remove_rules(session: Session, kind: RuleKind) -> RuleSetVersion:
    """Return a draft without the rules that are active."""
    draft = open_draft(session, kind)
    for row in reading_rules.rows_of(session, draft.id):
        drafts.remove(session, changing(draft), row.key)
    return draft


def destination_ids(database: Database) -> dict[str, str]:
    with reading(database, ALL_TENANTS) as session:
        return {name: str(id_) for id_, name in session.execute(select(Destination.id, Destination.name))}


def test_what_was_active_all_the_time_would_have_said_what_it_said(
    database: Database, history: History
) -> None:
    """The rules that were active and the same rules in a replay tell the same, alarm by alarm."""

    def write_rules(session: Session) -> None:
        activate(session, RuleKind.FLAP, ("", {"changes": "4"}))
        activate(session, RuleKind.SUPPRESS, ("site = Bonn", window(0, 20)))
        activate(session, RuleKind.CORRELATE, ("", OUTAGE))
        activate(session, RuleKind.ESCALATE, ("site != Berlin", STEPS))
        activate(
            session,
            RuleKind.ROUTE,
            ("", TRAPS),
            ("site = Ulm", {"does": "prevent", "at_least": "info"}),
            ("", ROUTE),
        )

    berlin, bonn, ulm = (
        history.phones(number, site) for number, site in ((20, "Berlin"), (4, "Bonn"), (4, "Ulm"))
    )
    history.do(write_rules)
    history.fail(*berlin[:3], bonn[0], ulm[0])
    history.wait(seconds=20)
    history.fail(*berlin[3:9])
    history.wait(minutes=2)
    for _ in range(4):
        history.recover(ulm[1])
        history.wait(seconds=30)
        history.fail(ulm[1])
        history.wait(seconds=30)
    history.fail(berlin[10], ulm[2])
    history.wait(minutes=4)
    history.recover(*berlin[:8])
    history.wait(minutes=22)
    order = Order(deed=Deed.ACKNOWLEDGE)
    history.do(
        lambda session: deeds.do(session, alarms_of(session, ulm[2]), order, author=ALICE, now=history.now)
    )
    history.wait(minutes=1)
    history.recover(bonn[0], ulm[0], ulm[1], ulm[2])
    history.wait(minutes=30)
    history.do(lambda session: open_draft(session, RuleKind.ROUTE))

    simulation, rows = simulate(database, as_of=history.now)
    assert (simulation.state, simulation.error, rows) == (SimulationState.DONE, "", [])
    before, after = (simulation.totals[side] for side in ("before", "after"))
    assert before == after
    with reading(database, ALL_TENANTS) as session:
        sent = Counter(str(each) for each in session.scalars(select(Delivery.destination_id)))
        happened = Counter(session.scalars(select(AlarmChange.deed)))
        outages = session.scalar(select(func.count()).where(Alarm.source_kind == SourceKind.GROUP))
    assert before["messages"] == sent
    assert before["steps"] == happened[AlarmDeed.ESCALATE] > 0
    assert before["flapping"] == happened[AlarmDeed.FLAP] == 1
    assert before["suppressed"] == happened[AlarmDeed.SUPPRESS] == 1
    assert before["correlated"] == happened[AlarmDeed.JOIN] == 10
    assert before["outages"] == outages == 1
    assert before["prevented"] > 0


def alarms_of(session: Session, mac: str) -> list[int]:
    return list(session.scalars(select(Alarm.id).where(Alarm.mac == mac)))
