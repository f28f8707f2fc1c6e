"""One of a few names: models, vendors, trains, tenants and sites."""

from collections.abc import Collection, Iterable, Sequence
from typing import ClassVar

from app.errors import InvalidInputError
from app.rules.conditions.field_type import FieldType, Test, Wanted
from app.rules.conditions.operators import Operator
from app.rules.sentences import quoted
from app.rules.suggestions import did_you_mean

# No name that people give has it.
_ANY_OTHER = "\0"


class Choice(FieldType):
    """One of the known names, without regard to case.

    ``is_closed`` where there will never be others. A fact may be a name that is not known: a phone's word.
    """

    title: ClassVar[str] = "choice"
    operators: ClassVar = (Operator.IS, Operator.IS_NOT, Operator.IN, Operator.NOT_IN)
    cost: ClassVar[int] = 1
    has_few_facts: ClassVar[bool] = True

    def __init__(self, noun: str, known: Collection[str] = (), *, is_closed: bool = False) -> None:
        self.noun = noun
        self._by_folded = {name.casefold(): name for name in known}
        self._is_closed = is_closed

    def among(self, known: Collection[str]) -> "Choice":
        """Return the same choice among other names."""
        return Choice(self.noun, known, is_closed=self._is_closed)

    @property
    def known(self) -> Collection[str]:
        """The names there are."""
        return self._by_folded.values()

    def read(self, text: str) -> str:
        """Return the known name, as it is written there."""
        name = self._by_folded.get(text.strip().casefold())
        if name is None:
            raise InvalidInputError(
                f"No {self.noun} is called {quoted(text.strip())}; {did_you_mean(text.strip(), self.known)}"
            )
        return name

    def comparable(self, fact: str) -> str:
        """Return the name without case."""
        return fact.strip().casefold()

    def test(self, operator: Operator, values: Sequence[str]) -> Test:
        """Return whether a name is one of the values."""
        return frozenset(value.casefold() for value in values).__contains__

    def witnesses(self, wanted: Sequence[Wanted]) -> Iterable[str]:
        """Return all names that are wanted anywhere, and one other."""
        if self._is_closed:
            return self._by_folded
        return {value.casefold() for _, values in wanted for value in values} | {_ANY_OTHER}
