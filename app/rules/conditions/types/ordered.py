"""What has its place in an order: numbers, lengths of time, severities."""

import re
from abc import abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import ClassVar

from app.errors import InvalidInputError
from app.models.enums import Severity
from app.rules.conditions.field_type import FieldType, Test, Wanted
from app.rules.conditions.operators import Operator
from app.rules.conditions.types.comparisons import COMPARISONS, IN_ORDER
from app.rules.conditions.types.intervals import places_that_differ
from app.rules.sentences import quoted
from app.rules.suggestions import did_you_mean


class Ordered(FieldType):
    """Facts that are compared as whole numbers from 0 on."""

    operators: ClassVar[tuple[Operator, ...]] = IN_ORDER
    cost: ClassVar[int] = 1
    most: ClassVar[int | None] = None
    phrases: ClassVar[Mapping[Operator, tuple[str, str]]] = MappingProxyType(
        {
            Operator.IS: ("is", "is not"),
            Operator.LESS: ("is less than", "is not less than"),
            Operator.AT_MOST: ("is at most", "is more than"),
            Operator.MORE: ("is more than", "is not more than"),
            Operator.AT_LEAST: ("is at least", "is less than"),
        }
    )

    @abstractmethod
    def comparable(self, fact: str) -> int | None:
        """Return the place of a fact in the order, None for what has none."""

    def place(self, value: str) -> int:
        """Return the place of a value, which was read before."""
        return self.comparable(value) or 0

    def test(self, operator: Operator, values: Sequence[str]) -> Test:
        """Return the comparison with the value."""
        return COMPARISONS[operator](self.place(values[0]))

    def witnesses(self, wanted: Sequence[Wanted]) -> Iterable[int]:
        """Return the first place, each that is wanted anywhere, and the one after it."""
        places = [self.place(value) for _, values in wanted for value in values]
        differ = places_that_differ(0, ((place, place + 1) for place in places))
        return [place for place in differ if self.most is None or place <= self.most]

    def phrase(self, operator: Operator) -> tuple[str, str]:
        """Return how a sentence compares."""
        return self.phrases[operator]


class Number(Ordered):
    """A whole number."""

    title: ClassVar[str] = "number"

    def read(self, text: str) -> str:
        """Return the number in digits."""
        written = text.strip()
        if not (written.isascii() and written.isdigit()) or len(written) > 9:
            raise InvalidInputError(f"{quoted(written)} is not a number; write digits alone, like 10.")
        return str(int(written))

    def comparable(self, fact: str) -> int | None:
        """Return the number."""
        return int(fact) if fact.isascii() and fact.isdigit() else None


_UNITS: Mapping[str, int] = MappingProxyType({"d": 86_400, "h": 3_600, "m": 60, "s": 1})
_is_duration = re.compile(r"([0-9]{1,6}) ?([dhms])").fullmatch


class Duration(Ordered):
    """A length of time, in seconds, minutes, hours or days."""

    title: ClassVar[str] = "duration"

    def read(self, text: str) -> str:
        """Return the duration in the largest unit that it is whole in."""
        found = _is_duration(text.strip().casefold())
        if found is None:
            raise InvalidInputError(
                f"{quoted(text.strip())} is not a length of time; write it like 90s, 15m, 2h or 7d."
            )
        return written_duration(int(found[1]) * _UNITS[found[2]])

    def comparable(self, fact: str) -> int | None:
        """Return the seconds."""
        found = _is_duration(fact)
        return int(found[1]) * _UNITS[found[2]] if found else None


def written_duration(seconds: int) -> str:
    """Return a length of time as a condition has it: in the largest unit that it is whole in."""
    if not seconds:
        return "0s"
    unit = next(unit for unit, length in _UNITS.items() if seconds % length == 0)
    return f"{seconds // _UNITS[unit]}{unit}"


class SeverityLevel(Ordered):
    """How bad an alarm is; what is worse is more."""

    title: ClassVar[str] = "severity"
    operators: ClassVar[tuple[Operator, ...]] = (*Ordered.operators, Operator.IN, Operator.NOT_IN)
    phrases: ClassVar = MappingProxyType(
        {
            Operator.IS: ("is", "is not"),
            Operator.IN: ("is one of", "is none of"),
            Operator.LESS: ("is below", "is not below"),
            Operator.AT_MOST: ("is at most", "is worse than"),
            Operator.MORE: ("is worse than", "is not worse than"),
            Operator.AT_LEAST: ("is at least", "is below"),
        }
    )
    words: ClassVar = tuple(reversed(Severity))
    most: ClassVar = len(words) - 1

    def read(self, text: str) -> str:
        """Return the word."""
        word = text.strip().casefold()
        if word not in self.words or word == Severity.CLEARED:
            known = [each.value for each in Severity if each is not Severity.CLEARED]
            raise InvalidInputError(
                f"No severity is called {quoted(text.strip())}; {did_you_mean(text.strip(), known)}"
            )
        return word

    def comparable(self, fact: str) -> int | None:
        """Return the place of a severity, from cleared to critical."""
        return _PLACES.get(fact)

    def test(self, operator: Operator, values: Sequence[str]) -> Test:
        """Return the comparison with the value, or whether it is one of them."""
        if operator is Operator.IN:
            return frozenset(self.place(value) for value in values).__contains__
        return super().test(operator, values)


_PLACES: Mapping[str, int] = MappingProxyType(
    {severity.value: place for place, severity in enumerate(SeverityLevel.words)}
)
