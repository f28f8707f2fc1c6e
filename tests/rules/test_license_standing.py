"""How an installation stands to its licence: to the day, and to the device."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from app.models.enums import Severity
from app.rules.license_standing import Standing, Warned, standing, warnings_of
from app.rules.licenses import License

BERLIN = ZoneInfo("Europe/Berlin")
SECOND = timedelta(seconds=1)
TEN_DAYS = License(
    id="1", holder="Acme", valid_from=date(2026, 3, 1), valid_until=date(2026, 3, 10), devices=10
)
ENDS_AT = datetime(2026, 3, 10, 23, tzinfo=UTC)  # midnight in Berlin


def stand(now: datetime, used: int = 0, license_: License | None = TEN_DAYS) -> Standing:
    return standing(license_, used, now=now, zone=BERLIN)


@pytest.mark.parametrize(
    ("now", "days_left", "is_expired", "severity"),
    [
        (datetime(2026, 2, 1, tzinfo=UTC), 37, False, None),
        (datetime(2026, 3, 1, 12, tzinfo=UTC), 9, False, None),
        (ENDS_AT - timedelta(days=2) - SECOND, 2, False, None),
        (ENDS_AT - timedelta(days=2), 1, False, Severity.MAJOR),
        (ENDS_AT - SECOND, 0, False, Severity.MAJOR),
        (ENDS_AT, -1, True, Severity.CRITICAL),
        (ENDS_AT + timedelta(days=9), -10, True, Severity.CRITICAL),
    ],
)
def test_a_period_goes_by(now: datetime, days_left: int, is_expired: bool, severity: Severity | None):
    stands = stand(now)
    assert (stands.days_left, stands.is_expired, stands.period) == (days_left, is_expired, severity)


def test_summer_time_makes_no_day_longer():
    license_ = License(
        id="1", holder="A", valid_from=date(2026, 3, 29), valid_until=date(2026, 3, 29), devices=None
    )
    ends_at = datetime(2026, 3, 29, 22, tzinfo=UTC)
    assert stand(ends_at, license_=license_).period_share == 1.0
    assert not stand(ends_at - SECOND, license_=license_).is_expired


@pytest.mark.parametrize(
    ("used", "severity"),
    [
        (0, None),
        (7, None),
        (8, Severity.MAJOR),
        (9, Severity.MAJOR),
        (10, Severity.CRITICAL),
        (12, Severity.CRITICAL),
    ],
)
def test_a_capacity_fills_up(used: int, severity: Severity | None):
    assert stand(datetime(2026, 3, 2, tzinfo=UTC), used).capacity == severity


def test_the_community_licence_has_no_limits():
    stands = stand(ENDS_AT, 1_000_000, license_=None)
    assert (stands.days_left, stands.is_expired, stands.period, stands.capacity) == (None, False, None, None)
    assert list(warnings_of(stands)) == []


def test_both_alarms_stand_side_by_side():
    assert list(warnings_of(stand(ENDS_AT, 8))) == [
        Warned("period", Severity.CRITICAL, "100% of the period defined in the license has been consumed."),
        Warned("capacity", Severity.MAJOR, "80% of the capacity defined in the license has been consumed."),
    ]
