"""A target is met on one side of its bound, and not at all when nothing was measured."""

import pytest

from benchmarks import targets
from benchmarks.targets import Bound, Finding, Target, figure

RATE = Target("X1", "requests", Bound.AT_LEAST, 2.5, "B")
TIME = Target("X2", "time", Bound.AT_MOST, 0.25, "of B's")


@pytest.mark.parametrize(
    ("finding", "verdict"),
    [
        (Finding(RATE, 2.5), "yes"),
        (Finding(RATE, 2.49), "**no**"),
        (Finding(TIME, 0.25), "yes"),
        (Finding(TIME, 0.26), "**no**"),
        (Finding(RATE, None, "no compiler"), "not measured"),
    ],
)
def test_a_figure_on_the_wrong_side_of_its_bound_is_said_to_be_there(finding: Finding, verdict: str) -> None:
    assert finding.verdict == verdict
    assert finding.is_met is (verdict == "yes")


def test_a_bound_is_shown_with_its_side_and_its_unit() -> None:
    assert (RATE.wording, TIME.wording) == ("at least 2.5 B", "at most 0.25 of B's")


@pytest.mark.parametrize(("number", "shown"), [(0, "0"), (2.5, "2.50"), (21, "21"), (44085.0, "44,085")])
def test_a_figure_has_the_places_it_is_worth(number: float, shown: str) -> None:
    assert figure(number) == shown


def test_no_two_targets_ask_the_same() -> None:
    asked = [found for found in vars(targets).values() if isinstance(found, Target)]
    assert len({(one.id, one.claim) for one in asked}) == len(asked)
