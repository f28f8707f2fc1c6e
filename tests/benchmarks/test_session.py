"""A run does what is asked for, repeats what a busy machine spoiled, and puts the targets at the top of its page."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from benchmarks import catalogue, session
from benchmarks.experiment import Experiment, NotMeasurableError, Outcome, Section
from benchmarks.page import as_page
from benchmarks.plain_client import PlainClient
from benchmarks.rounds import FailedAnswersError
from benchmarks.scale import SMALL
from benchmarks.servers import Server
from benchmarks.session import Results
from benchmarks.targets import Bound, Finding, Target
from benchmarks.variants import Variant
from benchmarks.verification import DiscrepancyError
from benchmarks.workbench import Workbench

TARGET = Target("K1", "keep-alives/s", Bound.AT_LEAST, 2.5, "B")
STEADY, MOVING = [10.0, 20.0], [10.0, 26.0]


@pytest.fixture
def bench(tmp_path: Path) -> Workbench:
    baseline = Variant("B", Server(pid=1, port=1))
    return Workbench(tmp_path, SMALL, PlainClient(), baseline, [], tell=lambda _: None)


def outcome(baselines: Sequence[float]) -> Outcome:
    return Outcome([Section("Keep-alives", "Text.", "| table |")], [Finding(TARGET, 3.0)], baselines)


def run(bench: Workbench, *baselines: Sequence[float]) -> tuple[Results, list[Outcome]]:
    """Run one experiment whose baseline moves like this, attempt after attempt."""
    attempts, shown = iter(baselines), list[Outcome]()
    experiment = Experiment("keep-alives", (TARGET,), lambda _: outcome(next(attempts)))
    return session.run([experiment], bench, shown.append), shown


def run_raising(bench: Workbench, error: Exception) -> Results:
    def fail(_: Workbench) -> Outcome:
        raise error

    return session.run([Experiment("keep-alives", (TARGET,), fail)], bench, lambda _: None)


def test_what_a_quiet_machine_found_stands(bench: Workbench) -> None:
    results, shown = run(bench, STEADY)
    assert results == Results(shown)
    assert len(shown) == 1


def test_an_experiment_on_a_busy_machine_is_repeated_and_said_to_be(bench: Workbench) -> None:
    results, shown = run(bench, MOVING, STEADY)
    assert results == Results([outcome(STEADY)], repeated=["keep-alives"])
    assert shown == [outcome(STEADY)]


def test_after_two_repetitions_the_last_one_is_taken_with_a_warning(bench: Workbench) -> None:
    results, _ = run(bench, MOVING, MOVING, MOVING)
    assert results == Results([outcome(MOVING)], unsteady=["keep-alives"])


def test_an_experiment_without_a_baseline_is_not_repeated(bench: Workbench) -> None:
    results, _ = run(bench, [])
    assert not results.unsteady


def test_what_cannot_be_measured_here_is_said_with_its_reason(bench: Workbench) -> None:
    results = run_raising(bench, NotMeasurableError("nginx is not installed"))
    assert results.findings == [Finding(TARGET, None, "nginx is not installed")]
    assert results.are_sound


@pytest.mark.parametrize("error", [FailedAnswersError("3 requests failed"), DiscrepancyError("0 rows")])
def test_an_experiment_that_fails_does_not_end_the_run_and_is_said_to_have_failed(
    bench: Workbench, error: Exception
) -> None:
    results = run_raising(bench, error)
    assert results.findings == [Finding(TARGET, None, str(error))]
    assert results.failed == ["keep-alives"]
    assert not results.are_sound
    assert "a request failed" in page(results)


@pytest.mark.parametrize("word", ["K1", "k1", "keep-alives"])
def test_an_experiment_is_asked_for_by_its_name_or_by_a_target(word: str) -> None:
    assert [one.name for one in catalogue.chosen([word])] == ["keep-alives"]


def test_two_words_for_one_experiment_do_it_once() -> None:
    assert len(catalogue.chosen(["K1", "K2"])) == 1


def test_no_word_means_all_experiments() -> None:
    assert catalogue.chosen([]) == list(catalogue.EXPERIMENTS)


def test_a_word_that_names_nothing_is_refused_with_those_that_do() -> None:
    with pytest.raises(catalogue.UnknownExperimentError, match=r"X9 is no experiment.*keep-alives, K1"):
        catalogue.chosen(["X9"])


def page(results: Results) -> str:
    at = datetime(2026, 3, 9, tzinfo=UTC)
    return as_page(results, {"Python": "3.11.9"}, at, generator="wrk 4.1.0", ceiling=17_000.0)


def test_the_page_names_day_machine_generator_and_ceiling() -> None:
    text = page(Results([outcome(STEADY)]))
    for fact in ("2026-03-09", "* Python: 3.11.9", "wrk 4.1.0", "17,000 requests", "### Keep-alives"):
        assert fact in text


def test_the_page_begins_with_the_targets() -> None:
    text = page(Results([outcome(STEADY)]))
    assert text.index("| K1 | keep-alives/s | at least 2.5 B |") < text.index("### Keep-alives")


def test_the_page_warns_of_a_machine_that_was_too_busy() -> None:
    assert "too busy for keep-alives" in page(Results([outcome(MOVING)], unsteady=["keep-alives"]))
    assert "too busy" not in page(Results([outcome(STEADY)], repeated=["keep-alives"]))


def test_targets_stand_in_the_order_of_their_ids() -> None:
    other = Target("C1", "files", Bound.AT_LEAST, 2.0, "B")
    results = Results([outcome(STEADY), Outcome([], [Finding(other, 1.0)])])
    assert [finding.target.id for finding in results.findings] == ["C1", "K1"]
