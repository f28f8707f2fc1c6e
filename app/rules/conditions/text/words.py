"""The words and signs of which the text of conditions is made."""

import re
from enum import Enum, auto
from typing import NamedTuple

from app.rules.conditions.operators import Operator
from app.rules.conditions.text.problems import ConditionTextError

LONGEST_TEXT = 2000
AND, OR, NOT = "and", "or", "not"
_JOINTS = frozenset({AND, OR, NOT})
RESERVED = _JOINTS | {operator.value for operator in Operator if operator.value[0].isalpha()}

_next_token = re.compile(
    r"""\s*(?:
      (?P<quoted>"(?:[^"\\]|\\.)*")
    | (?P<sign><=|>=|!=|!~|=|<|>|~)
    | (?P<bracket>[(),])
    | (?P<word>[^\s"(),=<>!~\\]+)
    )""",
    re.VERBOSE | re.DOTALL,
).match
_escaped = re.compile(r"\\(.)", re.DOTALL).sub


class Kind(Enum):
    """What a token is."""

    WORD = auto()
    QUOTED = auto()
    SIGN = auto()
    BRACKET = auto()
    END = auto()


class Token(NamedTuple):
    """A word or sign of a text, and where it begins; quotes and backslashes are taken away from ``text``."""

    kind: Kind
    text: str
    position: int

    def is_word(self, *words: str) -> bool:
        """Return whether it is one of these words, not in quotes, without regard to case."""
        return self.kind is Kind.WORD and self.text.casefold() in words

    def is_bracket(self, bracket: str) -> bool:
        """Return whether it is this bracket, or the comma."""
        return self.kind is Kind.BRACKET and self.text == bracket

    @property
    def named(self) -> str:
        """The token as a sentence names it."""
        return "the end of the text" if self.kind is Kind.END else f'"{self.text}"'


_KINDS = {"quoted": Kind.QUOTED, "sign": Kind.SIGN, "bracket": Kind.BRACKET, "word": Kind.WORD}


def tokens_of(text: str) -> list[Token]:
    """Return the tokens of a text, the last of which is its end, or raise ConditionTextError."""
    if len(text) > LONGEST_TEXT:
        reason = f"the text has {len(text):,} characters; {LONGEST_TEXT:,} is the most."
        raise ConditionTextError(text, LONGEST_TEXT, reason)
    tokens: list[Token] = []
    at, end = 0, len(text.rstrip())
    while at < end:
        found = _next_token(text, at)
        if found is None or found.lastgroup is None:
            raise _stray(text, at)
        written = found[found.lastgroup]
        if found.lastgroup == "quoted":
            written = _escaped(r"\1", written[1:-1])
        tokens.append(Token(_KINDS[found.lastgroup], written, found.start(found.lastgroup)))
        at = found.end()
    return [*tokens, Token(Kind.END, "", end)]


def quoted_if_needed(value: str) -> str:
    """Return a value as a text has it: bare where it is read back as the same."""
    found = _next_token(value)
    is_bare = found is not None and found.lastgroup == "word" and found["word"] == value
    if is_bare and value.casefold() not in RESERVED:
        return value
    return '"' + value.replace("\\", r"\\").replace('"', r"\"") + '"'


def _stray(text: str, at: int) -> ConditionTextError:
    position = at + len(text[at:]) - len(text[at:].lstrip())
    letter = text[position]
    if letter == '"':
        return ConditionTextError(text, position, "the quotes that begin here do not end.")
    hint = "did you mean !=, !~ or not?" if letter == "!" else "put the value in quotes."
    return ConditionTextError(text, position, f'"{letter}" means nothing here; {hint}')
