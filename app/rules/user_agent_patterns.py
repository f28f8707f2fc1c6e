"""Patterns that tell a phone's model by its User-Agent: ``*`` for any characters, ``?`` for one, nothing else."""

from collections.abc import Mapping

from app.errors import InvalidInputError
from app.rules.globs import glob_matcher
from app.rules.sentences import quoted
from app.rules.user_agents import LONGEST_TEXT

_FEWEST_LETTERS = 3


def check_pattern(text: str) -> str:
    """Return the pattern without blanks around it, or raise InvalidInputError for one that fits phones at large."""
    pattern = text.strip()
    letters = sum(letter.isalnum() for letter in pattern)
    if pattern and letters < _FEWEST_LETTERS:
        raise InvalidInputError(
            f"{quoted(pattern)} fits phones of other models too; "
            "write what the User-Agent begins with, like Fanvil X4U*."
        )
    if not pattern.isprintable():
        raise InvalidInputError("A User-Agent is one line of printable characters; write the pattern so.")
    return pattern


def model_by_pattern(user_agent: str, patterns: Mapping[str, str]) -> str | None:
    """Return the model whose pattern fits the whole text, without regard to case; the longest pattern goes first.

    ``patterns`` are by model. Text of more than 256 characters fits none.
    """
    written = user_agent.strip().casefold()
    if not written or len(written) > LONGEST_TEXT:
        return None
    fitting = [model for model, pattern in patterns.items() if pattern and glob_matcher(pattern)(written)]
    return max(fitting, key=lambda model: (len(patterns[model]), model), default=None)
