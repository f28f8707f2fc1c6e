"""How often something may be done."""

from app.rest_api.rate_limit import RateLimit


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_so_many_at_once_then_one_by_one_as_time_goes_by():
    clock = Clock()
    limit = RateLimit(60, clock=clock)
    assert [limit.take("a") for _ in range(61)] == [0] * 60 + [1]
    assert limit.take("b") == 0
    clock.now += 1
    assert [limit.take("a"), limit.take("a")] == [0, 1]
    clock.now += 3600
    assert [limit.take("a") for _ in range(61)] == [0] * 60 + [1]


def test_what_is_remembered_is_bounded():
    limit = RateLimit(60, clock=Clock())
    for number in range(11_000):
        limit.take(str(number))
    assert len(limit) == 10_000
