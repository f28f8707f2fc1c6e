"""Yes or no."""

from collections.abc import Iterable, Sequence
from typing import ClassVar

from app.errors import InvalidInputError
from app.rules.conditions.field_type import FieldType, Test, Wanted
from app.rules.conditions.operators import Operator
from app.rules.sentences import quoted

YES, NO = "yes", "no"


class YesNo(FieldType):
    """Whether something is so; ``is_so`` and ``is_not_so`` say it of a phone."""

    title: ClassVar[str] = "yes/no"
    operators: ClassVar = (Operator.IS,)
    cost: ClassVar[int] = 1
    has_few_facts: ClassVar[bool] = True

    def __init__(self, is_so: str, is_not_so: str) -> None:
        self._statements = {YES: is_so, NO: is_not_so}

    def statement(self, fact: str) -> str:
        """Return what a fact says."""
        return self._statements[fact]

    def read(self, text: str) -> str:
        """Return ``yes`` or ``no``."""
        word = text.strip().casefold()
        if word not in (YES, NO):
            raise InvalidInputError(f"{quoted(text.strip())} is neither yes nor no; write one of the two.")
        return word

    def comparable(self, fact: str) -> str | None:
        """Return the fact, None for what is neither."""
        return fact if fact in self._statements else None

    def test(self, operator: Operator, values: Sequence[str]) -> Test:
        """Return whether a fact is the value."""
        return values[0].__eq__

    def witnesses(self, wanted: Sequence[Wanted]) -> Iterable[str]:
        """Return both."""
        return (YES, NO)
