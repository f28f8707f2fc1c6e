"""Reads the text of conditions: ``or`` binds less than ``and``, that less than ``not``, that less than a condition.

::

    any       = all { "or" all }
    all       = one { "and" one }
    one       = "not" one | "(" any ")" | condition
    condition = field operator [ value | "(" value { "," value } ")" ]
"""

from collections.abc import Callable
from typing import NoReturn, TypeVar

from app.errors import InvalidInputError
from app.rules.conditions.fields import Field
from app.rules.conditions.operators import PRESENCE, Operator, why_wrong_count
from app.rules.conditions.text.problems import ConditionTextError, place_in
from app.rules.conditions.text.words import AND, NOT, OR, Kind, Token, tokens_of
from app.rules.conditions.tree import (
    EVERY_PHONE,
    MOST_CONDITIONS,
    MOST_LEVELS,
    And,
    Condition,
    Node,
    Or,
)
from app.rules.conditions.tree import Not as Contrary
from app.rules.conditions.vocabulary import Vocabulary, checked, read_value

_T = TypeVar("_T")


def parse(text: str, vocabulary: Vocabulary) -> Node:
    """Return the tree of a text, or raise ConditionTextError; no text at all is every phone."""
    tokens = tokens_of(text)
    if tokens[0].kind is Kind.END:
        return EVERY_PHONE
    return _Parser(text, tokens, vocabulary).whole()


class _Parser:
    """Goes through the tokens of one text once, from the first to the last."""

    def __init__(self, text: str, tokens: list[Token], vocabulary: Vocabulary) -> None:
        self._text = text
        self._tokens = tokens
        self._vocabulary = vocabulary
        self._at = 0
        self._conditions = 0

    def whole(self) -> Node:
        tree = self._any(level=0)
        if self._now.is_bracket(")"):
            self._fail(self._now, 'there is no "(" to this ")".')
        if self._now.kind is not Kind.END:
            self._fail(
                self._now, f'{self._now.named} cannot follow here; did you mean "and" or "or" before it?'
            )
        return tree

    @property
    def _now(self) -> Token:
        return self._tokens[self._at]

    def _take(self) -> Token:
        token = self._now
        self._at += token.kind is not Kind.END
        return token

    def _fail(self, at: Token, reason: str) -> NoReturn:
        raise ConditionTextError(self._text, at.position, reason)

    def _any(self, level: int) -> Node:
        parts = self._joined(OR, self._all, level)
        return parts[0] if len(parts) == 1 else Or(tuple(parts))

    def _all(self, level: int) -> Node:
        parts = self._joined(AND, self._one, level)
        return parts[0] if len(parts) == 1 else And(tuple(parts))

    def _joined(self, joint: str, part: Callable[[int], Node], level: int) -> list[Node]:
        parts = [part(level)]
        while self._now.is_word(joint):
            self._take()
            parts.append(part(level))
        return parts

    def _one(self, level: int) -> Node:
        if level > MOST_LEVELS:
            self._fail(self._now, f"this is nested more than {MOST_LEVELS} levels deep; write it flatter.")
        if self._now.is_word(NOT):
            self._take()
            return Contrary(self._one(level + 1))
        if self._now.is_bracket("("):
            opened = self._take()
            tree = self._any(level + 1)
            if not self._now.is_bracket(")"):
                self._fail(self._now, f'missing ")" to the "(" in {place_in(self._text, opened.position)}.')
            self._take()
            return tree
        return self._condition()

    def _condition(self) -> Condition:
        first = self._now
        self._conditions += 1
        if self._conditions > MOST_CONDITIONS:
            self._fail(first, f"the text has more than {MOST_CONDITIONS} conditions.")
        field = self._field()
        operator, operator_at = self._operator(field)
        values = [] if operator in PRESENCE else self._values(field, operator)
        wrong = why_wrong_count(operator, len(values))
        if wrong:
            self._fail(operator_at, wrong)
        return self._told(first, lambda: checked(field, operator, values))

    def _field(self) -> Field:
        token = self._take()
        if token.kind is not Kind.WORD or token.is_word(AND, OR, NOT):
            self._fail(token, f"a field is expected here, like model, and not {token.named}.")
        return self._told(token, lambda: self._vocabulary.field(token.text))

    def _operator(self, field: Field) -> tuple[Operator, Token]:
        token = self._take()
        if token.kind not in (Kind.WORD, Kind.SIGN):
            usable = ", ".join(field.operators)
            self._fail(
                token, f"an operator is expected after {field.name}, and not {token.named}; use {usable}."
            )
        return self._told(token, lambda: self._vocabulary.operator(field, self._written_out(token))), token

    def _written_out(self, token: Token) -> str:
        """Return an operator of words, which may stand apart: ``not in``, ``is not set``."""
        words = [token.text.casefold()]
        for apart in (
            ("not", "in"),
            ("is", "set"),
            ("is", "not", "set"),
            ("in", "range"),
            ("starts", "with"),
        ):
            following = self._tokens[self._at : self._at + len(apart) - 1]
            if words[0] == apart[0] and [each.text.casefold() for each in following] == list(apart[1:]):
                self._at += len(following)
                return "-".join(apart)
        return token.text

    def _values(self, field: Field, operator: Operator) -> list[str]:
        if not self._now.is_bracket("("):
            return [self._value(field)]
        opened = self._take()
        if self._now.is_bracket(")"):
            self._fail(opened, f'"{operator}" needs a value.')
        values = [self._value(field)]
        while self._now.is_bracket(","):
            self._take()
            values.append(self._value(field))
        if not self._now.is_bracket(")"):
            self._fail(self._now, f'missing ")" to the "(" in {place_in(self._text, opened.position)}.')
        self._take()
        return values

    def _value(self, field: Field) -> str:
        token = self._take()
        if token.kind not in (Kind.WORD, Kind.QUOTED) or token.is_word(AND, OR, NOT):
            hint = " Put it in quotes if it is one." if token.kind is not Kind.END else ""
            self._fail(token, f"a value for {field.name} is expected here, and not {token.named}.{hint}")
        return self._told(token, lambda: read_value(field, token.text))

    def _told(self, at: Token, ask: Callable[[], _T]) -> _T:
        """Return what is asked; what is wrong with it is said of the place in the text."""
        try:
            return ask()
        except InvalidInputError as error:
            raise ConditionTextError(self._text, at.position, str(error)) from error
