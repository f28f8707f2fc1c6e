"""Two hosts, a primary and its standby: each process, a host and the primary are killed, and phones keep reporting."""

import asyncio
import os
import random
import signal
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from sqlalchemy import select

from app.models import DeviceStatus, Tenant
from app.models.enums import Action, TargetState
from app.security.secrets import open_vault
from simulator.fleet import Fleet
from simulator.ledger import Kind
from simulator.phone import Phone
from tests.flows.installation import KEY, TENANT_PATH
from tests.flows.operating import is_finished, outcome, start
from tests.flows.several_hosts import Site, several_hosts
from tests.flows.test_operations import NETWORK, NOT_KNOWN

PHONES = int(os.environ.get("HOSTS_PHONES", "5000"))
REPORTS_EVERY = float(os.environ.get("HOSTS_REPORT_EVERY", "20"))
PROCESSES = ("plane worker", "plane", "web worker", "web", "scheduler")
SECONDS_WITHOUT_A_PRIMARY = 5.0
# A phone that is told to come again later does so within 45 seconds; three times of that, and some for a busy machine.
PATIENCE_SECONDS = 180.0

Record = Callable[[str, object], None]

pytestmark = [pytest.mark.acceptance, pytest.mark.postgresql]


@dataclass
class Blow:
    """Something that was killed, and when."""

    what: str
    at: datetime = field(default_factory=lambda: datetime.now(UTC))


@pytest.fixture
def site(tmp_path: Path, web_port: int) -> Iterator[Site]:
    open_vault(KEY)
    with several_hosts(tmp_path, PHONE_HTTP_PORT=str(web_port), PHONES_ON_THIS_MACHINE="yes") as running:
        yield running


def test_phones_keep_reporting_while_everything_is_killed_once(
    site: Site, web_port: int, record_property: Record
) -> None:
    fleet, blows, operation_id = asyncio.run(story(site, web_port))
    record_figures(fleet, blows, record_property)
    check_reports(site, fleet)
    check_restarts(site, fleet, operation_id, record_property)


async def story(site: Site, web_port: int) -> tuple[Fleet, list[Blow], int]:
    ringmaster = site.hosts[0].ringmaster
    tenant = ringmaster.add_tenant()
    with ringmaster.writing() as session:
        session.get_one(Tenant, tenant.id).subnet = str(NETWORK)
    options = ringmaster.options(
        "",
        url=f"{site.nginx.url}/{TENANT_PATH.format(tenant=tenant.name)}",
        mac_start="00908f100000",
        phones=PHONES,
        networks=(NETWORK,),
        own_addresses=True,
        web_port=web_port,
        reboot_time=timedelta(seconds=1),
        boot_over=timedelta(seconds=PHONES / 100),
        keeps_acknowledged=True,
    )
    blows: list[Blow] = []
    async with Fleet(options) as fleet:
        await fleet.boot()
        assert fleet.is_settled
        is_over = asyncio.Event()
        async with asyncio.TaskGroup() as group:
            for phone in fleet.phones:
                group.create_task(keep_reporting(phone, is_over))
            operation_id = await asyncio.to_thread(start, ringmaster, tenant, Action.RESTART, 50)
            for host in site.hosts:
                for name in PROCESSES:
                    blows.append(Blow(f"{name} of {host.address}"))
                    await asyncio.to_thread(host.ringmaster.end, name, signal.SIGKILL)
                    await goes_on(fleet)
            blows.append(Blow("primary"))
            await asyncio.to_thread(site.fail_over, SECONDS_WITHOUT_A_PRIMARY)
            await goes_on(fleet)
            blows.append(Blow("all of a host"))
            await asyncio.to_thread(site.hosts[1].kill)
            await goes_on(fleet)
            await asyncio.to_thread(site.hosts[1].start)
            await until_finished(site, operation_id)
            is_over.set()
    return fleet, blows, operation_id


async def keep_reporting(phone: Phone, is_over: asyncio.Event) -> None:
    """Report something new every so often; a report that nobody took is said anew with the next."""
    number, moment = 0, random.Random(phone.mac)
    while not is_over.is_set():
        try:
            await asyncio.wait_for(is_over.wait(), REPORTS_EVERY * moment.uniform(0.5, 1.5))
        except TimeoutError:
            number += 1
            await phone.report(location=f"Desk {number}")


async def goes_on(fleet: Fleet) -> None:
    """Return when half as many reports as there are phones were answered."""
    wanted = len(fleet.acknowledged) + len(fleet.phones) // 2
    async with asyncio.timeout(PATIENCE_SECONDS):
        while len(fleet.acknowledged) < wanted:
            await asyncio.sleep(0.05)


async def until_finished(site: Site, operation_id: int) -> None:
    async with asyncio.timeout(10 * PATIENCE_SECONDS):
        while not await asyncio.to_thread(is_finished, site.hosts[0].ringmaster, operation_id):
            await asyncio.sleep(1)


def check_reports(site: Site, fleet: Fleet) -> None:
    """Every answered report is there, or one that the phone sent after it."""
    answered: Counter[str] = Counter()
    for entry in fleet.acknowledged:
        answered[entry.mac] = max(answered[entry.mac], number_of(entry.fields.get("location", "")))
    with site.hosts[0].ringmaster.reading() as session:
        stored = dict(session.execute(select(DeviceStatus.mac, DeviceStatus.location)).all())
    said = {phone.mac: number_of(phone.reporter.words.get("location", "")) for phone in fleet.phones}
    lost = {mac for mac in said if not answered[mac] <= number_of(stored[mac] or "") <= said[mac]}
    assert not lost
    assert min(answered.values()) > 0


def number_of(location: str) -> int:
    return int(location.removeprefix("Desk ")) if location.startswith("Desk ") else 0


def check_restarts(site: Site, fleet: Fleet, operation_id: int, record_property: Record) -> None:
    """Each phone was asked to restart once at most, and where that is not known it is said."""
    assert fleet.pages is not None
    asked = Counter(mac for _, mac, command in fleet.pages.asked if command == "reset")
    found = outcome(site.hosts[0].ringmaster, operation_id)
    failed = {mac: reason for mac, (state, reason) in found.items() if state is TargetState.FAILED}
    assert len(found) == PHONES
    assert {state for state, _ in found.values()} <= {TargetState.CONFIRMED, TargetState.FAILED}
    assert max(asked.values()) == 1
    assert all(failed.values())
    record_property("phones restarted", f"{PHONES - len(failed):,}")
    record_property("not known whether told", sum(NOT_KNOWN in reason for reason in failed.values()))
    record_property("asked twice", sum(number > 1 for number in asked.values()))


def record_figures(fleet: Fleet, blows: list[Blow], record_property: Record) -> None:
    reports = fleet.ledger.tallies[Kind.REPORT]
    moments = sorted(entry.answered_at for entry in fleet.acknowledged)
    seconds = (moments[-1] - moments[0]).total_seconds()
    record_property("phones", f"{PHONES:,}")
    record_property("reports answered", f"{len(moments):,} ({len(moments) / seconds:.0f} a second)")
    record_property("reports told to come again", f"{reports.postponed:,}")
    record_property("reports without an answer", f"{sum(reports.errors.values()):,}")
    for blow, later in pairwise([*blows, Blow("the end")]):
        record_property(
            f"seconds without an answer after the end of {blow.what}", pause(moments, blow, later)
        )


def pause(moments: list[datetime], blow: Blow, later: Blow) -> str:
    """Return the longest time between two answers, of which the second came after a blow and before the next."""
    within = [(one, other) for one, other in pairwise(moments) if blow.at < other < later.at]
    return f"{max(((other - one).total_seconds() for one, other in within), default=0.0):.1f}"
