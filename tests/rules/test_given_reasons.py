"""A reason is one line that can be seen, in any script."""

import pytest

from app.errors import InvalidInputError
from app.rules.given_reasons import checked_reason, reason_in


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("", ""),
        ("  Ticket 4711: moved desks ", "Ticket 4711: moved desks"),
        ("Přestěhování: 移動 👍", "Přestěhování: 移動 👍"),
        ("Cafe\u0301", "Café"),
        ("x" * 200, "x" * 200),
    ],
)
def test_a_reason_is_kept_as_it_is_meant(typed: str, kept: str):
    assert checked_reason(typed) == kept


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("x" * 201, "The reason has 201 characters; 200 is the most."),
        ("one\ntwo", r"The reason has a control character \(U\+000A\); leave it out."),
        ("a\u202eb", r"The reason has a character that turns the direction of writing \(U\+202E\)"),
        ("a\u200bb", r"The reason has a character that cannot be seen \(U\+200B\)"),
    ],
)
def test_what_no_line_can_show_is_refused(typed: str, said: str):
    with pytest.raises(InvalidInputError, match=said):
        checked_reason(typed)


@pytest.mark.parametrize(
    ("note", "reason"),
    [(" Ticket 4711 ", "Ticket 4711"), ("", ""), ("two\nlines", ""), ("x" * 201, "")],
)
def test_a_note_is_a_reason_where_it_can_be_one(note: str, reason: str):
    assert reason_in(note) == reason
