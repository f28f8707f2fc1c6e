"""Rules decide again for phones that are devices: what they get, what stays, what is kept, and who asks for it."""

from datetime import timedelta

import pytest
from sqlalchemy import insert, select

from app.errors import ConflictError, InvalidInputError
from app.models import Decision, Device, DevicePin, DeviceStatus, Simulation, SimulationRow
from app.models.enums import Action, Cause, RuleKind, SimulationState, Stage, TargetState
from app.rules.pacing import Pace
from app.services.operations import calls
from app.services.operations.calls import REAL_PHONES
from app.services.operations.deciding import decide_anew
from app.services.what_if import applying, jobs, standing
from app.services.what_if.applying import Applying
from app.services.what_if.comparing import Comparison
from app.services.what_if.jobs import Wish
from tests import factories
from tests.factories import NOW
from tests.services.operating import QUARTER, begin, claim, make_phones, targets_of
from tests.services.rule_writing import ALICE, activate, add, changing, open_draft

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)


@pytest.fixture
def acme(session):
    return factories.make_tenant(session, "Acme")


@pytest.fixture
def template(session):
    """A template of the phones' model that is not theirs."""
    usual = factories.get_template(session)
    found = type(usual)(
        name="Special",
        name_key="special",
        phone_model=usual.phone_model,
        train=usual.train,
        content=usual.content,
        changed_at=NOW,
    )
    session.add(found)
    session.flush()
    return found


def make_uc_phones(session, number, **fields):
    """Add devices that have what the built-in ladder gives them."""
    devices = make_phones(session, number, **fields)
    for device in devices:
        session.get_one(DeviceStatus, device.mac).firmware_version = "UC_3.4.6.604"
    session.flush()
    return devices


def again(session, *devices):
    return decide_anew(session, devices, Cause.MANUAL, author=ALICE, now=NOW)


def test_phone_gets_what_rules_say_today_and_the_decision_is_kept(session, acme, template):
    device, other = make_uc_phones(session, 2, tenant=acme)
    activate(
        session,
        RuleKind.TEMPLATE,
        (f"mac in {device.mac}", {"give": "template", "template": template.name}),
    )
    activate(session, RuleKind.PLACEMENT, ("", {"give": "tenant", "tenant": "Acme"}))
    found = again(session, device, other)

    assert (found[device.mac].has_changed, device.template_id) == (True, template.id)
    decision = session.scalars(select(Decision).where(Decision.device_id == device.id)).one()
    assert (decision.cause, decision.outcome["template_id"]) == (Cause.MANUAL, template.id)
    assert not found[other.mac].has_changed


def test_phone_goes_to_another_tenant_with_its_site(session, acme):
    berlin = factories.make_site(session, "Berlin", tenant=factories.make_tenant(session, "Globex"))
    (device,) = make_uc_phones(session, 1, tenant=acme)
    activate(session, RuleKind.PLACEMENT, ("", {"give": "tenant", "tenant": "Globex", "site": "Berlin"}))
    assert again(session, device)[device.mac].has_changed
    assert (device.tenant.name, device.site_id) == ("Globex", berlin.id)


def test_one_that_would_wait_stays_as_it_is(session, acme):
    (device,) = make_uc_phones(session, 1, tenant=acme)
    before = (device.tenant_id, device.site_id, device.template_id)
    activate(session, RuleKind.PLACEMENT, ("", {"give": "approval"}))
    activate(session, RuleKind.TEMPLATE, ("", {"give": "wait"}))
    assert not again(session, device)[device.mac].has_changed
    assert (device.tenant_id, device.site_id, device.template_id) == before


def test_what_is_pinned_stays(session, acme, template):
    (device,) = make_uc_phones(session, 1, tenant=acme)
    activate(session, RuleKind.TEMPLATE, ("", {"give": "template", "template": template.name}))
    for stage in Stage:
        session.add(
            DevicePin(device_id=device.id, stage=stage, pinned_at=NOW, pinned_by="anna", tenant_id=acme.id)
        )
    before = device.template_id
    assert not again(session, device)[device.mac].has_changed
    assert device.template_id == before
    kept = session.scalars(select(Decision).where(Decision.device_id == device.id)).one()
    assert "what anna pinned" in kept.outcome["reasons"][1].casefold()


def test_update_decides_first_and_asks_nothing_of_phones_that_have_it(session, acme, template):
    device, other = make_uc_phones(session, 2, tenant=acme)
    activate(session, RuleKind.PLACEMENT, ("", {"give": "tenant", "tenant": "Acme"}))
    activate(
        session,
        RuleKind.TEMPLATE,
        (f"mac in {device.mac}", {"give": "template", "template": template.name}),
    )
    operation = begin(session, [device, other], Action.UPDATE, options={"decide": True})
    prepared = calls.prepare(session, claim(session), REAL_PHONES, now=NOW)

    changed, same = targets_of(session, operation)
    assert [(each.target_id, each.state, each.reason) for each in prepared.results] == [
        (same.id, TargetState.SKIPPED, "It has what the rules give it.")
    ]
    assert (device.template_id, changed.before["given"]) == (template.id, template.id)
    assert list(prepared.told_later) == [changed.id]

    with pytest.raises(InvalidInputError, match="Either rules decide"):
        begin(session, [device], Action.UPDATE, options={"decide": True, "template_id": template.id})


class TestActivation:
    """A draft becomes active, and phones get what it says where somebody ticked that."""

    APPLYING = Applying(pace=Pace(20, timedelta(0)), patience=QUARTER)

    @pytest.fixture
    def simulated(self, session, acme, template):
        """A draft, and the simulation in which it changes one of two phones."""
        first, _ = make_uc_phones(session, 2, tenant=acme)
        draft = open_draft(session, RuleKind.TEMPLATE)
        add(session, draft, f"mac in {first.mac}", {"give": "template", "template": template.name})
        wish = Wish(kind=RuleKind.TEMPLATE, draft_ids=[draft.id])
        simulation = jobs.start(session, wish, author=ALICE, now=NOW)
        work_off(session, simulation)
        return draft, simulation, first

    def test_phones_that_the_simulation_found_are_given_it(self, session, simulated, template):
        draft, simulation, first = simulated
        version, operation = applying.activate(
            session, changing(draft), simulation, self.APPLYING, note="pilot", now=NOW
        )
        assert (version.id, version.note) == (draft.id, "pilot")
        assert [target.key for target in targets_of(session, operation)] == [first.mac]
        calls.prepare(session, claim(session), REAL_PHONES, now=NOW)
        assert session.get_one(Device, first.id).template_id == template.id
        decision = session.scalars(select(Decision).where(Decision.device_id == first.id)).one()
        assert decision.cause is Cause.ACTIVATION

    def test_without_the_tick_phones_stay_as_they_are(self, session, simulated):
        draft, simulation, first = simulated
        before = first.template_id
        _, operation = applying.activate(session, changing(draft), simulation, None, now=NOW)
        assert (operation, first.template_id) == (None, before)

    def test_simulation_that_no_longer_holds_is_refused(self, session, simulated):
        draft, simulation, _ = simulated
        factories.make_device(session)
        with pytest.raises(ConflictError, match="Simulate again"):
            applying.activate(session, changing(draft), simulation, self.APPLYING, now=NOW)


def work_off(session, simulation: Simulation) -> None:
    """Look at all phones as a worker does, within this transaction."""
    comparison = Comparison(session, simulation)
    phones = comparison.read(0)
    session.execute(insert(SimulationRow), comparison.compare(phones))
    fleet = standing.world_as_json(session, simulation)
    jobs.note(simulation, phones[-1].id, len(phones), fleet, comparison.tally.as_json())
    jobs.finish(simulation, NOW)
    session.flush()
    assert simulation.state is SimulationState.DONE
