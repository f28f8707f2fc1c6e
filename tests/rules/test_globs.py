"""Patterns with stars and question marks."""

import time
from fnmatch import fnmatchcase

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.globs import glob_matcher, has_wildcard

# The longest text of a phone is its location.
HOSTILE = [
    "*a" * 100 + "*b",
    "a*" * 120,
    "*?" * 120 + "b",
    "?*" * 120 + "b",
    "*" * 250 + "b",
    "*a?" * 80 + "b",
]


@pytest.mark.parametrize(
    ("pattern", "text", "fits"),
    [
        ("sales-*", "sales-anna", True),
        ("SALES-*", "sales-anna", True),
        ("sales-*", "presales-anna", False),
        ("*@acme.com", "anna@acme.com", True),
        ("a?c", "abc", True),
        ("a?c", "ac", False),
        ("[ab]*", "[ab]c", True),
        ("[ab]*", "ac", False),
        ("*", "line\nline", True),
        ("a.c", "abc", False),
    ],
)
def test_pattern_fits_a_whole_text(pattern: str, text: str, fits: bool) -> None:
    assert bool(glob_matcher(pattern)(text)) is fits


@given(st.text("ab*?", max_size=8), st.text("ab", max_size=10))
def test_pattern_fits_as_those_of_files_do(pattern: str, text: str) -> None:
    assert bool(glob_matcher(pattern)(text)) is fnmatchcase(text, pattern)


@pytest.mark.parametrize("pattern", HOSTILE, ids=range(len(HOSTILE)))
def test_no_pattern_is_slow(pattern: str) -> None:
    begun = time.process_time()
    glob_matcher(pattern)("a" * 2048)
    assert time.process_time() - begun < 0.2


def test_wildcards_are_seen() -> None:
    assert (has_wildcard("a*"), has_wildcard("?"), has_wildcard("[a]")) == (True, True, False)
