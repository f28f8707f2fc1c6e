"""Passwords of operators: which are taken, and who has to choose another.

A password is judged by how many guesses it takes (zxcvbn: common passwords, names, words, dates, keyboard rows, and
what is known of its owner), and by nothing else: no digit or capital is asked for (NIST SP 800-63B 3.1.1.2, OWASP ASVS
6.2).
"""

from collections.abc import Iterable

from zxcvbn import zxcvbn

from app.errors import InvalidInputError
from app.models import Operator

SHORTEST, LONGEST = 8, 200
_LEAST_SCORE = 3
"""Of zxcvbn: more than 10^8 guesses."""
_JUDGED_CHARACTERS = 72
_OUR_WORDS = ("ringmaster", "audiocodes", "ipp", "phone", "manager", "acladmin")


def check(password: str, *, known: Iterable[str] = ()) -> None:
    """Raise InvalidInputError, with what would make it better, where a password is easy to guess.

    ``known`` are words that whoever guesses knows of its owner, such as the name.
    """
    if len(password) < SHORTEST:
        raise InvalidInputError(f"Give at least {SHORTEST} characters.", field="password")
    if len(password) > LONGEST:
        raise InvalidInputError(f"Give at most {LONGEST} characters.", field="password")
    words = [
        word for text in known for word in (text, *text.replace("@", " ").replace(".", " ").split()) if word
    ]
    judged = zxcvbn(password[:_JUDGED_CHARACTERS], user_inputs=[*_OUR_WORDS, *words])
    if judged["score"] < _LEAST_SCORE:
        feedback = judged["feedback"]
        said = " ".join(part for part in (feedback["warning"], *feedback["suggestions"]) if part)
        raise InvalidInputError(f"This password is easy to guess. {said}".strip(), field="password")


def words_of(operator: Operator) -> tuple[str, ...]:
    """Return what is known of an operator."""
    texts = operator.username, operator.first_name, operator.last_name, operator.email
    return tuple(text for text in texts if text)
