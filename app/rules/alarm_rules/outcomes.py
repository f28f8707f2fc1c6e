"""What the five kinds of rules for alarms say, as the engine understands it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from app.models.enums import NoticeReason, Severity
from app.rules.clock_hours import ClockHours

LONGEST_SUPPRESSION: Final = timedelta(days=90)
MOST_TRANSITIONS: Final = 20
"""Changes of an alarm that are remembered."""
LEAST_PHONES: Final = 5
"""Fewer phones are never one outage."""


@dataclass(frozen=True, slots=True)
class Suppress:
    """Nobody is told in a window: from ``begins`` to ``ends`` once, or in ``hours`` of each week in between.

    What ``is_hidden`` is not listed either. Escalation goes on afterwards where it ``stops_clock``.
    """

    reason: str
    begins: datetime
    ends: datetime
    hours: ClockHours | None = None
    is_hidden: bool = False
    stops_clock: bool = True

    def open_until(self, at: datetime) -> datetime | None:
        """Return when the window ends that is open at a time, None where none is."""
        if not self.begins <= at < self.ends:
            return None
        if self.hours is None:
            return self.ends
        closes = self.hours.open_until(at)
        return None if closes is None else min(closes, self.ends)


class GroupedBy(StrEnum):
    """What phones have in common whose alarms are one outage, always within a tenant."""

    SITE = "site"
    TENANT = "tenant"
    MODEL = "model"
    FIRMWARE = "firmware"
    SIP_PROXY = "sip_proxy"


@dataclass(frozen=True, slots=True)
class Correlate:
    """So many phones, or so many of a hundred, with the same alarm within a time are one outage.

    It is over when fewer than ``ends_below`` phones have had the alarm for ``ends_after``; None is half of what it
    took to begin.
    """

    by: GroupedBy = GroupedBy.SITE
    phones: int = 20
    percent: int | None = 25
    within: timedelta = timedelta(minutes=10)
    ends_below: int | None = None
    ends_after: timedelta = timedelta(minutes=5)
    severity: Severity = Severity.CRITICAL

    def threshold(self, size: int) -> int | None:
        """Return how many phones it takes in a group of so many; None where the group is too small."""
        if size < LEAST_PHONES:
            return None
        share = self.phones if self.percent is None else -(-size * self.percent // 100)
        return max(min(self.phones, share), LEAST_PHONES)

    def end(self, threshold: int) -> int:
        """Return below how many phones an outage is over that began with so many."""
        return self.ends_below if self.ends_below is not None else max(threshold // 2, 1)


@dataclass(frozen=True, slots=True)
class Flap:
    """So many changes within a time are flapping, until it has been quiet for another."""

    changes: int = 5
    within: timedelta = timedelta(minutes=10)
    quiet: timedelta = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Step:
    """What happens ``after`` the clock has run so long: the severity goes up, somebody is told, it is assigned."""

    after: timedelta
    raises_to: Severity | None = None
    raises_by: int = 0
    destinations: tuple[int, ...] = ()
    assigns_to: str = ""


@dataclass(frozen=True, slots=True)
class Escalate:
    """Steps that are taken one after the other while an alarm stands; then all of them again, ``repeats`` times.

    The clock runs in ``hours`` only, where there are any. Whoever acknowledges stops it, where it
    ``stops_on_acknowledge``. Those who were told hear of the end as well, where it ``cancels``.
    """

    steps: tuple[Step, ...]
    repeats: int = 0
    hours: ClockHours | None = None
    stops_on_acknowledge: bool = True
    cancels: bool = True


class RouteGroup(StrEnum):
    """What alarms have in common that are told together."""

    ALARM_TYPE = "alarm"
    TENANT = "tenant"
    SITE = "site"
    MODEL = "model"
    SEVERITY = "severity"
    SOURCE = "source"


@dataclass(frozen=True, slots=True)
class Route:
    """Destinations are told, or, without ``forwards``, nobody is; of some happenings and from a severity on.

    ``continues`` lets the rules after it be asked as well.
    """

    forwards: bool = True
    on: frozenset[NoticeReason] = frozenset({NoticeReason.RAISE, NoticeReason.ESCALATE, NoticeReason.CLEAR})
    destinations: tuple[int, ...] = ()
    group_by: tuple[RouteGroup, ...] = (RouteGroup.TENANT, RouteGroup.SITE, RouteGroup.ALARM_TYPE)
    wait: timedelta = timedelta(seconds=30)
    interval: timedelta = timedelta(minutes=5)
    repeat: timedelta = timedelta(hours=4)
    at_least: Severity = Severity.INFO
    continues: bool = False
