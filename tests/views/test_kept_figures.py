"""Figures that are dear to count are kept; others are counted for each who asks."""

from collections.abc import Iterator

from app.views.kept_figures import KeptFigures


class Clock:
    """A clock that goes on when somebody counts."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def counted(clock: Clock, seconds: float) -> Iterator[int]:
    number = 0
    while True:
        clock.now += seconds
        number += 1
        yield number


def test_what_is_cheap_is_counted_each_time() -> None:
    clock = Clock()
    kept, numbers = KeptFigures(0.1, clock), counted(clock, 0.05)
    assert [kept.get("all", lambda: next(numbers)) for _ in range(3)] == [1, 2, 3]


def test_what_is_dear_is_kept_twenty_times_as_long_as_it_took() -> None:
    clock = Clock()
    kept, numbers = KeptFigures(0.1, clock), counted(clock, 0.5)
    assert kept.get("all", lambda: next(numbers)) == 1
    clock.now += 9.9
    assert kept.get("all", lambda: next(numbers)) == 1
    clock.now += 0.2
    assert kept.get("all", lambda: next(numbers)) == 2


def test_nothing_is_kept_for_longer_than_half_a_minute() -> None:
    clock = Clock()
    kept, numbers = KeptFigures(0.1, clock), counted(clock, 20)
    assert kept.get("all", lambda: next(numbers)) == 1
    clock.now += 31
    assert kept.get("all", lambda: next(numbers)) == 2


def test_each_scope_has_its_own_and_old_ones_make_room() -> None:
    clock = Clock()
    kept, numbers = KeptFigures(0.1, clock), counted(clock, 1)
    first = kept.get(0, lambda: next(numbers))
    clock.now = 1.0
    assert [kept.get(key, lambda: next(numbers)) for key in range(1, 201)] != [first] * 200
    clock.now = 1.5
    assert kept.get(0, lambda: next(numbers)) != first
