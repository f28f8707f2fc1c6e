"""Reads the tables of the file: what is missing, unknown or of the wrong kind is said with its place."""

from collections.abc import Mapping, Sequence
from typing import Any

from app.errors import InvalidInputError

_LONGEST = 1_000


class Table:
    """A table of the file; ``place`` is how a sentence names it, such as ``[ldap]``."""

    def __init__(self, values: Any, place: str) -> None:
        if not isinstance(values, Mapping):
            raise InvalidInputError(f"{place} has to be a table.")
        self._values = values
        self._read: set[str] = set()
        self.place = place

    def text(self, name: str, default: str | None = None) -> str:
        """Return a text; one without a default has to be there."""
        value = self._value(name, default)
        if not isinstance(value, str) or not value.isprintable() or len(value) > _LONGEST:
            raise self.wrong(name, 'give a text in quotation marks, such as "example"')
        if not value and default is None:
            raise self.wrong(name, "it may not be empty")
        return value

    def texts(self, name: str, default: Sequence[str] | None = None) -> tuple[str, ...]:
        """Return several texts."""
        value = self._value(name, default)
        is_list = isinstance(value, list | tuple)
        if not is_list or not all(isinstance(one, str) and one and one.isprintable() for one in value):
            raise self.wrong(name, 'give texts in brackets, such as ["first", "second"]')
        if not value and default is None:
            raise self.wrong(name, "it may not be empty")
        return tuple(value)

    def number(self, name: str, default: int, low: int, high: int) -> int:
        """Return a whole number within bounds."""
        value = self._value(name, default)
        if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
            raise self.wrong(name, f"give a whole number from {low} to {high}")
        return value

    def flag(self, name: str, *, default: bool) -> bool:
        """Return true or false."""
        value = self._value(name, default)
        if not isinstance(value, bool):
            raise self.wrong(name, "give true or false")
        return value

    def has(self, name: str) -> bool:
        """Whether something is given under this name."""
        return name in self._values

    def raw(self, name: str, default: Any = None) -> Any:
        """Return what stands there, of whatever kind."""
        return self._value(name, default)

    def tables(self, name: str) -> Sequence["Table"]:
        """Return the tables of an array of tables, ``[[place.name]]``."""
        value = self._value(name, [])
        if not isinstance(value, list):
            raise self.wrong(name, f"write each as a table of its own, [[{self.place.strip('[]')}.{name}]]")
        inner = f"{self.place.strip('[]')}.{name}"
        return [Table(values, f"[[{inner}]] number {number}") for number, values in enumerate(value, 1)]

    def end(self) -> None:
        """Refuse what nobody has read: most likely a slip of the pen."""
        unknown = sorted(set(self._values) - self._read)
        if unknown:
            known = ", ".join(sorted(self._read))
            raise InvalidInputError(f"{self.place}: {unknown[0][:60]} is not known; there are {known}.")

    def wrong(self, name: str, advice: str) -> InvalidInputError:
        """Return the error of a value that will not do; it may be a secret, so it is not repeated."""
        return InvalidInputError(f"{self.place}: {name} will not do; {advice}.")

    def _value(self, name: str, default: Any) -> Any:
        self._read.add(name)
        if name not in self._values and default is None:
            raise InvalidInputError(f"{self.place}: {name} is missing.")
        return self._values.get(name, default)
