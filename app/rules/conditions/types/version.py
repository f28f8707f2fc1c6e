"""Firmware versions in their order."""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import ClassVar

from app.errors import InvalidInputError
from app.rules.conditions.field_type import FieldType, Test, Wanted
from app.rules.conditions.operators import Operator
from app.rules.conditions.types.comparisons import COMPARISONS, IN_ORDER
from app.rules.conditions.types.intervals import Stretch, places_that_differ
from app.rules.sentences import quoted
from app.rules.versions import numbers_of, parse_version, train_of

_Place = tuple[tuple[int, ...], int, int]
"""A version as it is compared: numbers without trailing zeros, letter, build."""

_FIRST: _Place = ((), 0, 0)


class FirmwareVersion(FieldType):
    """A version, compared by its numbers; its train is a field of its own."""

    title: ClassVar[str] = "version"
    operators: ClassVar = (*IN_ORDER, Operator.IN_RANGE, Operator.STARTS_WITH)
    cost: ClassVar[int] = 3
    has_few_facts: ClassVar[bool] = True

    def read(self, text: str) -> str:
        """Return the version as it is written."""
        version = parse_version(text)
        if version is None:
            raise InvalidInputError(
                f"{quoted(text.strip())} is not a firmware version; write one like UC_3.4.6.604 or 2.2.16."
            )
        return version.text

    def check(self, operator: Operator, values: Sequence[str]) -> None:
        """A range begins with its earlier version; what a version starts with are numbers alone."""
        if operator is Operator.IN_RANGE and _place(values[0]) > _place(values[1]):
            raise InvalidInputError(
                f"{values[0]} is later than {values[1]}; write the earlier of the two first."
            )
        if operator is Operator.STARTS_WITH and numbers_of(values[0]) is None:
            raise InvalidInputError(f'"starts-with" takes numbers alone, like UC_3.4, and not {values[0]}.')

    def comparable(self, fact: str) -> _Place | None:
        """Return the place of a version in the order, None for what is no version."""
        return _find_place(fact)

    def test(self, operator: Operator, values: Sequence[str]) -> Test:
        """Return the comparison with the value, or with the two of a range."""
        if operator is Operator.IN_RANGE:
            least, most = map(_place, values)
            return lambda found: least <= found <= most
        if operator is Operator.STARTS_WITH:
            first, beyond = _starting_with(values[0])
            return lambda found: first <= found < beyond
        return COMPARISONS[operator](_place(values[0]))

    def witnesses(self, wanted: Sequence[Wanted]) -> Iterable[_Place]:
        """Return each version that is wanted anywhere, and one between each two."""
        return places_that_differ(_FIRST, (stretch for one in wanted for stretch in _stretches(*one)))

    def remark(self, fact: str, values: Sequence[str]) -> str:
        """Versions of different trains are compared by their numbers, which may mean nothing."""
        trains = {train_of(text) for text in (fact, *values)}
        return "different release trains" if len(trains) > 1 else ""


@lru_cache(maxsize=4096)
def _find_place(text: str) -> _Place | None:
    version = parse_version(text)
    return None if version is None else (version.numbers, version.letter, version.build)


def _place(text: str) -> _Place:
    """Return the place of a value, which was read before."""
    return _find_place(text) or _FIRST


def _starting_with(text: str) -> Stretch[_Place]:
    """Return the stretch of the versions that begin with these numbers: 3.0 has 3.0.7, and neither 3 nor 3.1."""
    numbers = numbers_of(text) or ()
    return (_trimmed(numbers), 0, 0), ((*numbers[:-1], numbers[-1] + 1), 0, 0)


def _stretches(operator: Operator, values: Sequence[str]) -> Iterable[Stretch[_Place]]:
    """Return stretches at whose ends the test changes its answer."""
    if operator is Operator.STARTS_WITH:
        return [_starting_with(values[0])]
    places = [_place(value) for value in values]
    return [(place, _after(place)) for place in places]


def _after(place: _Place) -> _Place:
    """Return the next place: no version lies between one and the same with one build more."""
    numbers, letter, build = place
    return numbers, letter, build + 1


def _trimmed(numbers: tuple[int, ...]) -> tuple[int, ...]:
    while numbers and numbers[-1] == 0:
        numbers = numbers[:-1]
    return numbers
