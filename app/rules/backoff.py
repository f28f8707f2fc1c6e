"""How long to wait before something is tried again that failed: ever longer, and not all at the same moment."""

from datetime import timedelta

FIRST = timedelta(seconds=10)
LONGEST = timedelta(minutes=15)
_SPREAD = 0.2


def wait_after(failures: int, *, chance: float) -> timedelta:
    """Return the wait after so many failures in a row, the first being 1; ``chance`` from 0 to 1 spreads it by 20 %."""
    # 2 to the 20th times the first wait is beyond the longest anyway, and beyond all numbers some time later.
    doubled = min(FIRST * (1 << min(failures - 1, 20)), LONGEST)
    return doubled * (1 - _SPREAD + 2 * _SPREAD * chance)
