"""What one phone does by itself while it is plugged in: when it reports, checks, fails, leaves, returns."""

import asyncio
import heapq
import random
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta

from simulator.alarms import CHANCE_ALARMS
from simulator.options import Options
from simulator.payloads import Status
from simulator.phone import Phone
from simulator.users import User

MEAN_TIME_TO_VANISH = timedelta(seconds=30)
SECONDS_PER_HOUR = 3600.0

Event = Callable[[], Awaitable[None]]


class Life:
    """The agenda of one phone; every event enters the next of its kind."""

    def __init__(self, phone: Phone, options: Options, people: Sequence[User]) -> None:
        self._phone = phone
        self._options = options
        self._people = people
        self._own_user = phone.owner
        self._rng = random.Random(f"{options.seed}/life/{phone.mac}")
        self._agenda: list[tuple[float, int, Event]] = []
        self._entries = 0

    async def live(self, boots_after: float) -> None:
        """Boot, unless that has been done, and go on by the agenda until cancelled."""
        if self._phone.status is None:
            await asyncio.sleep(boots_after)
            await self._phone.boot()
        self._plan_first_events()
        clock = asyncio.get_running_loop().time
        while True:
            due, _, event = heapq.heappop(self._agenda)
            await asyncio.sleep(max(0.0, due - clock()))
            await event()

    def _plan_first_events(self) -> None:
        self._plan(self._until_report(), self._report)
        self._plan(self._until_check(), self._check)
        if self._options.alarms_per_hour:
            self._plan(self._until_alarm(), self._raise_alarm)
        if self._options.keys_per_hour:
            self._plan(self._until_key(), self._set_key)
        if self._options.stay or self._phone.character.vanishes:
            self._plan(self._until_leaving(), self._leave)

    def _plan(self, seconds: float, event: Event) -> None:
        self._entries += 1
        due = asyncio.get_running_loop().time() + seconds
        heapq.heappush(self._agenda, (due, self._entries, event))

    async def _report(self) -> None:
        if self._phone.is_on and self._period() > timedelta(0):
            await self._phone.report()
        self._plan(self._until_report(), self._report)

    async def _check(self) -> None:
        """Look for another file; a phone that is never to look does so when it boots only."""
        if self._phone.is_on and self._checks_by_itself():
            await self._phone.fetch_configuration()
        self._plan(self._until_check(), self._check)

    async def _raise_alarm(self) -> None:
        if self._phone.is_on:
            name = self._rng.choice(CHANCE_ALARMS)
            await self._phone.raise_alarm(name)
            self._plan(self._options.alarm_time.total_seconds(), lambda: self._clear_alarm(name))
        self._plan(self._until_alarm(), self._raise_alarm)

    async def _set_key(self) -> None:
        """A person puts a colleague on a key."""
        if self._phone.is_on and self._phone.user is not None:
            key = f"personal_settings/functional_key/{self._rng.randrange(12)}"
            colleague = self._rng.choice(self._people)
            await self._phone.set_keys(
                {
                    f"{key}/type": "SPEED_DIAL",
                    f"{key}/key_label": colleague.display_name,
                    f"{key}/speed_dial_number": colleague.phone_number,
                }
            )
        self._plan(self._until_key(), self._set_key)

    async def _clear_alarm(self, name: str) -> None:
        if self._phone.is_on:
            await self._phone.clear_alarm(name)

    async def _leave(self) -> None:
        """Fall silent or sign out; where nobody is signed in, nobody can."""
        if self._phone.character.vanishes:
            self._phone.vanish()
        elif self._phone.status is Status.REGISTERED:
            await self._phone.sign_out()
        else:
            self._plan(self._until_leaving(), self._leave)
            return
        if self._options.away is not None:
            self._plan(self._around(self._options.away), self._return)

    async def _return(self) -> None:
        """Come back: plugged in again, or a person sits down, who at a shared desk may be another one."""
        if not self._phone.is_on:
            await self._phone.boot()
        elif self._rng.random() < self._options.shared_desks:
            await self._phone.sign_in(self._rng.choice(self._people))
        else:
            await self._phone.sign_in(self._own_user)
        self._plan(self._until_leaving(), self._leave)

    def _period(self) -> timedelta:
        return self._options.period or self._phone.provisioning.settings.keep_alive_period

    def _until_report(self) -> float:
        """The period, or sooner when nobody answered the last report."""
        period = self._period() or timedelta(hours=1)
        if not self._phone.reporter.was_heard:
            period = min(period, self._options.poll_every)
        return period.total_seconds()

    def _checks_by_itself(self) -> bool:
        provisioning = self._phone.provisioning
        is_never = provisioning.settings.check_every is None and self._options.check_every is None
        return not (is_never and provisioning.has_personal_file)

    def _until_check(self) -> float:
        """Soon while the phone waits for its own file, then as the file says, spread as it says."""
        provisioning = self._phone.provisioning
        if not provisioning.has_personal_file:
            return self._options.poll_every.total_seconds() * self._rng.uniform(0.5, 1.5)
        if self._options.check_every is not None:
            return self._options.check_every.total_seconds()
        settings = provisioning.settings
        every = settings.check_every or timedelta(days=1)
        return every.total_seconds() + self._rng.uniform(0, settings.check_spread.total_seconds())

    def _until_alarm(self) -> float:
        return self._rng.expovariate(self._options.alarms_per_hour / SECONDS_PER_HOUR)

    def _until_key(self) -> float:
        return self._rng.expovariate(self._options.keys_per_hour / SECONDS_PER_HOUR)

    def _until_leaving(self) -> float:
        return self._around(self._options.stay or MEAN_TIME_TO_VANISH)

    def _around(self, mean: timedelta) -> float:
        return self._rng.expovariate(1 / mean.total_seconds())
