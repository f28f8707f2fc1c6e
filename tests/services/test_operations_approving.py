"""Phones that wait are approved by an operation, and restart then: each once, whatever happens on the way."""

import pytest
from sqlalchemy import select

from app.models import ConfigFile, Device, DeviceStatus, PendingAction
from app.models.enums import Action, Approval, Subject, TargetState, VlanMode, Way
from app.rules.phone_calls import PhoneCall
from app.services.operations import calls, claiming, confirming, results, starting, steering
from app.services.operations.calls import REAL_PHONES
from app.services.operations.targets import GONE_ELSEWHERE, Chosen
from tests.factories import NOW, make_device, make_site, make_status, make_tenant
from tests.services.operating import ALICE, QUARTER, claim, order, targets_of

S = TargetState
MACS = [f"00908f0000{place:02}" for place in range(4)]
NETWORK = "10.1.0.0/16"


@pytest.fixture
def acme(session):
    return make_tenant(session, "Acme", subnet=NETWORK)


@pytest.fixture
def valley(session, acme):
    return make_site(session, "Valley", tenant=acme)


def wait(session, tenant, macs=MACS):
    for place, mac in enumerate(macs):
        ip = f"10.1.0.{place + 1}"
        make_status(session, mac=mac, tenant=tenant, approval=Approval.NEEDED, ip=ip, external_ip=ip)


def approve(session, tenant, macs=MACS, **said):
    options = {"tenant_id": tenant.id, "vlan_mode": "", **said}
    asked = order([], Action.APPROVE, chosen=Chosen(Subject.DEVICES, macs), options=options)
    return starting.start(session, asked, **ALICE, now=NOW)


def prepare(session, owner="a worker", now=NOW):
    """Do what a scheduler does before it calls phones."""
    claimed = claim(session, owner, now=now)
    prepared = calls.prepare(session, claimed, REAL_PHONES, now=now)
    operation = claimed.operation
    results.record(session, operation, prepared.results, owner=owner, now=now)
    request = results.request_for(operation.action, operation.options)
    results.queue(session, operation, prepared.told_later, request, owner=owner, now=now)
    return prepared


def devices_of(session):
    found = select(Device).where(Device.mac.in_(MACS)).order_by(Device.mac)
    return session.scalars(found).all()


def test_they_become_devices_as_it_was_said_and_are_called_to_restart(session, acme, valley):
    wait(session, acme)
    operation = approve(
        session, acme, site_id=valley.id, vlan_mode="Manual", vlan_id=20, vlan_priority=5,
        people={MACS[0]: ("4711", "Lobby")},
    )  # fmt: skip
    make_device(session, mac=MACS[2])
    session.get_one(DeviceStatus, MACS[3]).tenant_id = make_tenant(session, "Globex").id
    session.flush()
    asked = list(prepare(session).calls.values())
    assert all(isinstance(call, PhoneCall) for call in asked)
    assert [(call.mac, call.action, call.way) for call in asked] == [
        (mac, Action.RESTART, Way.DIRECT) for mac in MACS[:2]
    ]
    *_, known, gone = targets_of(session, operation)
    assert (known.state, gone.state, gone.reason) == (S.FAILED, S.SKIPPED, GONE_ELSEWHERE)
    assert "nothing to approve" in known.reason
    first, second = devices_of(session)[:2]
    assert (first.phone_user.name, first.phone_user.display_name, second.phone_user) == (
        "4711",
        "Lobby",
        None,
    )
    assert {(device.site, device.vlan_mode, device.vlan_id, device.vlan_priority) for device in (first, second)} == {
        (valley, VlanMode.MANUAL, 20, 5)
    }  # fmt: skip
    assert {f"{mac}.cfg" for mac in MACS[:2]} <= set(session.scalars(select(ConfigFile.name)))


def test_one_that_cannot_be_called_is_told_with_its_next_report(session, acme):
    make_status(
        session, mac=MACS[0], tenant=acme, approval=Approval.NEEDED, ip="10.1.0.1", external_ip="192.0.2.1"
    )
    operation = approve(session, acme, MACS[:1])
    assert prepare(session).calls == {}
    (target,) = targets_of(session, operation)
    assert (target.state, target.way) == (S.QUEUED, Way.KEEP_ALIVE)
    action = session.scalars(select(PendingAction)).one()
    assert (action.mac, action.request, action.tenant_id) == (MACS[0], {"cmd": "reset"}, acme.id)


def test_into_another_tenant_its_target_goes_along(session, acme):
    wait(session, make_tenant(session, "Globex"), MACS[:1])
    operation = approve(session, acme, MACS[:1])
    prepare(session)
    assert [target.tenant_id for target in targets_of(session, operation)] == [acme.id]


def test_after_a_process_has_died_it_is_not_approved_again_and_restarts(session, acme):
    wait(session, make_tenant(session, "Globex"), MACS[:1])
    operation = approve(session, acme, MACS[:1])
    prepare(session, "dead")
    later = NOW + claiming.LEASE * 2
    claiming.take_back(session, claiming.find_abandoned(session, now=later), now=later)
    assert [call.mac for call in prepare(session, now=later).calls.values()] == MACS[:1]
    assert [target.reason for target in targets_of(session, operation)] == [""]


def test_one_that_does_not_come_back_was_approved_and_can_be_asked_again(session, acme):
    wait(session, acme, MACS[:1])
    operation = approve(session, acme, MACS[:1])
    (target_id,) = prepare(session).calls
    claiming.mark_sending(session, [target_id], owner="a worker", now=NOW)
    results.record(session, operation, [results.Result(target_id, S.SENT)], owner="a worker", now=NOW)
    later = NOW + 2 * QUARTER
    confirming.decide(session, confirming.find_decided(session, now=later), now=later)
    (target,) = targets_of(session, operation)
    assert (target.state, target.reason) == (S.FAILED, "It was approved. It did not come back in time.")
    steering.retry_failed(session, operation.id, **ALICE, now=later)
    assert [call.mac for call in prepare(session, now=later).calls.values()] == MACS[:1]
