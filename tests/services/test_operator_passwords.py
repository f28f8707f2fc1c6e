"""Passwords of operators: what is easy to guess is refused, with what would make it better."""

import pytest
from zxcvbn.frequency_lists import FREQUENCY_LISTS

from app.errors import InvalidInputError
from app.models import Operator
from app.services import operator_passwords
from app.services.operator_passwords import SHORTEST

OLGA = Operator(username="olga", first_name="Olga", last_name="Orlowa", email="o.orlowa@example.com")


@pytest.mark.parametrize(
    "password",
    ["vermilion teapot 9 gravel", "xK4#mq9Lw2", "Ärger über Öl im Getriebe", "q" * 3 + "zebra-umlaut-42"],
)
def test_a_password_that_is_hard_to_guess_is_taken(password: str):
    operator_passwords.check(password, known=operator_passwords.words_of(OLGA))


@pytest.mark.parametrize(
    ("password", "said"),
    [
        ("short1!", "at least 8 characters"),
        ("x" * 201, "at most 200 characters"),
        ("password1", "easy to guess"),
        ("qwertyuiop", "easy to guess"),
        ("Ringmaster2026", "easy to guess"),
        ("acladmin1234", "easy to guess"),
        ("orlowa-2026", "easy to guess"),
        ("aaaaaaaaaaaaaaaaaaaa", 'Repeats like "aaa"'),
    ],
)
def test_one_that_is_easy_to_guess_is_refused_with_the_reason(password: str, said: str):
    with pytest.raises(InvalidInputError, match=said) as refused:
        operator_passwords.check(password, known=operator_passwords.words_of(OLGA))
    assert set(refused.value.by_field) == {"password"}


def test_the_3000_most_used_are_refused():
    used = [password for password in FREQUENCY_LISTS["passwords"][:3000] if len(password) >= SHORTEST]
    assert len(used) > 100
    for password in used:
        for typed in (password, password.capitalize()):
            with pytest.raises(InvalidInputError, match="easy to guess"):
                operator_passwords.check(typed)
