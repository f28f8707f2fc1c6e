"""How an installation stands to its licence: days, shares, and the alarms that follow (manual 6.4.4 and 7)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import NamedTuple

from app.models.enums import Severity
from app.rules.licenses import License

NEARLY, ALL = 0.8, 1.0
"""The shares of a period, and of a capacity, at which alarms are raised."""
PERIOD, CAPACITY = "period", "capacity"


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How an installation stands to its licence at a moment; without one nothing is limited, and nothing ends.

    ``days_left`` is negative once it has expired, None where it never does. ``period_share`` is how much of the time is
    over, ``capacity_share`` how much of the devices is used.
    """

    license: License | None
    used: int
    days_left: int | None
    is_expired: bool
    period_share: float
    capacity_share: float

    @property
    def period(self) -> Severity | None:
        """How bad it is with the time."""
        return _severity(self.period_share)

    @property
    def capacity(self) -> Severity | None:
        """How bad it is with the devices."""
        return _severity(self.capacity_share)


def standing(license_: License | None, used: int, *, now: datetime, zone: tzinfo) -> Standing:
    """Return how an installation with so many devices stands to its licence; days are those of the zone."""
    ends_at = license_.ends_at(zone) if license_ else None
    if license_ is None or ends_at is None or license_.valid_until is None:
        days_left, period_share = None, 0.0
    else:
        days_left = (license_.valid_until - now.astimezone(zone).date()).days
        begun_at = license_.begins_at(zone)
        period_share = max(0.0, (now - begun_at) / (ends_at - begun_at))
    devices = license_.devices if license_ else None
    return Standing(
        license=license_,
        used=used,
        days_left=days_left,
        is_expired=ends_at is not None and now >= ends_at,
        period_share=period_share,
        capacity_share=used / devices if devices else 0.0,
    )


def expired_on(license_: License) -> str:
    """Return the sentence that says since when a licence is over; it names nobody, for phones and visitors read it."""
    return f"The licence expired with {license_.valid_until:%d %B %Y}."


class Warned(NamedTuple):
    """An alarm that is to stand: what tells it from the other one, how bad it is, and what it says."""

    qualifier: str
    severity: Severity
    text: str


def warnings_of(stands: Standing) -> Iterator[Warned]:
    """Yield the alarms that stand as long as an installation stands so to its licence (manual 6.4.4)."""
    for qualifier, severity, what in (
        (PERIOD, stands.period, "period"),
        (CAPACITY, stands.capacity, "capacity"),
    ):
        if severity is not None:
            percent = 100 if severity is Severity.CRITICAL else 80
            text = f"{percent}% of the {what} defined in the license has been consumed."
            yield Warned(qualifier, severity, text)


def _severity(share: float) -> Severity | None:
    if share >= ALL:
        return Severity.CRITICAL
    return Severity.MAJOR if share >= NEARLY else None
