"""What drafts would change for the phones there are, from the question to the answer, and what becomes of it."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TypeVar

import pytest
from sqlalchemy import func, insert, select, true, update
from sqlalchemy.orm import Session

from app.database import Database
from app.errors import ConflictError, InvalidInputError, NotFoundError
from app.models import Device, DevicePin, Firmware, Placeholder, RuleSetVersion, Simulation, SimulationRow
from app.models.enums import Layer, RuleKind, SimulationState, Stage
from app.rules.zero_touch.changes import Change, Outcome, Wait
from app.scheduler.simulation_worker import SimulationWorker
from app.security.tenant_scope import ALL_TENANTS, only_tenants
from app.services.author import Author
from app.services.config_files.sources import Sources
from app.services.rule_sets import drafts
from app.services.rule_sets import reading as reading_rules
from app.services.rule_sets.active import DraftedRules
from app.services.what_if import comparing, jobs, retention, standing
from app.services.what_if.comparing import Comparison
from app.services.what_if.jobs import Wish
from app.services.what_if.tally import gaps_in, rules_in, waits_in
from app.services.zero_touch import anew
from app.services.zero_touch.facts import Surroundings
from app.services.zero_touch.fleet import DecidesFleet
from app.transaction import reading, writing
from tests import factories
from tests.services.rule_writing import ALICE, activate, add, changing, open_draft

T = TypeVar("T")
SALES = "user ~ sales-*"


def written(database: Database, deed: Callable[[Session], T]) -> T:
    with writing(database, ALL_TENANTS) as session:
        return deed(session)


def make_fleet(session: Session, *users: str) -> list[int]:
    """Add a registered device of Acme for each name, and return the ids."""
    tenant = factories.make_tenant(session, "Acme", subnet="10.1.0.0/16")
    ids = []
    for number, user in enumerate(users):
        device = factories.make_device(session, tenant=tenant)
        factories.make_status(
            session,
            device=device,
            user_name=user,
            firmware_version="UC_3.4.6.604",
            ip=f"10.1.0.{number + 1}",
            external_ip=f"10.1.0.{number + 1}",
        )
        ids.append(device.id)
    return ids


def add_firmware(session: Session, name: str, version: str) -> Firmware:
    firmware = Firmware(
        name=name, name_key=name, version=version, sha256="0" * 64, size=1, uploaded_at=factories.NOW
    )
    session.add(firmware)
    session.flush()
    return firmware


def first_rule_of(session: Session, version: RuleSetVersion) -> str:
    return reading_rules.rows_of(session, version.id)[0].key


def simulate(database: Database, **wish: object) -> int:
    """Ask for a simulation of all drafts and let it be worked off; return its id."""

    def start(session: Session) -> int:
        chosen = {draft.id for draft in jobs.drafts_to_choose(session, RuleKind.TEMPLATE)}
        asked = Wish(**{"kind": RuleKind.TEMPLATE, "draft_ids": chosen, **wish})
        return jobs.start(session, asked, author=ALICE, now=datetime.now(UTC)).id

    simulation_id = written(database, start)
    SimulationWorker(database).work_off()
    return simulation_id


def found(database: Database, simulation_id: int) -> tuple[Simulation, list[SimulationRow]]:
    with reading(database, ALL_TENANTS) as session:
        rows = select(SimulationRow).where(SimulationRow.simulation_id == simulation_id)
        return session.get_one(Simulation, simulation_id), list(session.scalars(rows))


def test_drafts_are_compared_with_what_is_active_phone_by_phone(database: Database) -> None:
    def prepare(session: Session) -> tuple[list[int], str]:
        ids = make_fleet(session, "sales-1", "sales-2", "lab-1")
        session.add(
            DevicePin(
                device_id=ids[1], stage=Stage.TEMPLATE, pinned_at=factories.NOW, pinned_by="anna",
                tenant_id=session.get_one(Device, ids[1]).tenant_id,
            )
        )  # fmt: skip
        old = add_firmware(session, "old.img", "UC_3.0.0.1")
        activate(session, RuleKind.FIRMWARE, ("user ~ lab-*", {"give": "firmware", "firmware": old.name}))
        draft = open_draft(session, RuleKind.TEMPLATE)
        rule = add(session, draft, SALES, {"give": "wait"})
        others = open_draft(session, RuleKind.FIRMWARE)
        drafts.remove(session, changing(others), first_rule_of(session, others))
        add(session, others, SALES, {"give": "firmware", "firmware": old.name})
        return ids, rule.key

    ids, key = written(database, prepare)
    simulation, rows = found(database, simulate(database))

    assert (simulation.state, simulation.done, simulation.total) == (SimulationState.DONE, 3, 3)
    by_device = {row.device_id: row for row in rows}
    first, pinned, lab = (by_device[each] for each in ids)
    assert (
        Change(first.flags)
        == Change.TEMPLATE | Change.FIRMWARE | Change.DOWNGRADE | Change.HELD | Change.RESTART
    )
    after = Outcome.from_json(first.after)
    assert (after.gets.template_id, after.waits, after.rules[Stage.TEMPLATE]) == (None, (Wait.TEMPLATE,), key)
    assert f" {key} " in first.rules
    assert Change(pinned.flags) == Change.FIRMWARE | Change.DOWNGRADE | Change.RESTART
    assert Outcome.from_json(pinned.after).rules[Stage.TEMPLATE] == "template.pinned"
    assert Change(lab.flags) == Change.FIRMWARE
    assert simulation.totals["changed"] == 3
    assert simulation.totals["flags"]["FIRMWARE"] == 3
    rules = {title: (gained, lost) for _, _, title, gained, lost in rules_in(simulation.totals)}
    assert rules['Rule 1 "user ~ sales-*"'] == (1, 0) or rules['Rule 1 "user ~ sales-*"'] == (2, 0)
    assert rules['Rule 1 "user ~ lab-*"'] == (0, 1)
    assert waits_in(simulation.totals) == [(Wait.TEMPLATE, 0, 1)]
    assert gaps_in(simulation.totals) == [(rows[0].tenant_id, "430HD", True, 3)]


@pytest.mark.parametrize("kind", [RuleKind.PLACEMENT, RuleKind.TEMPLATE, RuleKind.FIRMWARE])
def test_what_is_taken_from_the_other_side_is_what_would_be_decided(
    database: Database, kind: RuleKind
) -> None:
    """A draft of one stage changes what follows; what it leaves alone is not asked again."""
    gives = {
        RuleKind.PLACEMENT: {"give": "tenant", "tenant": "Globex"},
        RuleKind.TEMPLATE: {"give": "wait"},
        RuleKind.FIRMWARE: {"give": "firmware", "firmware": "old.img"},
    }

    def prepare(session: Session) -> None:
        make_fleet(session, "sales-1", "lab-1", "")
        factories.make_tenant(session, "Globex")
        add_firmware(session, "old.img", "UC_3.0.0.1")
        activate(session, RuleKind.PLACEMENT, ("user ~ lab-*", {"give": "approval"}))
        activate(session, RuleKind.TEMPLATE, ("tenant = Globex", {"give": "wait"}))
        add(session, open_draft(session, kind), SALES, gives[kind])

    written(database, prepare)
    with reading(database, ALL_TENANTS) as session:
        sources = Sources(session)
        before, after = (
            DecidesFleet(Surroundings(session, rules), sources, factories.NOW)
            for rules in (None, DraftedRules(session))
        )
        asked = [before.see(phone) for phone in anew.read_phones(session, true(), factories.NOW)]
        taken = [after.decide(each, like=before.decide(each)) for each in asked]
        alone = [after.decide(each) for each in asked]
        assert [one.outcome for one in taken] == [one.outcome for one in alone]
        assert [one.steps for one in taken] == [one.steps for one in alone]
        assert [one.outcome != before.decide(each).outcome for one, each in zip(taken, asked, strict=True)] == [
            True, False, False,
        ]  # fmt: skip


def test_another_worker_goes_on_where_one_was_killed(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def prepare(session: Session) -> None:
        make_fleet(session, "sales-1", "lab-1", "sales-2")
        add(session, open_draft(session, RuleKind.TEMPLATE), SALES, {"give": "wait"})

    written(database, prepare)
    monkeypatch.setattr(comparing, "CHUNK", 1)
    simulation_id = written(database, lambda session: start(session).id)

    def begin(session: Session) -> None:
        """Do what a worker does until it is killed after its first phone."""
        held = jobs.claim(session, "killed", datetime.now(UTC) - 2 * jobs.LEASE)
        assert held is not None
        simulation = jobs.hold(session, held, datetime.now(UTC) - 2 * jobs.LEASE)
        comparison = Comparison(session, simulation)
        phones = comparison.read(0)
        session.execute(insert(SimulationRow), comparison.compare(phones))
        fleet = standing.world_as_json(session, simulation)
        jobs.note(simulation, phones[-1].id, len(phones), fleet, comparison.tally.as_json())

    written(database, begin)
    assert SimulationWorker(database).work_off() == 1

    simulation, rows = found(database, simulation_id)
    assert (simulation.state, simulation.done, len(rows)) == (SimulationState.DONE, 3, 2)
    assert simulation.totals["changed"] == 2
    assert [gained for _, _, _, gained, lost in rules_in(simulation.totals) if not lost] == [2]


def start(session: Session) -> Simulation:
    chosen = {draft.id for draft in jobs.drafts_to_choose(session, RuleKind.TEMPLATE)}
    return jobs.start(
        session, Wish(kind=RuleKind.TEMPLATE, draft_ids=chosen), author=ALICE, now=datetime.now(UTC)
    )


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
class TestStanding:
    """A simulation says when what it tells of has changed."""

    @pytest.fixture
    def draft_id(self, database: Database) -> int:
        def prepare(session: Session) -> int:
            make_fleet(session, "sales-1")
            draft = open_draft(session, RuleKind.TEMPLATE)
            add(session, draft, SALES, {"give": "wait"})
            return draft.id

        return written(database, prepare)

    def test_it_fits_its_draft_until_something_changes(self, database: Database, draft_id: int) -> None:
        simulation_id = simulate(database)

        def check(session: Session) -> None:
            draft = session.get_one(RuleSetVersion, draft_id)
            jobs.check_fits(session, session.get_one(Simulation, simulation_id), draft)

        written(database, check)
        written(database, factories.make_device)
        with pytest.raises(ConflictError, match="Phones, pins"):
            written(database, check)

    def test_changed_draft_and_other_active_rules_are_told(self, database: Database, draft_id: int) -> None:
        simulation_id = simulate(database)

        def outdated(session: Session) -> str:
            return standing.why_outdated(session, session.get_one(Simulation, simulation_id))

        written(database, lambda session: activate(session, RuleKind.FIRMWARE, ("", {"give": "keep"})))
        assert written(database, outdated) == "Other rules are active since."
        draft = written(database, lambda session: session.get_one(RuleSetVersion, draft_id))
        written(database, lambda session: add(session, draft, "model = 405", {"give": "wait"}))
        assert written(database, outdated).startswith("The draft has changed since")

    def test_changed_value_of_a_template_that_the_draft_gives_is_told(
        self, database: Database, draft_id: int
    ) -> None:
        def prepare(session: Session) -> None:
            template = factories.get_template(session)
            template.content += "<!-- %ITCS_Greeting% -->"
            draft = session.get_one(RuleSetVersion, draft_id)
            add(session, draft, "model = 430HD", {"give": "template", "template": template.name})
            values = [
                Placeholder(layer=Layer.SYSTEM, name=name, value="hello") for name in ("Greeting", "Other")
            ]
            session.add_all(values)

        written(database, prepare)
        simulation_id = simulate(database)

        def outdated(session: Session) -> str:
            return standing.why_outdated(session, session.get_one(Simulation, simulation_id))

        def change(name: str) -> Callable[[Session], object]:
            new = update(Placeholder).where(Placeholder.name == name).values(value="good day")
            return lambda session: session.execute(new)

        written(database, change("Other"))
        assert written(database, outdated) == ""
        written(database, change("Greeting"))
        assert "templates, their values" in written(database, outdated)

    def test_draft_that_changes_before_phones_are_looked_at_ends_it(
        self, database: Database, draft_id: int
    ) -> None:
        simulation_id = written(database, lambda session: start(session).id)
        draft = written(database, lambda session: session.get_one(RuleSetVersion, draft_id))
        written(database, lambda session: add(session, draft, "model = 405", {"give": "wait"}))
        SimulationWorker(database).work_off()

        simulation, rows = found(database, simulation_id)
        assert (simulation.state, simulation.error, rows) == (
            SimulationState.FAILED, comparing.OUTDATED, [],
        )  # fmt: skip

    def test_phones_of_one_tenant_alone_and_of_the_account_alone(
        self, database: Database, draft_id: int
    ) -> None:
        def prepare(session: Session) -> int:
            other = factories.make_tenant(session, "Other")
            device = factories.make_device(session, tenant=other)
            factories.make_status(session, device=device, user_name="sales-9", url_tenant="Other")
            return other.id

        other_id = written(database, prepare)
        filtered, _ = found(database, simulate(database, tenant_id=other_id))
        assert (filtered.total, filtered.totals["changed"]) == (1, 1)

        with writing(database, only_tenants([other_id])) as session:
            wish = Wish(kind=RuleKind.TEMPLATE, draft_ids=[draft_id])
            own = jobs.start(session, wish, author=Author("olga", ""), now=datetime.now(UTC)).id
        SimulationWorker(database).work_off()
        with reading(database, only_tenants([other_id])) as session:
            assert jobs.get(session, own, "olga").total == 1
            assert jobs.recent(session, RuleKind.TEMPLATE, "olga")[0].id == own
            with pytest.raises(NotFoundError):
                jobs.get(session, filtered.id, "olga")

    def test_nothing_to_simulate_is_said(self, database: Database, draft_id: int) -> None:
        with pytest.raises(InvalidInputError, match="Choose a draft"):
            simulate(database, draft_ids=[])
        with pytest.raises(InvalidInputError, match="The tenant is not there"):
            simulate(database, draft_ids=[draft_id], tenant_id=99)

    def test_old_ones_go_with_their_rows(self, database: Database, draft_id: int) -> None:
        del draft_id
        old, newest = simulate(database), simulate(database)

        def age(session: Session) -> None:
            session.get_one(Simulation, old).created_at -= retention.KEPT_FOR + timedelta(hours=1)

        written(database, age)

        def drop(session: Session) -> int:
            due = retention.find_old(session, datetime.now(UTC))
            assert list(due) == [old]
            return retention.drop_old(session, due)

        assert [written(database, drop), written(database, drop)] == [0, 1]
        with reading(database, ALL_TENANTS) as session:
            assert session.scalars(select(Simulation.id)).all() == [newest]
            assert session.scalar(select(func.count()).select_from(SimulationRow)) == 1
