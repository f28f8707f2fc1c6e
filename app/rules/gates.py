"""The gate behind each wave of a roll-out: whether its phones are well enough for the next wave to begin."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple

from app.errors import InvalidInputError
from app.models.enums import Severity

WATCHES = tuple(timedelta(minutes=minutes) for minutes in (2, 5, 10, 15, 30, 60, 240, 1440))
USUAL_WATCH = timedelta(minutes=15)
SEVERITIES = (Severity.CRITICAL, Severity.MAJOR, Severity.MINOR, Severity.WARNING, Severity.INFO)
"""The worst first."""
_LIMIT = re.compile(r"([0-9]{1,6})\s*(%?)")


class Standing(StrEnum):
    """How one phone of a wave stands before its gate.

    ``watched`` was asked, and its time is not over. ``absent`` was not there until the deadline; it, what was
    ``skipped`` and what is ``postponed`` do not count. The last five are not well.
    """

    WAITING = "waiting"
    POSTPONED = "postponed"
    SKIPPED = "skipped"
    ABSENT = "absent"
    WATCHED = "watched"
    WELL = "well"
    NOT_ASKED = "not_asked"
    SILENT = "silent"
    OTHER_VERSION = "other_version"
    UNREGISTERED = "unregistered"
    ALARMED = "alarmed"


TROUBLES: Mapping[Standing, str] = MappingProxyType(
    {
        Standing.NOT_ASKED: "failed",
        Standing.SILENT: "did not confirm it",
        Standing.OTHER_VERSION: "came back with another version",
        Standing.UNREGISTERED: "did not register again",
        Standing.ALARMED: "raised an alarm",
    }
)
"""What is said of phones that are not well."""


@dataclass(frozen=True, slots=True)
class Limit:
    """How many phones of a wave may be unwell: a count, or a share of those that count."""

    number: int
    is_percent: bool = False

    def allowed(self, phones: int) -> int:
        """Return how many of so many phones may be unwell; a share is rounded down."""
        return self.number * phones // 100 if self.is_percent else self.number

    def __str__(self) -> str:
        return f"{self.number} %" if self.is_percent else str(self.number)


@dataclass(frozen=True, slots=True)
class Gate:
    """What the phones of a wave have to show: within ``watch`` after each was asked, with at most ``limit`` unwell.

    A phone that was registered is registered again, runs the version that it shall have, and has no active alarm of
    ``severity`` or worse that it raised since it was asked (None: alarms do not count). ``rolls_back``: a roll-out
    that its gate stops is rolled back without asking anybody.
    """

    watch: timedelta
    limit: Limit
    severity: Severity | None
    rolls_back: bool = False


class Decision(NamedTuple):
    """Whether the wave has passed, and what was found, as a sentence."""

    has_passed: bool
    finding: str


def parse_limit(text: str) -> Limit:
    """Read ``3`` or ``5 %``, or raise InvalidInputError."""
    found = _LIMIT.fullmatch(text.strip())
    if not found or (found[2] and int(found[1]) > 100):
        raise InvalidInputError(
            "Write how many phones of a wave may be unwell: a count (3) or a share (5 %).", field="limit"
        )
    return Limit(int(found[1]), bool(found[2]))


def severities_from(severity: Severity | None) -> tuple[Severity, ...]:
    """Return this severity and all that are worse; none for None."""
    return SEVERITIES[: SEVERITIES.index(severity) + 1] if severity else ()


def decide(limit: Limit, counts: Mapping[Standing, int]) -> Decision | None:
    """Return whether a wave passes or fails its gate, from how many of its phones stand how; None while it is open.

    It fails as soon as more phones are unwell than may be, also while others have not been asked. It passes when all
    that count have been watched for their time. A wave of which no phone was there says nothing of the change: it
    waits for one, and fails when none came until the deadline.
    """
    number = counts.get
    does_not_count = sum(
        number(standing, 0) for standing in (Standing.POSTPONED, Standing.SKIPPED, Standing.ABSENT)
    )
    phones = sum(counts.values()) - does_not_count
    unwell = sum(number(standing, 0) for standing in TROUBLES)
    allowed = limit.allowed(phones)
    if unwell > allowed:
        return _failed(f"{_found(counts, unwell, phones)} {_may_be(allowed)}")
    if number(Standing.WAITING, 0) or number(Standing.WATCHED, 0):
        return None
    if phones:
        return _passed(_found(counts, unwell, phones))
    if number(Standing.POSTPONED, 0):
        return None
    if number(Standing.ABSENT, 0):
        return _failed("None of its phones was there until the deadline, so nothing is known.")
    return _passed("There was nothing to do for any of its phones.")


def _passed(finding: str) -> Decision:
    return Decision(has_passed=True, finding=finding)


def _failed(finding: str) -> Decision:
    return Decision(has_passed=False, finding=finding)


def _found(counts: Mapping[Standing, int], unwell: int, phones: int) -> str:
    if not unwell:
        return "Its phone is well." if phones == 1 else f"All {phones:,} phones are well."
    said = [
        f"{counts[standing]:,} {words}" for standing, words in TROUBLES.items() if counts.get(standing, 0)
    ]
    be = "is" if unwell == 1 else "are"
    return f"{unwell:,} of {phones:,} phone{'' if phones == 1 else 's'} {be} not well: {', '.join(said)}."


def _may_be(allowed: int) -> str:
    return f"At most {allowed:,} may be." if allowed else "None may be."
