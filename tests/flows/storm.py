"""A storm of reports and of reads, in which processes are killed."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

import aiohttp
from sqlalchemy import select

from app.models import DeviceSeen
from app.services.stored_files import etag_of
from simulator.configuration_file import Setting, parse
from simulator.fleet import Fleet
from simulator.ledger import Acknowledged
from simulator.phone import Phone
from simulator.users import user
from tests.flows.installation import HOST_NAME, PAUSE_SECONDS, TENANT_PATH, Installation

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


@dataclass(frozen=True)
class Kill:
    """When the phone plane was killed, and when each phone was last heard as the database had it right then."""

    at: datetime
    seen_at: Mapping[str, datetime]


@dataclass
class Storm:
    """Phones that report without a pause: some at the phone plane, some at the web listener."""

    ringmaster: Installation
    at_plane: Fleet
    at_web: Fleet
    reads: Reads = field(default_factory=Reads)
    last_kill: Kill | None = None
    is_over: bool = False

    @property
    def phones(self) -> Sequence[Phone]:
        """All phones."""
        return [*self.at_plane.phones, *self.at_web.phones]

    @property
    def acknowledged(self) -> Mapping[str, Sequence[Acknowledged]]:
        """The answered reports of each phone, in their order."""
        by_mac: dict[str, list[Acknowledged]] = {phone.mac: [] for phone in self.phones}
        for entry in (*self.at_plane.acknowledged, *self.at_web.acknowledged):
            by_mac[entry.mac].append(entry)
        return by_mac

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
    """Kill the processes of these names one after the other in a storm, and the plane once more; return the storm."""
    async with storm(ringmaster, phones=phones) as raging:
        await raging.goes_on()
        for name in kills:
            await raging.kill(name)
        raging.last_kill = await asyncio.to_thread(_kill_the_plane_and_look, ringmaster)
    return raging


def _kill_the_plane_and_look(ringmaster: Installation) -> Kill:
    plane = ringmaster.process("plane")
    killed_at = datetime.now(UTC)
    os.kill(plane, signal.SIGKILL)
    with ringmaster.reading() as session:
        return Kill(killed_at, dict(session.execute(select(DeviceSeen.mac, DeviceSeen.seen_at)).all()))


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
    async with aiohttp.ClientSession(skip_auto_headers=("Accept-Encoding",)) as session:
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
