"""What is known of one phone, made ready once so that many conditions can ask for it."""

from collections.abc import Mapping
from typing import Any

from app.rules.conditions.fields import FIELDS

_NOTHING: dict[str, Any] = dict.fromkeys(FIELDS)
_COMPARABLE = {name: field.type.comparable for name, field in FIELDS.items()}


class KnownFacts:
    """The facts of a phone by the names of fields: as they are ``written``, and as they are ``compared``.

    What is missing, empty, or cannot be understood, is not known: it is None in ``compared``.
    """

    __slots__ = ("compared", "written")

    def __init__(self, written: Mapping[str, str | None]) -> None:
        self.written: dict[str, str] = {}
        self.compared: dict[str, Any] = _NOTHING.copy()
        self.add(written)

    def copy(self) -> "KnownFacts":
        """Return the same facts; what either gets to know later, the other does not."""
        twin = KnownFacts.__new__(KnownFacts)
        twin.written, twin.compared = self.written.copy(), self.compared.copy()
        return twin

    def add(self, written: Mapping[str, str | None]) -> None:
        """Let more be known, such as what a stage has decided."""
        for name, fact in written.items():
            if fact:
                self.written[name] = fact
                self.compared[name] = _COMPARABLE[name](fact)
