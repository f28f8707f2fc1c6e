"""Ratios are taken within a round, and the middle one counts."""

import pytest

from benchmarks.ratios import Spread, is_steady, ratios, spread


def test_the_middle_round_counts_and_the_extremes_are_shown() -> None:
    assert spread([5.0, 1.0, 3.0]) == Spread(median=3.0, least=1.0, most=5.0)


def test_each_figure_is_divided_by_the_baseline_of_its_own_round() -> None:
    assert ratios([10.0, 40.0, 90.0], [10.0, 20.0, 30.0]) == Spread(median=2.0, least=1.0, most=3.0)


def test_the_baseline_is_one_baseline_however_it_moves() -> None:
    assert ratios([3.0, 7.0], [3.0, 7.0]) == Spread(1.0, 1.0, 1.0)


def test_a_round_without_its_baseline_is_an_error() -> None:
    with pytest.raises(ValueError, match="zip"):
        ratios([1.0, 2.0], [1.0])


@pytest.mark.parametrize(("rates", "expected"), [([10.0, 25.0], True), ([10.0, 25.1], False), ([7.0], True)])
def test_a_machine_is_steady_while_the_baseline_moves_by_a_factor_of_two_and_a_half(
    rates: list[float], expected: bool
) -> None:
    assert is_steady(rates) is expected
