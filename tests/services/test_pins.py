"""What operators choose for single devices is pinned, goes with the device, and is released again."""

import pytest
from sqlalchemy import select

from app.models import Device, DevicePin, JournalEntry
from app.models.enums import Action, RuleKind, Stage, Status
from app.services import approval, device_changes, device_fields, device_moves, pins
from app.services.approval import ApprovalRequest
from app.services.operations import calls
from app.services.operations.calls import REAL_PHONES
from app.services.operations.local import work_off
from tests import factories
from tests.factories import NOW
from tests.services.operating import begin, claim, make_phones
from tests.services.reporting import ANNA, MAC, report
from tests.services.rule_writing import ALICE, activate


@pytest.fixture
def acme(session):
    return factories.make_tenant(session, "Acme")


def pinned(session, device) -> dict[Stage, str]:
    """Return who pinned what for a device."""
    session.expire_all()
    return {stage: pin.pinned_by for stage, pin in pins.of_device(session, device.id).items()}


def other_template(session) -> int:
    device = factories.make_device(session)
    return next(
        template_id
        for template_id in session.scalars(select(type(device.template).id))
        if template_id != device.template_id
    )


def test_what_is_chosen_on_the_form_is_pinned_and_nothing_else(session, acme):
    device = factories.make_device(session, tenant=acme)
    fields = device_fields.fields_of(device)
    device_changes.change(session, device, fields, "", author=ALICE, now=NOW)
    assert pinned(session, device) == {}

    changed = type(fields)(**{**_as_dict(fields), "template_id": other_template(session)})
    device_changes.change(session, device, changed, "", author=ALICE, now=NOW)
    assert pinned(session, device) == {Stage.TEMPLATE: "alice"}


def _as_dict(fields):
    return {name: getattr(fields, name) for name in type(fields).__slots__}


def test_moved_device_is_pinned_where_it_is_and_its_pins_go_along(session, acme):
    device = factories.make_device(session, tenant=acme)
    pins.pin(session, [device], (Stage.FIRMWARE,), author=ALICE, now=NOW)
    globex = factories.make_tenant(session, "Globex")
    device_moves.carry_out(
        session, device_moves.plan(session, [device], globex, now=NOW), author=ALICE, now=NOW
    )
    assert pinned(session, device) == {Stage.FIRMWARE: "alice", Stage.PLACEMENT: "alice"}
    assert set(session.scalars(select(DevicePin.tenant_id))) == {globex.id}


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
class TestWhoPins:
    """Approval and operations pin what they were told; rules that decide do not."""

    def test_approval_pins_the_place(self, session, acme):
        report(session, Status.REGISTERED, **ANNA)
        device = approval.approve(session, MAC, ApprovalRequest(tenant_id=acme.id), author=ALICE, now=NOW)
        assert pinned(session, device) == {Stage.PLACEMENT: "alice"}

    def test_operations_pin_what_they_give(self, session, acme):
        device, other = make_phones(session, 2, tenant=acme)
        begin(session, [device], Action.TEMPLATE, options={"template_id": other_template(session)})
        work_off(session, claim(session, is_local=True), now=NOW)
        assert pinned(session, device) == {Stage.TEMPLATE: "alice"}
        assert pinned(session, other) == {}

    def test_rules_that_move_a_device_pin_nothing_and_what_is_released_is_decided_again(self, session, acme):
        (device,) = make_phones(session, 1, tenant=acme)
        factories.make_tenant(session, "Globex")
        activate(session, RuleKind.PLACEMENT, ("", {"give": "tenant", "tenant": "Globex"}))
        pins.pin(session, [device], (Stage.PLACEMENT,), author=ALICE, now=NOW)
        begin(session, [device], Action.UPDATE, options={"decide": True, "release": True})
        calls.prepare(session, claim(session), REAL_PHONES, now=NOW)

        assert session.get_one(Device, device.id, populate_existing=True).tenant.name == "Globex"
        assert pinned(session, device) == {}
        released = session.scalars(
            select(JournalEntry.text).where(JournalEntry.action == "pin released")
        ).one()
        assert released == f"alice released all that was pinned of the phone {device.mac}."
