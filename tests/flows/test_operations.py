"""An operation on a fleet while its processes are killed: each phone once, none forgotten, and every reason said."""

import asyncio
import os
import signal
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from ipaddress import IPv4Network

import pytest

from app.models import Tenant
from app.models.enums import Action, TargetState
from simulator.fleet import Fleet
from tests.flows.installation import TENANT_PATH, Installation, installation
from tests.flows.operating import PATIENCE, is_finished, outcome, start

Record = Callable[[str, object], None]
NETWORK = IPv4Network("127.20.0.0/16")
NOT_KNOWN = "not known"


@pytest.fixture
def ringmaster_of_simulated_phones(tmp_path, empty_database_url, web_port):
    settings = {"PHONE_HTTP_PORT": str(web_port), "PHONES_ON_THIS_MACHINE": "yes"}
    with installation(tmp_path / "data", empty_database_url, **settings) as running:
        yield running


async def all_ended(ringmaster: Installation, operation_id: int, besides: int, seconds: float) -> None:
    """Wait until all targets have ended but so many."""
    async with asyncio.timeout(seconds):
        while True:
            found = await asyncio.to_thread(outcome, ringmaster, operation_id)
            states = Counter(state for state, _ in found.values())
            ended = states[TargetState.CONFIRMED] + states[TargetState.FAILED]
            if len(found) - ended <= besides:
                return
            await asyncio.sleep(0.5)


async def restart_fleet(
    ringmaster: Installation,
    web_port: int,
    *,
    phones: int,
    batch: int,
    unreachable: float = 0.05,
    kills: tuple[str, ...] = (),
) -> tuple[Fleet, int]:
    """Boot phones, some of them unreachable and a twentieth slow; restart all and kill processes on the way."""
    tenant = ringmaster.add_tenant()
    with ringmaster.writing() as session:
        session.get_one(Tenant, tenant.id).subnet = str(NETWORK)
    options = ringmaster.options(
        TENANT_PATH.format(tenant=tenant.name),
        phones=phones,
        networks=(NETWORK,),
        own_addresses=True,
        web_port=web_port,
        unreachable=unreachable,
        slow=0.05,
        slowness=timedelta(seconds=2),
        reboot_time=timedelta(seconds=1),
        concurrency=60,
        boot_over=timedelta(seconds=phones / 100),
    )
    async with Fleet(options) as fleet:
        await fleet.boot()
        assert fleet.is_settled
        booted = {phone.mac: phone.restarts for phone in fleet.phones}
        operation_id = await asyncio.to_thread(start, ringmaster, tenant, Action.RESTART, batch)
        for number, name in enumerate(kills, 1):
            await all_ended(ringmaster, operation_id, phones - number * phones // (len(kills) + 2), 300)
            pid = ringmaster.process(name)
            os.kill(pid, signal.SIGKILL)
        await all_ended(ringmaster, operation_id, round(phones * unreachable), 300)
        async with asyncio.timeout(PATIENCE.total_seconds() + 120):
            while not await asyncio.to_thread(is_finished, ringmaster, operation_id):
                await asyncio.sleep(1)
        assert {phone.restarts - booted[phone.mac] for phone in fleet.phones} <= {0, 1}
        return fleet, operation_id


def test_phones_restart_and_come_back(ringmaster_of_simulated_phones: Installation, web_port: int) -> None:
    fleet, operation_id = asyncio.run(
        restart_fleet(ringmaster_of_simulated_phones, web_port, phones=20, batch=10, unreachable=0.0)
    )
    assert fleet.pages is not None
    found = outcome(ringmaster_of_simulated_phones, operation_id)
    assert set(found.values()) == {(TargetState.CONFIRMED, "It came back after the restart.")}
    assert Counter(mac for _, mac, _ in fleet.pages.asked) == dict.fromkeys(found, 1)


@pytest.mark.acceptance
def test_2000_phones_restart_while_processes_are_killed(
    ringmaster_of_simulated_phones: Installation, web_port: int, record_property: Record
) -> None:
    kills = ("scheduler", "plane worker", "scheduler")
    fleet, operation_id = asyncio.run(
        restart_fleet(ringmaster_of_simulated_phones, web_port, phones=2_000, batch=100, kills=kills)
    )
    assert fleet.pages is not None
    found = outcome(ringmaster_of_simulated_phones, operation_id)
    asked = Counter(mac for _, mac, command in fleet.pages.asked if command == "reset")
    failed = {mac: reason for mac, (state, reason) in found.items() if state is TargetState.FAILED}
    in_doubt = [mac for mac, reason in failed.items() if NOT_KNOWN in reason]
    unreachable = set(failed) - set(in_doubt)
    assert max(asked.values()) == 1
    assert len(found) == 2_000
    assert {state for state, _ in found.values()} == {TargetState.CONFIRMED, TargetState.FAILED}
    assert len(unreachable) == 100
    assert all(failed.values())
    assert len(in_doubt) <= 10
    assert not set(in_doubt) & set(asked)
    record_property("confirmed", sum(state is TargetState.CONFIRMED for state, _ in found.values()))
    record_property("failed, never told", len(unreachable))
    record_property("failed, not known whether told", len(in_doubt))
    record_property("asked twice", sum(number > 1 for number in asked.values()))
