"""Slices of pies: where they begin and end."""

from app.rendering.pie_slices import slices


def test_slices_follow_one_another_clockwise_from_the_top() -> None:
    first, second, third = slices([1, 1, 2])
    assert first.startswith("M0.0000 -1.0000A1 1 0 0 1 1.0000 -0.0000")
    assert second.startswith("M1.0000 -0.0000A1 1 0 0 1 0.0000 1.0000")
    assert third.startswith("M0.0000 1.0000A1 1 0 0 1 ")


def test_a_slice_of_all_is_still_drawn_and_one_of_nothing_is_not() -> None:
    whole, nothing = slices([5, 0])
    assert "A1 1 0 1 1" in whole
    assert nothing == ""


def test_no_numbers_make_no_slices() -> None:
    assert slices([]) == []
