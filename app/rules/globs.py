"""Patterns of text: ``*`` for any characters, ``?`` for one, nothing else; no text makes one slow."""

import fnmatch
import re
from collections.abc import Callable
from functools import lru_cache


# fnmatch makes of each star an expression that is tried once, so the time is at most letters times stars.
@lru_cache(maxsize=4096)
def glob_matcher(pattern: str) -> Callable[[str], object]:
    """Return what finds a pattern in a whole text, without regard to the case of the pattern.

    The text has to be case-folded; what comes back is true where it fits.
    """
    literal_brackets = pattern.casefold().replace("[", "[[]")
    return re.compile(fnmatch.translate(literal_brackets)).match


def has_wildcard(pattern: str) -> bool:
    """Return whether anything of the pattern stands for other text."""
    return "*" in pattern or "?" in pattern
