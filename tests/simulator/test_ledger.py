"""Counting, durations, patience, and the summary."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.ledger import Durations, Kind, Ledger
from simulator.patience import wished_wait
from simulator.summary import Summary, request_figures

NOW = datetime(2026, 8, 5, 12, 0, tzinfo=UTC)


@given(st.lists(st.floats(1e-5, 100), min_size=1, max_size=200), st.sampled_from([0.5, 0.99]))
def test_quantile_is_off_by_one_percent_at_most(seconds: list[float], share: float) -> None:
    durations = Durations()
    for duration in seconds:
        durations.add(duration)
    below = [duration for duration in seconds if duration <= durations.at(share) * 1.0101]
    assert len(below) >= share * len(seconds) - 1e-9
    above = [duration for duration in seconds if duration >= durations.at(share) / 1.0101]
    assert len(above) >= (1 - share) * len(seconds) - 1e-9


def test_no_durations_have_no_quantile() -> None:
    assert Durations().at(0.5) is None


def test_reports_are_kept_only_when_asked_for() -> None:
    keeping, forgetting = Ledger(keeps_acknowledged=True), Ledger(keeps_acknowledged=False)
    for ledger in (keeping, forgetting):
        ledger.acknowledge("00908f000001", 1, {"status": "started"}, NOW)
    assert [(report.mac, report.sequence) for report in keeping.acknowledged] == [("00908f000001", 1)]
    assert forgetting.acknowledged == []


def test_reasons_of_failure_do_not_grow_without_end() -> None:
    ledger = Ledger(keeps_acknowledged=False)
    for number in range(1000):
        ledger.fail("configuration file", f"line {number} is odd")
    assert len(ledger.failures) == 201
    assert ledger.failures.total() == 1000
    assert ledger.failures["configuration file: other reasons"] == 800


@pytest.mark.parametrize(
    ("status", "text", "seconds"),
    [
        (503, "7", 7.0),
        (503, " 0 ", 0.0),
        (503, "9" * 400, 300.0),
        (503, "Wed, 05 Aug 2026 12:00:30 GMT", 30.0),
        (503, "Wed, 05 Aug 2026 11:00:00 GMT", 0.0),
        (503, "Wed, 05 Aug 2026 12:00:30 -0000", 30.0),
        (503, "", None),
        (503, "soon", None),
        (503, "-5", None),
        (200, "7", None),
        (429, "7", None),
    ],
)
def test_only_503_with_retry_after_asks_for_patience(status: int, text: str, seconds: float | None) -> None:
    assert wished_wait(status, text, NOW) == seconds


def summary(ledger: Ledger) -> Summary:
    return Summary(
        seconds=2.0,
        phones=3,
        states={"registered": 2, "silent": 1},
        with_personal_file=2,
        restarts=1,
        requests=request_figures(ledger),
        actions_taken=1,
        actions_ignored=4,
        failures=dict(ledger.failures),
    )


def test_summary_tells_phones_requests_and_failures() -> None:
    ledger = Ledger(keeps_acknowledged=False)
    ledger.count(Kind.REPORT, 0.010)
    ledger.count(Kind.REPORT, 0.010, "answered 500")
    ledger.postpone(Kind.REPORT, 0.010)
    ledger.fail(Kind.REPORT, "answered 500")
    text = summary(ledger).as_text()
    assert "3 phones after 2.0 s: 2 registered, 1 silent" in text
    assert "1 times report: answered 500" in text
    figures = summary(ledger).requests["report"]
    assert (figures.count, figures.errors, figures.postponed) == (3, 1, 1)
    assert figures.reasons == {"answered 500": 1}
    assert figures.median_seconds == pytest.approx(0.010, rel=0.011)


def test_summary_as_data_holds_the_same() -> None:
    ledger = Ledger(keeps_acknowledged=False)
    ledger.count(Kind.ALARM, timedelta(milliseconds=5).total_seconds())
    data = summary(ledger).as_dict()
    assert data["states"] == {"registered": 2, "silent": 1}
    assert data["requests_per_second"] == 0.5
    assert "nothing failed" in summary(ledger).as_text()
