"""A phone that falls silent counts as disconnected, and its next report brings it back."""

import asyncio
import signal
from datetime import UTC, datetime, timedelta

from sqlalchemy import update

from app.models import DeviceSeen, DeviceStatus, Heartbeat
from app.models.enums import Status
from app.services import silence
from simulator.fleet import Fleet
from tests.flows.installation import TENANT_PATH, Installation, until

LONG_AGO = timedelta(hours=3)


def let_it_be_silent_for_hours(ringmaster: Installation, macs: list[str]) -> None:
    """Turn back what the database knows: the phone plane ran all the time, and these phones said nothing."""
    then = datetime.now(UTC) - LONG_AGO
    with ringmaster.writing() as session:
        session.execute(update(DeviceSeen).where(DeviceSeen.mac.in_(macs)).values(seen_at=then))
        plane = session.get_one(Heartbeat, silence.PHONE_PLANE)
        plane.running_since = then - LONG_AGO


def status_of(ringmaster: Installation, mac: str) -> Status | None:
    with ringmaster.reading() as session:
        return session.get_one(DeviceStatus, mac).status


def test_a_phone_that_vanishes_is_disconnected_and_a_report_brings_it_back(ringmaster: Installation) -> None:
    async def story() -> None:
        path = TENANT_PATH.format(tenant=ringmaster.add_tenant().name)
        async with Fleet(ringmaster.options(path, phones=2)) as fleet:
            await fleet.boot()
            gone, stays = fleet.phones
            gone.vanish()
            let_it_be_silent_for_hours(ringmaster, [gone.mac])
            # A scheduler looks as soon as it leads; the one that is stopped lets another lead at once.
            ringmaster.end("scheduler", signal.SIGTERM)
            until(lambda: status_of(ringmaster, gone.mac) is Status.DISCONNECTED)
            assert status_of(ringmaster, stays.mac) is Status.REGISTERED
            await gone.report()
            assert status_of(ringmaster, gone.mac) is Status.REGISTERED

    asyncio.run(story())
