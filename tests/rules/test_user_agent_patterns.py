"""Patterns that tell a phone's model by its User-Agent."""

import time

import pytest

from app.errors import InvalidInputError
from app.rules.user_agent_patterns import check_pattern, model_by_pattern

FANVIL = "Fanvil X4U 2.4.5 0c383e1a2b3c"


@pytest.mark.parametrize("pattern", ["Fanvil X4U *", "fanvil x4u*", "*X4U*", "Fanvil X?U 2.4.5 0c383e1a2b3c"])
def test_pattern_fits_whatever_the_case(pattern: str) -> None:
    assert model_by_pattern(FANVIL, {"X4U": pattern}) == "X4U"


@pytest.mark.parametrize("pattern", ["Fanvil X4U", "X4U*", "Fanvil X5*", "[FG]anvil*", "", "Fanvil.*"])
def test_pattern_has_to_fit_the_whole_text_and_only_star_and_question_mark_stand_for_others(
    pattern: str,
) -> None:
    assert model_by_pattern(FANVIL, {"X4U": pattern}) is None


def test_longest_pattern_goes_first() -> None:
    patterns = {"Any Fanvil": "Fanvil*", "X4U": "Fanvil X4U *", "X": "*fan*"}
    assert model_by_pattern(FANVIL, patterns) == "X4U"


@pytest.mark.parametrize("text", ["", "   ", "Fanvil X4U " + "x" * 300])
def test_nothing_and_too_much_fit_no_pattern(text: str) -> None:
    assert model_by_pattern(text, {"X4U": "*"}) is None


def test_hostile_pattern_is_not_slow() -> None:
    began = time.process_time()
    assert model_by_pattern("a" * 256, {"X": "*a" * 60 + "*b"}) is None
    assert time.process_time() - began < 1


@pytest.mark.parametrize("pattern", ["*", "?*", " * ", "*a*", "*-*"])
def test_pattern_for_phones_at_large_is_refused(pattern: str) -> None:
    with pytest.raises(InvalidInputError, match="fits phones of other models too"):
        check_pattern(pattern)


def test_pattern_of_several_lines_is_refused() -> None:
    with pytest.raises(InvalidInputError, match="one line"):
        check_pattern("Fanvil\nX4U*")


def test_pattern_is_kept_without_blanks_around_it() -> None:
    assert check_pattern(" Fanvil X4U * ") == "Fanvil X4U *"
    assert check_pattern("") == ""
