"""What was recorded of alarms, played through drafts: it says what happened, and what would have (rules 3.5)."""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from app.database import Database
from app.errors import ConflictError, InvalidInputError
from app.models import Alarm, AlarmChange, Delivery, Destination, Simulation, SimulationAlarm, Tenant
from app.models.enums import AlarmDeed, DestinationKind, RuleKind, SimulationState, SourceKind
from app.scheduler.simulation_worker import SimulationWorker
from app.security.tenant_scope import ALL_TENANTS, only_tenants
from app.services.alarms import deeds
from app.services.alarms.deeds import Deed, Order
from app.services.author import Author
from app.services.rule_sets import drafts
from app.services.what_if import jobs, retention, standing
from app.services.what_if.alarms import recorded
from app.services.what_if.alarms.changes import Change
from app.services.what_if.alarms.recorded import Happening
from app.services.what_if.alarms.replay import Replay
from app.services.what_if.jobs import Wish
from app.transaction import reading, writing
from tests.factories import NOW
from tests.services.alarm_history import HOUR, History, found, simulate
from tests.services.rule_writing import ALICE, activate, add, changing, content, open_draft

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


def destination_ids(database: Database) -> dict[str, str]:
    with reading(database, ALL_TENANTS) as session:
        return {name: str(id_) for id_, name in session.execute(select(Destination.id, Destination.name))}


def write_rules_of_all_kinds(session: Session) -> None:
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


def let_much_happen(history: History) -> None:
    """An outage, a window, a phone that flaps, escalations, and somebody who acknowledges."""
    berlin, bonn, ulm = (
        history.phones(number, site) for number, site in ((20, "Berlin"), (4, "Bonn"), (4, "Ulm"))
    )
    history.do(write_rules_of_all_kinds)
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


def test_what_was_active_all_the_time_would_have_said_what_it_said(
    database: Database, history: History
) -> None:
    """The rules that were active and the same rules in a replay tell the same, alarm by alarm."""

    let_much_happen(history)
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


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
class TestDifferences:
    """Each kind of rules in a draft, and what differs by it."""

    def test_outage_instead_of_many_alarms(self, database: Database, history: History) -> None:
        macs = history.phones(8)
        history.do(lambda session: activate(session, RuleKind.ROUTE, ("", TRAPS)))
        history.fail(*macs[:6])
        history.wait(minutes=2)
        history.recover(*macs)
        history.wait(minutes=10)
        history.do(lambda session: add(session, open_draft(session, RuleKind.CORRELATE), "", OUTAGE))

        simulation, rows = simulate(database, as_of=history.now)
        traps = destination_ids(database)["Traps"]
        before, after = (simulation.totals[side] for side in ("before", "after"))
        assert (before["messages"], after["messages"]) == ({traps: 12}, {traps: 2})
        assert (after["outages"], after["correlated"], before["correlated"]) == (1, 6, 0)
        assert simulation.totals["changed"] == len(rows) == 7
        (outage,) = (row for row in rows if row.alarm_id is None)
        assert (outage.source, outage.after["phones"], outage.before["phones"]) == (
            "Tenant/emea/Site/Berlin",
            6,
            0,
        )
        assert Change(outage.flags) == Change.MORE | Change.OUTAGE
        assert {Change(row.flags) for row in rows if row.alarm_id} == {Change.FEWER | Change.OUTAGE}

    def test_suppression_flapping_steps_and_routes(self, database: Database, history: History) -> None:
        quiet, restless, other = history.phones(3)

        def write_drafts(session: Session) -> None:
            add(session, open_draft(session, RuleKind.SUPPRESS), f"mac in {quiet}", window(0, 600))
            add(session, open_draft(session, RuleKind.FLAP), "", {"changes": "3"})
            add(session, open_draft(session, RuleKind.ESCALATE), f"mac in {other}", STEPS)
            prevent = {"does": "prevent", "at_least": "info"}
            draft = open_draft(session, RuleKind.ROUTE)
            drafts.add(
                session,
                changing(draft),
                content(session, RuleKind.ROUTE, f"mac in {other}", prevent),
                position=1,
            )

        history.do(lambda session: activate(session, RuleKind.ROUTE, ("", TRAPS)))
        history.fail(quiet, restless, other)
        for _ in range(3):
            history.wait(minutes=1)
            history.recover(restless)
            history.wait(minutes=1)
            history.fail(restless)
        history.wait(minutes=60)
        history.recover(other)
        history.wait(minutes=1)
        history.do(write_drafts)

        simulation, rows = simulate(database, as_of=history.now)
        ids = destination_ids(database)
        found = {row.mac: row for row in rows}
        assert set(found) == {quiet, restless, other}
        assert Change(found[quiet].flags) == Change.FEWER | Change.SUPPRESSED
        assert found[quiet].after["told"] == {}
        assert Change(found[restless].flags) == Change.FEWER | Change.FLAPPING
        assert (found[restless].before["told"], found[restless].after["told"]) == (
            {ids["Traps"]: 3},
            {ids["Traps"]: 2},
        )
        assert Change(found[other].flags) == Change.OTHERS | Change.ESCALATED | Change.PREVENTED
        assert found[other].after["told"] == {ids["NOC"]: 2}
        titles = {
            title: (kind, before, after) for kind, title, before, after in simulation.totals["rules"].values()
        }
        assert titles[f'rule 1 "mac in {quiet}"'] == ("suppress", 0, 1)
        assert titles['rule 1 "everything"'][0] in ("flap", "route")

    def test_who_acknowledged_stops_the_clock_when_he_did(self, database: Database, history: History) -> None:
        (mac,) = history.phones(1)
        history.fail(mac)
        history.wait(minutes=10)
        history.do(
            lambda session: deeds.do(
                session, alarms_of(session, mac), Order(deed=Deed.ACKNOWLEDGE), author=ALICE, now=history.now
            )
        )
        history.wait(minutes=60)
        history.do(lambda session: add(session, open_draft(session, RuleKind.ESCALATE), "", STEPS))

        simulation, rows = simulate(database, as_of=history.now)
        assert (simulation.done, simulation.totals["after"]["steps"], rows) == (2, 0, [])

    def test_only_what_happens_in_the_days_counts_and_what_stood_before_is_known(
        self, database: Database, history: History
    ) -> None:
        (mac,) = history.phones(1)
        history.fail(mac)
        history.wait(hours=30)
        history.recover(mac)
        history.wait(minutes=1)
        history.do(
            lambda session: add(session, open_draft(session, RuleKind.ROUTE), "", {**ROUTE, "repeat": "4"})
        )

        simulation, (row,) = simulate(database, as_of=history.now)
        noc = destination_ids(database)["NOC"]
        assert simulation.total == 2
        assert simulation.totals["after"]["messages"] == {noc: 7}
        assert row.after["told"] == {noc: 7}

    def test_nothing_that_was_recorded_is_no_error(self, database: Database, history: History) -> None:
        history.do(lambda session: add(session, open_draft(session, RuleKind.ROUTE), "", ROUTE))
        simulation, rows = simulate(database, as_of=NOW + HOUR)
        assert (simulation.state, simulation.total, rows) == (SimulationState.DONE, 0, [])
        assert simulation.totals["after"]["messages"] == {}


class TestJob:
    """A simulation of alarms is worked on in the background, by one process after another where one is killed."""

    @pytest.fixture
    def macs(self, history: History) -> list[str]:
        macs = history.phones(5)
        for mac in macs:
            history.fail(mac)
            history.wait(seconds=5)
        history.do(lambda session: add(session, open_draft(session, RuleKind.ROUTE), "", TRAPS))
        history.wait(minutes=5)
        return macs

    def test_another_worker_begins_anew_where_one_was_killed(
        self, database: Database, history: History, macs: list[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(recorded, "PAGE", 2)
        simulation_id = begin(database, history)
        with writing(database, ALL_TENANTS) as session:
            long_ago = datetime.now(UTC) - 2 * jobs.LEASE
            held = jobs.claim(session, "killed", long_ago)
            assert held is not None
            simulation = jobs.hold(session, held, long_ago)
            replay = Replay(session, simulation)
            rows = [*replay.play(next(iter(replay.pages()))), *replay.end()]
            session.execute(insert(SimulationAlarm), rows)
            jobs.note(simulation, 2, 2, {}, replay.totals())
            assert rows
        assert SimulationWorker(database).work_off() == 1
        simulation, found_rows = found(database, simulation_id)
        assert (simulation.state, simulation.done, simulation.totals["changed"]) == (
            SimulationState.DONE,
            5,
            5,
        )
        assert [row.mac for row in found_rows] == macs

    def test_one_that_is_cancelled_ends_with_its_next_page(
        self, database: Database, history: History, macs: list[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        del macs
        monkeypatch.setattr(recorded, "PAGE", 1)
        simulation_id = begin(database, history)
        play = Replay.play

        def cancel_meanwhile(replay: Replay, page: Sequence[Happening]) -> list[dict[str, Any]]:
            with writing(database, ALL_TENANTS) as session:
                jobs.cancel(session, session.get_one(Simulation, simulation_id), history.now)
            return play(replay, page)

        monkeypatch.setattr(Replay, "play", cancel_meanwhile)
        assert SimulationWorker(database).work_off() == 1
        simulation, rows = found(database, simulation_id)
        assert (simulation.state, simulation.done, rows) == (SimulationState.CANCELLED, 0, [])
        with writing(database, ALL_TENANTS) as session, pytest.raises(ConflictError, match="has ended"):
            jobs.cancel(session, session.get_one(Simulation, simulation_id), history.now)

    def test_other_tenants_alarms_are_left_out(
        self, database: Database, history: History, macs: list[str]
    ) -> None:
        (other,) = history.phones(1, "Rome", "italy")
        history.fail(other)
        history.wait(minutes=5)
        with reading(database, ALL_TENANTS) as session:
            tenant_id = session.scalars(select(Tenant.id).where(Tenant.name == "italy")).one()
        simulation, rows = simulate(database, as_of=history.now)
        assert {row.mac for row in rows} == {*macs, other}
        narrowed, (row,) = simulate(database, as_of=history.now, tenant_id=tenant_id)
        assert (narrowed.total, row.mac) == (1, other)
        with writing(database, only_tenants([tenant_id])) as session:
            draft_id = simulation.drafts[0]["version_id"]
            wish = Wish(kind=RuleKind.ROUTE, draft_ids=[draft_id], as_of=history.now)
            own = jobs.start(session, wish, author=Author("olga", ""), now=history.now).id
        SimulationWorker(database).work_off()
        assert [row.mac for row in found(database, own)[1]] == [other]

    @pytest.mark.usefixtures("macs")
    def test_what_is_too_much_or_too_long_is_said_before(
        self, database: Database, history: History, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with pytest.raises(InvalidInputError, match="1 to 365 days"):
            simulate(database, as_of=history.now, days=366)
        monkeypatch.setattr(recorded, "MOST_PLAYED", 4)
        with pytest.raises(InvalidInputError, match="5 changes of alarms"):
            simulate(database, as_of=history.now)

    @pytest.mark.usefixtures("macs")
    def test_it_holds_until_rules_or_destinations_change(self, database: Database, history: History) -> None:
        simulation, _ = simulate(database, as_of=history.now)

        def outdated(session: Session) -> str:
            return standing.why_outdated(session, session.get_one(Simulation, simulation.id))

        with writing(database, ALL_TENANTS) as session:
            activate(session, RuleKind.PLACEMENT, ("", {"give": "approval"}))
            assert outdated(session) == ""
            session.execute(update(Destination).values(is_enabled=False))
            assert outdated(session) == "Tenants, sites or destinations have changed since."
            activate(session, RuleKind.FLAP, ("", {}))
            assert outdated(session) == "Other rules are active since."

    def test_its_alarms_go_with_it(self, database: Database, history: History, macs: list[str]) -> None:
        simulation, _ = simulate(database, as_of=history.now)
        with writing(database, ALL_TENANTS) as session:
            assert retention.drop_old(session, [simulation.id]) == 0
        with writing(database, ALL_TENANTS) as session:
            assert session.scalar(select(func.count()).select_from(SimulationAlarm)) == 0
            assert retention.drop_old(session, [simulation.id]) == 1
        assert len(macs) == simulation.totals["changed"]


def begin(database: Database, history: History) -> int:
    """Ask for a simulation of all drafts; nobody works on it."""
    with writing(database, ALL_TENANTS) as session:
        chosen = {draft.id for draft in jobs.drafts_to_choose(session, RuleKind.ROUTE)}
        wish = Wish(kind=RuleKind.ROUTE, draft_ids=chosen, as_of=history.now, days=1)
        return jobs.start(session, wish, author=ALICE, now=history.now).id
