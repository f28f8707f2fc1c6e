"""Text as phones and people write it, compared whole or by a pattern, without regard to case."""

from collections.abc import Iterable, Sequence
from typing import ClassVar
from unicodedata import normalize

from app.errors import InvalidInputError
from app.rules.conditions.field_type import FieldType, Test, Wanted
from app.rules.conditions.operators import Operator
from app.rules.conditions.types.patterns import Pattern, texts_that_differ
from app.rules.globs import glob_matcher, has_wildcard
from app.rules.sentences import quoted

LONGEST_VALUE = 256


class Text(FieldType):
    """A text, equal to a value or like a pattern with ``*`` and ``?``."""

    title: ClassVar[str] = "text"
    operators: ClassVar = (Operator.IS, Operator.IS_NOT, Operator.LIKE, Operator.NOT_LIKE)
    cost: ClassVar[int] = 4

    def read(self, text: str) -> str:
        """Return the text without blanks around it."""
        value = normalize("NFC", text).strip()
        if not value:
            raise InvalidInputError(
                "A value is empty; to ask whether there is one, use is-set or is-not-set."
            )
        if len(value) > LONGEST_VALUE:
            raise InvalidInputError(
                f"{quoted(value)} has {len(value)} characters; {LONGEST_VALUE} is the most."
            )
        if not value.isprintable():
            raise InvalidInputError(f"{quoted(value)} has a character that cannot be seen; leave it out.")
        return value

    def comparable(self, fact: str) -> str:
        """Return the text in one coding, without case."""
        return fact.lower() if fact.isascii() else normalize("NFC", fact).casefold()

    def test(self, operator: Operator, values: Sequence[str]) -> Test:
        """Return whether a text is the value, or is like one of the patterns."""
        if operator is Operator.IS:
            return values[0].casefold().__eq__
        matchers = [_like(value) for value in values]
        if len(matchers) == 1:
            return matchers[0]
        return lambda found: any(matches(found) for matches in matchers)

    def doubt(self, operator: Operator, value: str) -> str:
        """A pattern without a wildcard is the whole text, and wildcards of a text are none."""
        if (operator in (Operator.LIKE, Operator.NOT_LIKE)) is has_wildcard(value):
            return ""
        if has_wildcard(value):
            return f"{quoted(value)} is compared as it is; its wildcards count with ~ and !~."
        return f"{quoted(value)} has no wildcard, so it has to be the whole text; did you mean *{value}*?"

    def witnesses(self, wanted: Sequence[Wanted]) -> Iterable[str]:
        """Return texts that tell the values and patterns apart."""
        return texts_that_differ(
            Pattern(value.casefold(), is_glob=operator is Operator.LIKE)
            for operator, values in wanted
            for value in values
        )


def _like(pattern: str) -> Test:
    """Return the cheapest test for a pattern; most have a star at one end or at both."""
    folded = pattern.casefold()
    plain = folded.strip("*")
    if not plain or "*" in plain or "?" in plain:
        return glob_matcher(pattern)
    if folded == plain:
        return plain.__eq__
    if folded[0] != "*":
        return lambda found: found.startswith(plain)
    if folded[-1] != "*":
        return lambda found: found.endswith(plain)
    return lambda found: plain in found
