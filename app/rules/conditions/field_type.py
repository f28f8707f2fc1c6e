"""What a type of field has to know: how its values are written, compared, shown and told apart."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, ClassVar, TypeAlias

from app.rules.conditions.operators import Operator

Test: TypeAlias = Callable[[Any], object]
"""Asked of a fact as it is compared; true where the fact is as wanted."""

Wanted: TypeAlias = tuple[Operator, tuple[str, ...]]
"""An affirming operator with its values."""

_PHRASES: Mapping[Operator, tuple[str, str]] = MappingProxyType(
    {
        Operator.IS: ("is", "is not"),
        Operator.IN: ("is one of", "is none of"),
        Operator.LESS: ("is earlier than", "is not earlier than"),
        Operator.AT_MOST: ("is at most", "is later than"),
        Operator.MORE: ("is later than", "is not later than"),
        Operator.AT_LEAST: ("is at least", "is earlier than"),
        Operator.IN_RANGE: ("is between", "is not between"),
        Operator.STARTS_WITH: ("begins with", "does not begin with"),
        Operator.LIKE: ("is like", "is not like"),
    }
)


class FieldType(ABC):
    """A type of field. Facts and values are text; what is compared is made of a fact once for each phone.

    ``cost`` says how long a test takes beside those of other types: the cheapest of a rule are asked first.
    ``has_few_facts`` where many phones have the same fact, so that answers are worth remembering. ``is_in_order`` where
    every fact answers tests like the last of their witnesses that is not behind it: answers are those of stretches.
    """

    title: ClassVar[str]
    operators: ClassVar[tuple[Operator, ...]]
    cost: ClassVar[int]
    has_few_facts: ClassVar[bool] = False
    is_in_order: ClassVar[bool] = False

    @abstractmethod
    def read(self, text: str) -> str:
        """Return a value of a condition in its one form, or raise InvalidInputError with what was meant."""

    @abstractmethod
    def comparable(self, fact: str) -> Any | None:
        """Return a fact as it is compared, None for one that cannot be understood: it is not known."""

    @abstractmethod
    def test(self, operator: Operator, values: Sequence[str]) -> Test:
        """Return the test of an affirming operator; the values are as ``read`` returned them."""

    @abstractmethod
    def witnesses(self, wanted: Sequence[Wanted]) -> Iterable[Any]:
        """Return comparable facts, so that each way in which the tests can answer together is that of one of them.

        This makes questions about all facts there are, such as whether two conditions contradict each other, ones
        about a few. LookupError, after those that were found, where it would take too many.
        """

    def check(self, operator: Operator, values: Sequence[str]) -> None:  # noqa: B027
        """Raise InvalidInputError for values that are right one by one and wrong for the operator."""

    def shown(self, fact: str) -> str:
        """Return a fact as people read it."""
        return fact

    def phrase(self, operator: Operator) -> tuple[str, str]:
        """Return how a sentence says that a fact is as wanted, and that it is not."""
        return _PHRASES[operator]

    def statement(self, fact: str) -> str:
        """Return what a fact says where it needs no comparison to be understood, else an empty text."""
        return ""

    def remark(self, fact: str, values: Sequence[str]) -> str:
        """Return what else has to be known of a comparison, empty if nothing."""
        return ""

    def doubt(self, operator: Operator, value: str) -> str:
        """Return why a value that is right is probably a slip, empty if it is not."""
        return ""
