"""One phone: how it starts, who signs in, and the orders it takes from a test or from its own agenda."""

import asyncio
import random
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

from simulator import answers, option_160
from simulator.alarms import REGISTRATION_FAILURE, Alarm, Severity
from simulator.identity import Hardware, Identity, Train
from simulator.keys import Keys
from simulator.option_160 import Option160
from simulator.payloads import JsonStyle, Status
from simulator.provisioning import Provisioning
from simulator.reporter import Reporter
from simulator.transport import Line, Transport
from simulator.users import User

RESTARTS_IN_A_ROW = 3


@dataclass(frozen=True, slots=True)
class Character:
    """What sets one phone apart from others of its model.

    One that ``keeps_firmware`` comes back from an upgrade with the version that it had; one that
    ``dies_of_firmware`` does not come back until it is booted by hand.
    """

    json_style: JsonStyle = JsonStyle.STRICT
    sends_malformed: bool = False
    fails_to_register: bool = False
    vanishes: bool = False
    keeps_firmware: bool = False
    dies_of_firmware: bool = False


class Phone:
    """A phone on a desk. Each order is one errand on one line; orders to one phone never overlap.

    ``status`` is what it said last (None before the first boot), ``is_on`` is False once it vanished,
    ``user`` is signed in, ``owner`` signs in after a boot (on generic phones: the account in the file).
    """

    def __init__(
        self, identity: Identity, owner: User, character: Character, option: Option160, transport: Transport
    ) -> None:
        options, ledger = transport.options, transport.ledger
        rng = random.Random(f"{options.seed}/{identity.mac}")
        self.hardware = Hardware(identity)
        self.provisioning = Provisioning(self.hardware, option, options, ledger)
        self.reporter = Reporter(self.hardware, self.provisioning, character.json_style, ledger, rng)
        self.character = character
        self.owner = owner
        self.user: User | None = None
        self.status: Status | None = None
        self.is_on = False
        self.restarts = 0
        self.messages = 0
        self._is_signed_out = not options.signs_in
        self._options = options
        self._transport = transport
        self._rng = rng
        self._errand = asyncio.Lock()
        self._errands: set[asyncio.Future[None]] = set()

    @property
    def mac(self) -> str:
        """The MAC, 12 lower-case hexadecimal digits."""
        return self.hardware.identity.mac

    @property
    def is_settled(self) -> bool:
        """Whether it has all it was plugged in for: registered, with the file that is its own."""
        return self.is_on and self.status is Status.REGISTERED and self.provisioning.has_personal_file

    @property
    def configuration(self) -> Mapping[str, str]:
        """Every parameter that its files have set, by name."""
        return self.provisioning.configuration

    @property
    def keys(self) -> Mapping[str, str]:
        """The speed dials and programmable keys that its user has set, on this phone or on another one."""
        return self.provisioning.keys.values

    @property
    def web_credentials(self) -> tuple[str, str]:
        """The user name and the password of its web pages: as its file says, else as it left the factory."""
        text = self.configuration.get
        return text("system/user_name", "") or "admin", text("system/password", "") or "1234"

    @property
    def takes_telnet(self) -> bool:
        """Whether its file permits Telnet (protocol 12)."""
        return self.configuration.get("management/telnet/enabled", "0") == "1"

    @property
    def status_page(self) -> str:
        """What its web pages show as its status (protocol 5)."""
        state = self.status.value if self.status else ""
        return f"<status><line><id>1</id><state>{state}</state></line><hook>on</hook></status>"

    @property
    def alarms(self) -> Mapping[str, Alarm]:
        """The alarms that stand, by their name on the wire."""
        return self.reporter.alarms

    async def boot(self) -> None:
        """Start: firmware, report ``started``, configuration; then sign in who can (protocol 3 and 7.3)."""
        async with self._on_the_line() as line:
            await self._boot(line)

    async def sign_in(self, user: User | None = None) -> None:
        """Sign a person in (the owner, if none is named), report it and read the file that is then theirs.

        A generic phone registers with the account in its file, whoever is named; without one it only says
        ``started``.
        """
        async with self._on_the_line() as line:
            self.owner = user or self.owner
            self._is_signed_out = False
            if self._can_register():
                await self._sign_in(line)
            else:
                await self._report(line, Status.STARTED)

    async def sign_out(self) -> None:
        """Sign the person out; the report says ``offline`` and names nobody (manual 6.1)."""
        async with self._on_the_line() as line:
            self.user = None
            self._is_signed_out = True
            await self._report(line, Status.OFFLINE)

    async def fail_registration(self) -> None:
        """Lose the SIP registration: report ``unregistered`` and raise the alarm that belongs to it."""
        async with self._on_the_line() as line:
            await self._fail_registration(line)

    async def report(self, status: Status | None = None, **words: str) -> bool:
        """Report, with another status if one is given; whether it was answered.

        ``words`` are members that this phone says from then on in place of its own (``location="Desk 7"``).
        """
        async with self._on_the_line() as line:
            self.reporter.words |= words
            return await self._report(line, status or self.status or Status.STARTED)

    async def fetch_configuration(self) -> bool:
        """Read the configuration file again and act on it; whether there was one."""
        async with self._on_the_line() as line:
            is_there = await self.provisioning.fetch(line)
            if self._has_another_account():
                await self._sign_in(line)
            return is_there

    async def set_keys(self, changes: Mapping[str, str | None]) -> bool:
        """Let the user set some keys, or take them away (None); whether the manager keeps them.

        A phone that does not know what its user set elsewhere reads its file, and sends its changes once more.
        """
        async with self._on_the_line() as line:
            if await self._send_keys(line, changes):
                return True
            return await self.provisioning.fetch(line) and await self._send_keys(line, changes)

    async def reset_to_factory(self) -> None:
        """Forget everything that was ever set on it, and start anew."""
        async with self._on_the_line() as line:
            self.provisioning.forget()
            await self._go_down(line)
            await self._boot(line)

    async def raise_alarm(self, name: str, severity: Severity | None = None, description: str = "") -> bool:
        """Raise an alarm by its name on the wire; whether it was answered."""
        async with self._on_the_line() as line:
            return await self.reporter.raise_alarm(line, name, severity, description)

    async def clear_alarm(self, name: str) -> bool:
        """Say that an alarm is over; False when it does not stand or nobody answered."""
        async with self._on_the_line() as line:
            return await self.reporter.clear_alarm(line, name)

    async def send_malformed_report(self) -> bool:
        """Send text that no reading makes JSON; whether it was refused with 400, as it should be."""
        async with self._on_the_line() as line:
            return await self.reporter.send_malformed(line)

    def obey(self, command: str) -> None:
        """Begin to do what its web pages were asked; one that restarts is gone at once."""
        if command == answers.RESET:
            self.is_on = False
        errand = asyncio.ensure_future(self._obey(command))
        self._errands.add(errand)
        errand.add_done_callback(self._errands.discard)

    def vanish(self) -> None:
        """Fall silent without a word; any later order finds the phone back."""
        self.is_on = False

    @asynccontextmanager
    async def _on_the_line(self) -> AsyncIterator[Line]:
        ip = self.hardware.identity.ip
        async with self._errand, self._transport.line(self._headers(), ip, self._rng) as line:
            self.is_on = True
            yield line
            await self._restart_if_asked(line)
            while self.reporter.orders:
                await self._follow(self.reporter.orders.pop(0), line)

    async def _obey(self, command: str) -> None:
        async with self._on_the_line() as line:
            if command == answers.RESET:
                self.reporter.must_restart = True
            else:
                await self._follow(command, line)

    async def _follow(self, command: str, line: Line) -> None:
        """Do what the manager asks, beside a restart; a message is read and forgotten."""
        if command in {answers.UPDATE_CONFIGURATION, answers.UPDATE_FIRMWARE}:
            await self.provisioning.fetch(line)
        if command == answers.UPDATE_FIRMWARE and await self._take_firmware(line):
            await self._boot(line)
        if command == answers.MESSAGE:
            self.messages += 1

    async def _restart_if_asked(self, line: Line) -> None:
        for _ in range(RESTARTS_IN_A_ROW):
            if not self.reporter.must_restart:
                return
            self.reporter.must_restart = False
            await self._go_down(line)
            await self._boot(line)

    async def _go_down(self, line: Line) -> None:
        self.is_on = False
        await line.rest(self._options.reboot_time.total_seconds())
        self.is_on = True
        self.restarts += 1

    async def _boot(self, line: Line) -> None:
        self.user = None
        await self._take_firmware(line)
        if not self.is_on:
            return
        if self.provisioning.knows_its_file:
            await self._report(line, Status.STARTED)
            await self.provisioning.fetch(line)
        else:
            await self._make_first_contact(line)
        if self.character.sends_malformed:
            await self.reporter.send_malformed(line)
        if self._can_register() and not self._is_signed_out:
            await self._sign_in(line)

    async def _send_keys(self, line: Line, changes: Mapping[str, str | None]) -> bool:
        if self.user is None:
            return False
        keys = self.provisioning.keys.with_changes(changes)
        version = await self.reporter.send_keys(line, self.user, keys)
        if version is None:
            return False
        self.provisioning.set_keys(Keys(version, keys.values))
        return True

    async def _take_firmware(self, line: Line) -> bool:
        """Restart with another firmware, if there is one; whether it has restarted."""
        version = await self.provisioning.other_firmware(line)
        if version and self.character.dies_of_firmware:
            self.is_on = False
            return False
        if version:
            if not self.character.keeps_firmware:
                self.hardware.firmware_version = version
                line.headers |= self._headers()
            await self._go_down(line)
        return bool(version)

    async def _make_first_contact(self, line: Line) -> None:
        """A file for all phones names the manager, so it comes first; else the report does (3.1, 3.2)."""
        provisioning = self.provisioning
        if provisioning.begins_with_a_file_for_all:
            await provisioning.fetch(line)
            await self._report(line, Status.STARTED)
        else:
            await self._report(line, Status.STARTED, region=provisioning.tenant)
            await provisioning.fetch(line)
        is_worth_asking = provisioning.begins_with_a_file_for_all or self.hardware.train is Train.GENERIC
        if is_worth_asking and provisioning.knows_its_file and not provisioning.has_personal_file:
            await provisioning.fetch(line)

    def _can_register(self) -> bool:
        if self.hardware.train is Train.UC:
            return True
        return self.provisioning.settings.account.is_usable or self._options.open_registrar

    def _has_another_account(self) -> bool:
        """Whether a generic phone's file brought an account other than the one it registered with."""
        if self.hardware.train is Train.UC or self._is_signed_out or not self._can_register():
            return False
        return self.user != self._account_holder()

    async def _sign_in(self, line: Line) -> None:
        if self.character.fails_to_register:
            await self._fail_registration(line)
            return
        await self.reporter.clear_alarm(line, REGISTRATION_FAILURE)
        self.user = self._person()
        await self._report(line, Status.REGISTERED)
        await self.provisioning.fetch(line)

    async def _fail_registration(self, line: Line) -> None:
        self.user = self._person()
        await self._report(line, Status.UNREGISTERED)
        await self.reporter.raise_alarm(line, REGISTRATION_FAILURE, None, "The registrar refused the account")

    def _person(self) -> User | None:
        return self.owner if self.hardware.train is Train.UC else self._account_holder()

    def _account_holder(self) -> User | None:
        """Whom the first line of a generic phone's file belongs to."""
        settings = self.provisioning.settings
        account = settings.account
        if not account.is_usable:
            return None
        number = account.id or account.auth_name
        return User("", account.display_name or number, number, "", settings.sip_proxy)

    async def _report(self, line: Line, status: Status, region: str | None = None) -> bool:
        self.status = status
        return await self.reporter.report(line, status, self.user, region)

    def _headers(self) -> dict[str, str]:
        identity = self.hardware.identity
        headers = {"User-Agent": self.hardware.user_agent}
        for name, value in self._options.headers:
            filled = option_160.fill(value, identity.model, identity.mac)
            headers[name] = filled.replace("<IP>", identity.ip)
        return headers
