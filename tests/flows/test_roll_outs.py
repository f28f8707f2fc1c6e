"""Firmware rolled out to a fleet in waves: the second fails its gate, so it stops, says why, and is rolled back."""

import asyncio
import os
import re
import signal
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Network

import pytest
from sqlalchemy import select

from app.models import DeviceStatus, Firmware, Operation, OperationTarget, OperationWave, Tenant
from app.models.enums import Action, OperationState, Severity, Subject, TargetState, WaveState
from app.rules.gates import WATCHES, Gate, parse_limit
from app.rules.pacing import Pace
from app.rules.waves import parse_steps
from app.services.author import Author
from app.services.operations import starting
from app.services.operations.starting import Order
from app.services.operations.targets import Chosen, Wanted
from app.services.operations.waves import RollOut
from simulator.fleet import Fleet
from simulator.phone import Phone
from tests import factories
from tests.flows.installation import TENANT_PATH, Installation, installation

NETWORK = IPv4Network("127.21.0.0/16")
OLD, NEW = "UC_2.0.13.121", "UC_9.9.1.1"
PATIENCE = timedelta(minutes=5)
NOT_KNOWN = "not known"
S, W = TargetState, WaveState


@pytest.fixture
def ringmaster_of_simulated_phones(tmp_path, empty_database_url, web_port):
    settings = {"PHONE_HTTP_PORT": str(web_port), "PHONES_ON_THIS_MACHINE": "yes"}
    with installation(tmp_path / "data", empty_database_url, **settings) as running:
        with running.writing() as session:
            factories.make_firmware(session, running.data_dir, "430HD.img", b"\0" + OLD.encode())
            factories.make_firmware(session, running.data_dir, "new.img", b"\0" + NEW.encode())
        yield running


def start(ringmaster: Installation, tenant: Tenant, steps: str, limit: str, watch: timedelta) -> int:
    """Begin a roll-out that is watched for less time than people can choose, so that nobody waits for it."""
    gate = Gate(WATCHES[0], parse_limit(limit), Severity.MAJOR, rolls_back=True)
    with ringmaster.writing() as session:
        firmware = session.scalars(select(Firmware).where(Firmware.name == "new.img")).one()
        order = Order(
            action=Action.FIRMWARE,
            chosen=Chosen(Subject.DEVICES, (), (Wanted(tenant_name=tenant.name),)),
            pace=Pace(100, timedelta(0)),
            patience=PATIENCE,
            options={"firmware_id": firmware.id},
            roll_out=RollOut(parse_steps(steps), (), gate),
        )
        operation = starting.start(session, order, author=Author("alice"), now=datetime.now(UTC))
        operation.gate = {**(operation.gate or {}), "watch_seconds": watch.total_seconds()}
        return operation.id


def waves_of(ringmaster: Installation, operation_id: int) -> list[WaveState]:
    with ringmaster.reading() as session:
        states = select(OperationWave.state).where(OperationWave.operation_id == operation_id)
        return list(session.scalars(states.order_by(OperationWave.number)))


def roll_back_of(ringmaster: Installation, operation_id: int) -> Operation | None:
    with ringmaster.reading() as session:
        return session.scalar(select(Operation).where(Operation.undoes_id == operation_id))


def is_rolled_back(ringmaster: Installation, operation_id: int) -> bool:
    undo = roll_back_of(ringmaster, operation_id)
    return undo is not None and undo.state is OperationState.FINISHED


def targets_of(ringmaster: Installation, operation_id: int) -> Sequence[OperationTarget]:
    with ringmaster.reading() as session:
        wanted = select(OperationTarget).where(OperationTarget.operation_id == operation_id)
        return session.scalars(wanted.order_by(OperationTarget.wave, OperationTarget.id)).all()


def versions_of(ringmaster: Installation, macs: Collection[str]) -> dict[str, str]:
    with ringmaster.reading() as session:
        said = select(DeviceStatus.mac, DeviceStatus.firmware_version).where(DeviceStatus.mac.in_(macs))
        return dict(session.execute(said).all())


async def until(look: Callable[[], bool], seconds: float) -> None:
    async with asyncio.timeout(seconds):
        while not await asyncio.to_thread(look):
            await asyncio.sleep(0.3)


def spoil(phones: Sequence[Phone], *, keeping: int, dying: int) -> list[Phone]:
    """Let some phones come back from an upgrade as they were, and others not at all; return these."""
    for place, phone in enumerate(phones[: keeping + dying]):
        phone.character = replace(
            phone.character, keeps_firmware=place < keeping, dies_of_firmware=place >= keeping
        )
    return list(phones[keeping : keeping + dying])


async def roll_out(
    ringmaster: Installation,
    web_port: int,
    *,
    phones: int,
    waves: tuple[int, int],
    keeping: int,
    dying: int,
    limit: str,
    watch: timedelta,
    kills: tuple[str, ...] = (),
) -> tuple[Fleet, int]:
    """Roll firmware out that some phones of the second wave do not take; return when it has been rolled back."""
    tenant = ringmaster.add_tenant()
    with ringmaster.writing() as session:
        session.get_one(Tenant, tenant.id).subnet = str(NETWORK)
    options = ringmaster.options(
        TENANT_PATH.format(tenant=tenant.name),
        phones=phones,
        networks=(NETWORK,),
        own_addresses=True,
        web_port=web_port,
        downloads_firmware=True,
        reboot_time=timedelta(seconds=0.5),
        period=timedelta(seconds=max(2.0, phones / 20)),
        boot_over=timedelta(seconds=phones / 50),
        concurrency=60,
    )
    async with Fleet(options) as fleet:
        await fleet.boot()
        assert fleet.is_settled
        second = sorted(fleet.phones, key=lambda phone: phone.mac)[waves[0] : sum(waves)]
        dead = spoil(second, keeping=keeping, dying=dying)
        life = asyncio.create_task(fleet.run(None))
        operation_id = await asyncio.to_thread(
            start, ringmaster, tenant, f"{waves[0]}, {waves[1]}, rest", limit, watch
        )
        for name in kills:
            await asyncio.sleep(watch.total_seconds() / 2)
            os.kill(ringmaster.process(name), signal.SIGKILL)
        await until(lambda: roll_back_of(ringmaster, operation_id) is not None, 300)
        for phone in dead:
            assert not phone.is_on
            phone.character = replace(phone.character, dies_of_firmware=False)
            await phone.boot()
        await until(lambda: is_rolled_back(ringmaster, operation_id), 300)
        fleet.stop()
        await life
        return fleet, operation_id


def check(
    ringmaster: Installation, operation_id: int, fleet: Fleet, waves: tuple[int, int], unwell: int
) -> set[str]:
    """See that it stopped in its second wave, said why, and that whoever was changed is as before.

    Returns phones of which nobody knows whether they were told, because a process was killed at that moment; for these
    an operation promises a reason, and no more.
    """
    with ringmaster.reading() as session:
        operation = session.get_one(Operation, operation_id)
        finding = session.scalars(
            select(OperationWave.finding).where(
                OperationWave.operation_id == operation_id, OperationWave.number == 2
            )
        ).one()
    undo = roll_back_of(ringmaster, operation_id)
    assert undo is not None
    assert (operation.state, operation.paused_by) == (OperationState.HALTED, "its gate")
    assert waves_of(ringmaster, operation_id) == [W.PASSED, W.FAILED, W.WAITING]
    targets, undone = targets_of(ringmaster, operation_id), targets_of(ringmaster, undo.id)
    in_doubt = {target.key for target in (*targets, *undone) if NOT_KNOWN in target.reason}
    changed = {target.key for target in targets if target.wave < 3}
    found = re.match(rf"(\d+) of {waves[1]} phones are not well: ", finding)
    assert found
    assert unwell <= int(found[1]) <= unwell + len(in_doubt)
    assert sum(bool(target.finding) for target in targets if target.wave == 2) == int(found[1])
    assert {target.state for target in targets if target.wave == 1 and target.key not in in_doubt} == {
        S.CONFIRMED
    }
    assert {target.state for target in targets if target.wave == 3} == {S.WAITING}
    assert {phone.restarts for phone in fleet.phones if phone.mac not in changed} == {0}
    assert {target.key for target in undone} == changed
    assert {(target.state, target.reason) for target in undone if target.key not in in_doubt} == {
        (S.CONFIRMED, f"It reports the version {OLD}.")
    }
    sure = [phone for phone in fleet.phones if phone.mac not in in_doubt]
    assert set(versions_of(ringmaster, [phone.mac for phone in sure]).values()) == {OLD}
    assert {phone.hardware.firmware_version for phone in sure} == {OLD}
    return in_doubt


def test_a_roll_out_whose_second_wave_fails_its_gate_stops_says_why_and_rolls_back(
    ringmaster_of_simulated_phones: Installation, web_port: int
) -> None:
    fleet, operation_id = asyncio.run(
        roll_out(
            ringmaster_of_simulated_phones,
            web_port,
            phones=12,
            waves=(3, 5),
            keeping=1,
            dying=1,
            limit="1",
            watch=timedelta(seconds=6),
        )
    )
    assert not check(ringmaster_of_simulated_phones, operation_id, fleet, (3, 5), unwell=2)


@pytest.mark.acceptance
def test_300_phones_are_rolled_back_while_processes_are_killed(
    ringmaster_of_simulated_phones: Installation,
    web_port: int,
    record_property: Callable[[str, object], None],
) -> None:
    began = datetime.now(UTC)
    fleet, operation_id = asyncio.run(
        roll_out(
            ringmaster_of_simulated_phones,
            web_port,
            phones=300,
            waves=(30, 120),
            keeping=10,
            dying=10,
            limit="10 %",
            watch=timedelta(seconds=60),
            kills=("scheduler", "plane worker", "scheduler", "web worker", "scheduler"),
        )
    )
    in_doubt = check(ringmaster_of_simulated_phones, operation_id, fleet, (30, 120), unwell=20)
    assert len(in_doubt) <= 10
    record_property("not known whether told", len(in_doubt))
    record_property("seconds until rolled back", round((datetime.now(UTC) - began).total_seconds()))
