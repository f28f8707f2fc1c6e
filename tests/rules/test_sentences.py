"""How words of a phone or a person are quoted."""

from hypothesis import given
from hypothesis import strategies as st

from app.rules.sentences import quoted


def test_40_characters_are_quoted_whole() -> None:
    assert quoted("x" * 40) == f'"{"x" * 40}"'


def test_the_41st_character_is_left_out() -> None:
    assert quoted("x" * 41) == f'"{"x" * 40}…"'


@given(st.text())
def test_what_is_quoted_can_be_printed_on_one_line(text: str) -> None:
    assert quoted(text).isprintable()
    assert len(quoted(text)) <= 43
