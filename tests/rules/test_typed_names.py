"""Names as people type them: what is kept, and what nobody could see."""

import pytest

from app.errors import InvalidInputError
from app.rules.typed_names import check_is_visible, checked_name, hidden_character


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  Anna Berg ", "Anna Berg"),
        ("Zoe\u0308", "Zoë"),
        ('O\'Neil, Jr. <ops> & "co" /\\;%', 'O\'Neil, Jr. <ops> & "co" /\\;%'),
        ("محمد", "محمد"),
        ("שרה", "שרה"),
        ("山田 太郎", "山田 太郎"),
        (
            "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",
            "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",
        ),
        ("👩‍🔧 desk", "👩‍🔧 desk"),
        ("x" * 100, "x" * 100),
        ("", ""),
    ],
)
def test_any_script_blanks_and_punctuation_are_kept(typed: str, kept: str):
    assert checked_name(typed, "user name", 128) == kept


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("a\tb", r"The user name has a control character \(U\+0009\); leave it out\."),
        ("a\nb", r"control character \(U\+000A\)"),
        ("a\x00b", r"control character \(U\+0000\)"),
        ("a\x9fb", r"control character \(U\+009F\)"),
        ("anna\u202egpj", r"a character that turns the direction of writing \(U\+202E\)"),
        ("\u2067anna", r"turns the direction of writing \(U\+2067\)"),
        ("an\u200bna", r"a character that cannot be seen \(U\+200B\)"),
        ("an\u00adna", r"cannot be seen \(U\+00AD\)"),
        ("an\ufeffna", r"cannot be seen \(U\+FEFF\)"),
        ("an\u2028na", r"cannot be seen \(U\+2028\)"),
        ("an\ud800na", r"cannot be seen \(U\+D800\)"),
        ("x" * 129, r"The user name has 129 characters; 128 is the most\."),
    ],
)
def test_what_cannot_be_seen_or_is_too_long_is_refused_with_a_sentence(typed: str, sentence: str):
    with pytest.raises(InvalidInputError, match=sentence):
        checked_name(typed, "user name", 128)


def test_the_first_hidden_character_is_the_one_that_is_named():
    assert hidden_character("a\u200b\u202e") == "\u200b"
    assert hidden_character("plain") == ""


def test_a_password_is_looked_at_in_the_same_way():
    check_is_visible("pä$$ wörd", "password")
    with pytest.raises(InvalidInputError, match="The password has"):
        check_is_visible("a\rb", "password")
