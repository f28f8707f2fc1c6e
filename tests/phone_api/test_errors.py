"""What a phone is told that is to come again."""

import pytest

from app.phone_api.errors import LATER, SOON, refuse_busy


@pytest.mark.parametrize(("seconds", "least", "most"), [(SOON, 15, 45), (LATER, 60, 180)])
def test_phones_that_are_refused_together_do_not_come_back_together(seconds, least, most):
    told = [int(refuse_busy("Try again later.", seconds).headers["Retry-After"]) for _ in range(600)]
    assert least <= min(told) < max(told) <= most
    assert len(set(told)) >= (most - least) // 2
    assert max(told.count(second) for second in told) < 60
