"""What may stand on one line of a phone's file."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rendering.one_line import is_one_line, line_feeds_only, one_line


@pytest.mark.parametrize(
    "text", ["", "plain", "Zoë Ångström", "שלום", "日本", "a;b=c", "no-break\xa0space", "🙂"]
)
def test_text_of_any_script_stays_as_it_is(text: str) -> None:
    assert is_one_line(text)
    assert one_line(text) == text


@pytest.mark.parametrize(
    "sign", ["\n", "\r", "\0", "\t", "\x0b", "\x0c", "\x1b", "\x7f", "\x85", "\u2028", "\u2029", "\udc80"]
)
def test_what_ends_a_line_or_cannot_be_written_is_removed(sign: str) -> None:
    assert not is_one_line(f"a{sign}b")
    assert one_line(f"a{sign}b") == "ab"


@given(st.text(st.characters(codec=None)))
def test_one_line_is_always_one_line_that_can_be_encoded(text: str) -> None:
    line = one_line(text)
    assert is_one_line(line)
    assert len(f"{line}.".splitlines()) == 1
    assert line.encode().decode() == line
    assert not any(unicodedata.category(sign) in {"Cc", "Cs"} for sign in line)


@given(st.text("ab\r\n"))
def test_each_line_end_becomes_one_line_feed(text: str) -> None:
    assert line_feeds_only(text).split("\n") == text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    assert "\r" not in line_feeds_only(text)
