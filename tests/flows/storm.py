"""A storm of reports and of reads while processes are killed, and what must be true of it afterwards."""

import asyncio
import json
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import aiohttp
from sqlalchemy import text

from app.models import DeviceSeen, DeviceStatus
from app.phone_api import keep_alive
from app.phone_api.messages import PhoneRequest
from app.services.config_files import etag_of
from app.services.presence import Report
from simulator.configuration_file import Setting, parse
from simulator.fleet import Fleet
from simulator.ledger import Acknowledged
from simulator.phone import Phone
from simulator.users import user
from tests.flows.installation import HOST_NAME, PAUSE_SECONDS, TENANT_PATH, Installation

LONGEST_LAG = timedelta(seconds=1)
READERS = 4
# A phone that is told to come again later does so within 45 seconds.
PATIENCE_SECONDS = 120.0


@dataclass
class Reads:
    """What came of reading files all the time: whole ones, a wish to come again, answers that were cut off."""

    whole: int = 0
    postponed: int = 0
    cut_off: int = 0
    wrong: list[str] = field(default_factory=list)


@dataclass
class Storm:
    """Phones that report without a pause: some at the phone plane, some at the web listener."""

    ringmaster: Installation
    at_plane: Fleet
    at_web: Fleet
    reads: Reads = field(default_factory=Reads)
    is_over: bool = False

    @property
    def phones(self) -> Sequence[Phone]:
        """All phones."""
        return [*self.at_plane.phones, *self.at_web.phones]

    @property
    def last_acknowledged(self) -> dict[str, Acknowledged]:
        """The last report of each phone that was answered."""
        answered = [*self.at_plane.acknowledged, *self.at_web.acknowledged]
        return {entry.mac: entry for entry in sorted(answered, key=lambda entry: entry.sequence)}

    async def kill(self, name: str) -> None:
        """Kill a process and wait until phones are answered at both doors again."""
        await asyncio.to_thread(self.ringmaster.end, name, signal.SIGKILL)
        await self.goes_on()

    async def goes_on(self) -> None:
        """Return when as many reports as there are phones were answered at each door."""
        for fleet in (self.at_plane, self.at_web):
            await _until_answered(fleet, len(fleet.acknowledged) + len(fleet.phones))


@asynccontextmanager
async def storm(ringmaster: Installation, *, phones: int) -> AsyncIterator[Storm]:
    """Boot the phones, a quarter of them at the web listener, and let them rage until the end of the block."""
    path = TENANT_PATH.format(tenant=ringmaster.add_tenant().name)
    at_web = phones // 4
    plane = ringmaster.options(path, phones=phones - at_web, keeps_acknowledged=True)
    web = ringmaster.options(path, phones=at_web, keeps_acknowledged=True, rest_url=ringmaster.web_url)
    async with Fleet(plane) as at_plane, Fleet(web) as at_web_listener:
        await asyncio.gather(at_plane.boot(), at_web_listener.boot())
        raging = Storm(ringmaster, at_plane, at_web_listener)
        assert at_plane.is_settled
        assert at_web_listener.is_settled
        async with asyncio.TaskGroup() as group:
            for number, phone in enumerate(raging.phones):
                group.create_task(_HABITS[number % len(_HABITS)](raging, phone))
            for first in range(READERS):
                group.create_task(_read_files(raging, raging.phones[first::READERS]))
            yield raging
            raging.is_over = True


async def survive(ringmaster: Installation, *, phones: int, kills: Sequence[str]) -> Storm:
    """Kill the processes of these names one after the other in a storm; return it when the plane has died last."""
    async with storm(ringmaster, phones=phones) as raging:
        await raging.goes_on()
        for name in kills:
            await raging.kill(name)
    # Every phone has had its last answer. What the plane had not written of them is lost.
    await asyncio.to_thread(ringmaster.end, "plane", signal.SIGKILL)
    return raging


def check_everything(raging: Storm, *, grace: timedelta) -> None:
    """Check what a manager owes its phones after crashes.

    ``grace`` is what a machine that is busy with other things may add to the time that a last contact lags.
    """
    assert not raging.reads.wrong
    assert raging.reads.whole > 0
    check_every_acknowledged_report_is_there(raging)
    assert longest_lag(raging) <= LONGEST_LAG + grace
    check_database_is_whole(raging.ringmaster)


def check_every_acknowledged_report_is_there(raging: Storm) -> None:
    """Check each phone's row against its last answered report, or one it sent after that without an answer."""
    acknowledged = raging.last_acknowledged
    assert acknowledged.keys() == {phone.mac for phone in raging.phones}
    with raging.ringmaster.reading() as session:
        for phone in raging.phones:
            row = session.get_one(DeviceStatus, phone.mac)
            expected = _parsed(acknowledged[phone.mac])
            stored = {name: getattr(row, name) for name in expected.fields}
            assert stored in (expected.fields, _as_said_last(expected, phone))
            assert row.status is expected.status


def longest_lag(raging: Storm) -> timedelta:
    """Return by how much the stored time of the last contact lags behind the last answer, at most."""
    with raging.ringmaster.reading() as session:
        return max(
            _lag(session.get_one(DeviceSeen, mac).seen_at, entry)
            for mac, entry in raging.last_acknowledged.items()
        )


def check_database_is_whole(ringmaster: Installation) -> None:
    """Let the database check itself: its pages and indexes, and the references between its rows."""
    with ringmaster.reading() as session:
        if session.get_bind().dialect.name == "sqlite":
            assert session.scalars(text("PRAGMA integrity_check")).all() == ["ok"]
            assert not session.execute(text("PRAGMA foreign_key_check")).all()
            return
    with ringmaster.writing() as session:
        session.execute(text("CREATE EXTENSION IF NOT EXISTS amcheck"))
        session.execute(text(_CHECK_INDEXES))


_CHECK_INDEXES = """
SELECT bt_index_check(index.oid, true)
FROM pg_class AS index
JOIN pg_am AS method ON method.oid = index.relam AND method.amname = 'btree'
JOIN pg_namespace AS namespace ON namespace.oid = index.relnamespace AND namespace.nspname = 'public'
WHERE index.relkind = 'i'
"""


async def _change(raging: Storm, phone: Phone) -> None:
    number = 0
    while not raging.is_over:
        number += 1
        await phone.report(location=f"Desk {number}")


async def _repeat(raging: Storm, phone: Phone) -> None:
    while not raging.is_over:
        await phone.report()


async def _change_hands(raging: Storm, phone: Phone) -> None:
    """Let one person after another sign in, so that the phone's file is another each time."""
    first, second = phone.owner, user(int(phone.mac, 16) % 1_000_000, "example.org")
    while not raging.is_over:
        await phone.sign_in(second)
        await phone.sign_in(first)


_HABITS: Sequence[Callable[[Storm, Phone], Awaitable[None]]] = (_change, _change, _repeat, _change_hands)


async def _read_files(raging: Storm, phones: Sequence[Phone]) -> None:
    """Read the files of these phones one after the other, at both doors."""
    async with aiohttp.ClientSession() as session:
        while not raging.is_over:
            for phone in phones:
                for origin in (raging.ringmaster.phone_url, raging.ringmaster.web_url):
                    await _read_file(raging.reads, session, origin, phone.mac)


async def _read_file(reads: Reads, session: aiohttp.ClientSession, origin: str, mac: str) -> None:
    try:
        async with session.get(f"{origin}/configfiles/{mac}.cfg") as answer:
            body = await answer.read()
    except aiohttp.ClientError:
        reads.cut_off += 1
        return
    if answer.status == 200 and _is_whole(answer, body) and Setting(HOST_NAME, mac) in parse(body).lines:
        reads.whole += 1
    elif answer.status == 503 and "Retry-After" in answer.headers:
        reads.postponed += 1
    else:
        reads.wrong.append(f"{answer.status} for {mac}: {body!r}")


def _is_whole(answer: aiohttp.ClientResponse, body: bytes) -> bool:
    return answer.headers["ETag"] == etag_of(body) and answer.content_length == len(body)


async def _until_answered(fleet: Fleet, count: int) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while len(fleet.acknowledged) < count:
            await asyncio.sleep(PAUSE_SECONDS)


def _parsed(entry: Acknowledged) -> Report:
    body = json.dumps(dict(entry.fields)).encode()
    return keep_alive.parse(PhoneRequest("POST", "", {}, body, "127.0.0.1"), {}).report


def _as_said_last(expected: Report, phone: Phone) -> dict[str, str]:
    """Return the fields of the phone's last report, which differs from another by place and person alone."""
    assert phone.user is not None
    place = phone.reporter.words.get("location", phone.user.location)
    person = {
        "user_id": phone.user.id,
        "user_name": phone.user.display_name,
        "phone_number": phone.user.phone_number,
        "sip_proxy": phone.user.sip_proxy,
    }
    return {**expected.fields, **person, "location": place}


def _lag(seen_at: datetime, entry: Acknowledged) -> timedelta:
    return entry.answered_at - seen_at
