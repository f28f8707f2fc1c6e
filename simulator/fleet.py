"""Many phones in one process: made from options, booted, left to live, and summed up."""

import asyncio
import random
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from types import TracebackType

from simulator import identity, option_160, users
from simulator.identity import Identity, Train
from simulator.ledger import Acknowledged, Ledger
from simulator.life import Life
from simulator.options import Options, TrainMix
from simulator.payloads import JsonStyle
from simulator.phone import Character, Phone
from simulator.summary import Summary, request_figures
from simulator.telnet import CommandLines
from simulator.transport import Transport
from simulator.users import User
from simulator.web_pages import Manner, WebPages

LOOKS_PER_SECOND = 10
SILENT = "silent"
NOT_BOOTED = "not booted"
_EVERY_ADDRESS = "0.0.0.0"  # noqa: S104 - phones are at their own addresses; at any other one nobody answers


class Fleet:
    """The phones of one set of options. Use it within ``async with``, so that its connections are closed.

    The same options give the same phones, users and choices; only the times at which servers answer differ.
    """

    def __init__(self, options: Options) -> None:
        self.options = options
        self.ledger = Ledger(keeps_acknowledged=options.keeps_acknowledged)
        self._transport = Transport(options, self.ledger)
        self._stopped = asyncio.Event()
        self._begun: float | None = None
        self.phones: Sequence[Phone] = _phones(options, self._transport)
        self.pages: WebPages | None = None
        self.command_lines: CommandLines | None = None

    async def __aenter__(self) -> "Fleet":
        if self.options.web_port is not None:
            self.pages = _pages(self.options, self.phones)
            await self.pages.open(_EVERY_ADDRESS, self.options.web_port)
        if self.options.telnet_port is not None:
            self.command_lines = CommandLines(_by_address(self.phones))
            await self.command_lines.open(_EVERY_ADDRESS, self.options.telnet_port)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for listener in (self.pages, self.command_lines):
            if listener is not None:
                await listener.close()
        self._transport.close()

    @property
    def acknowledged(self) -> Sequence[Acknowledged]:
        """Every report that was answered, in order of the answers, if ``keeps_acknowledged`` was chosen."""
        return self.ledger.acknowledged

    @property
    def is_settled(self) -> bool:
        """Whether every phone that can register is registered and has read its personal file."""
        return all(phone.is_settled or phone.character.fails_to_register for phone in self.phones)

    async def boot(self) -> None:
        """Boot all phones, spread over ``boot_over``; returns when each has done all it can by itself."""
        self._begin()
        async with asyncio.TaskGroup() as group:
            for index, phone in enumerate(self.phones):
                group.create_task(_boot_after(self._boots_after(index), phone))

    async def run(self, seconds: float | None, until: Callable[[], bool] | None = None) -> bool:
        """Let all phones live, booting those that have not; None: until ``stop`` is called.

        Ends early when ``until`` becomes true; returns whether it did (False when none was given).
        """
        self._begin()
        people = [phone.owner for phone in self.phones]
        async with asyncio.TaskGroup() as group:
            lives = [
                group.create_task(Life(phone, self.options, people).live(self._boots_after(index)))
                for index, phone in enumerate(self.phones)
            ]
            is_reached = await self._watch(seconds, until)
            self._stopped.clear()
            for life in lives:
                life.cancel()
        return is_reached

    def stop(self) -> None:
        """End ``run`` as if its time were over."""
        self._stopped.set()

    def states(self) -> Mapping[str, int]:
        """How many phones are in each state: what they said last, silent, or not booted."""
        return dict(sorted(Counter(_state(phone) for phone in self.phones).items()))

    def summary(self) -> Summary:
        """How the fleet stands, since the first boot."""
        return Summary(
            seconds=0.0 if self._begun is None else time.monotonic() - self._begun,
            phones=len(self.phones),
            states=self.states(),
            with_personal_file=sum(phone.provisioning.has_personal_file for phone in self.phones),
            restarts=sum(phone.restarts for phone in self.phones),
            requests=request_figures(self.ledger),
            actions_taken=self.ledger.actions_taken,
            actions_ignored=self.ledger.actions_ignored,
            failures=dict(self.ledger.failures.most_common()),
        )

    def _begin(self) -> None:
        if self._begun is None:
            self._begun = time.monotonic()

    def _boots_after(self, index: int) -> float:
        return self.options.boot_over.total_seconds() * index / len(self.phones)

    async def _watch(self, seconds: float | None, until: Callable[[], bool] | None) -> bool:
        end = None if seconds is None else time.monotonic() + seconds
        while not self._stopped.is_set():
            if until is not None and until():
                return True
            left = 1 / LOOKS_PER_SECOND if end is None else min(1 / LOOKS_PER_SECOND, end - time.monotonic())
            if left <= 0:
                return False
            await _first_of(self._stopped, left)
        return False


async def _first_of(event: asyncio.Event, seconds: float) -> None:
    """Wait for the event, at most that long."""
    waiter = asyncio.ensure_future(event.wait())
    await asyncio.wait((waiter,), timeout=seconds)
    waiter.cancel()


async def _boot_after(seconds: float, phone: Phone) -> None:
    await asyncio.sleep(seconds)
    await phone.boot()


def _state(phone: Phone) -> str:
    if phone.status is None:
        return NOT_BOOTED
    return phone.status.value if phone.is_on else SILENT


def _phones(options: Options, transport: Transport) -> Sequence[Phone]:
    option = option_160.read(options.url)
    characters = _characters(options)
    return [
        Phone(made, _owner(made, options), character, option, transport)
        for made, character in zip(_identities(options), characters, strict=True)
    ]


def _identities(options: Options) -> Sequence[Identity]:
    count = options.phones
    rng = random.Random(f"{options.seed}/identity")
    rows = zip(
        identity.macs(options.mac_start, count),
        identity.shared_out(options.models, count),
        identity.addresses(options.networks, count),
        strict=True,
    )
    return [
        identity.make_identity(mac, model, _train(options.train, rng), address, rng)
        for mac, model, address in rows
    ]


def _train(mix: TrainMix, rng: random.Random) -> Train:
    if mix is TrainMix.MIXED:
        return rng.choice((Train.UC, Train.GENERIC))
    return Train(mix.value)


def _owner(made: Identity, options: Options) -> User:
    """The low half of the MAC numbers the people, so that two fleets with other MACs have other users."""
    return users.user(int(made.mac[6:], 16), options.domain)


def _pages(options: Options, phones: Sequence[Phone]) -> WebPages:
    """The web pages of all phones, and how they behave."""
    away = _chosen("unreachable", options.unreachable, options)
    slow = _chosen("slow", options.slow, options)
    addresses = [phone.hardware.identity.ip for phone in phones]
    manners = dict.fromkeys(addresses, Manner.WELL)
    manners |= {addresses[index]: Manner.SLOW for index in slow}
    manners |= {addresses[index]: Manner.AWAY for index in away}
    return WebPages(_by_address(phones), manners, options.slowness.total_seconds())


def _by_address(phones: Sequence[Phone]) -> dict[str, Phone]:
    return {phone.hardware.identity.ip: phone for phone in phones}


def _characters(options: Options) -> Sequence[Character]:
    sloppy = _chosen("commas", options.trailing_commas, options)
    malformed = _chosen("malformed", options.malformed, options)
    failing = _chosen("registration", options.fails_to_register, options)
    vanishing = _chosen("vanish", options.vanish, options)
    keeping = _chosen("keep firmware", options.keeps_firmware, options)
    dying = _chosen("die of firmware", options.dies_of_firmware, options)
    styles = (JsonStyle.TRAILING_COMMA, JsonStyle.MISSING_COMMA)
    return [
        Character(
            json_style=styles[index % 2] if index in sloppy else JsonStyle.STRICT,
            sends_malformed=index in malformed,
            fails_to_register=index in failing,
            vanishes=index in vanishing,
            keeps_firmware=index in keeping,
            dies_of_firmware=index in dying,
        )
        for index in range(options.phones)
    ]


def _chosen(what: str, share: float, options: Options) -> set[int]:
    """The phones that a share falls on: exactly as many as it says, and always the same ones for a seed."""
    rng = random.Random(f"{options.seed}/{what}")
    return set(rng.sample(range(options.phones), round(share * options.phones)))
