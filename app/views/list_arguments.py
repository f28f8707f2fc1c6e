"""The arguments of a list's address: words looked for, page, size, order. What cannot be understood is refused."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from app.errors import InvalidInputError

MOST_ROWS_OF_A_PAGE = 200
MOST_CHARACTERS_OF_WORDS = 200
LARGEST_ID = 2**31 - 1
_LAST_PAGE = 1_000_000

Word = TypeVar("Word", bound=StrEnum)


@dataclass(frozen=True)
class ListArguments:
    """Which part of a list is wanted: ``q``, ``page`` (from 1), ``size``, ``sort`` and ``order`` of the address."""

    words: str
    number: int
    size: int
    sort: str
    order: str


def read_list_arguments(
    arguments: Mapping[str, str],
    *,
    sortable: Collection[str] = (),
    usual_order: tuple[str, str] = ("", "asc"),
    size: int = 50,
) -> ListArguments:
    """Read them, or raise InvalidInputError (400) for a value that none of the page's own links carries."""
    sort = one_of(arguments, "sort", sortable) or usual_order[0]
    order = one_of(arguments, "order", ("asc", "desc")) or (
        usual_order[1] if sort == usual_order[0] else "asc"
    )
    return ListArguments(
        words=arguments.get("q", "").strip()[:MOST_CHARACTERS_OF_WORDS],
        number=_whole_number(arguments, "page", 1, _LAST_PAGE),
        size=_whole_number(arguments, "size", size, MOST_ROWS_OF_A_PAGE),
        sort=sort,
        order=order,
    )


def one_of(arguments: Mapping[str, str], name: str, permitted: Collection[str]) -> str:
    """Return an argument that is one of a few values, or an empty text where it is not given."""
    value = arguments.get(name, "")
    if value and value not in permitted:
        raise InvalidInputError(f"'{value[:40]}' cannot be chosen for '{name}' on this page.")
    return value


def word_of(arguments: Mapping[str, str], name: str, words: type[Word]) -> Word | None:
    """Return an argument that is a word of the field, or None where it is not given."""
    value = one_of(arguments, name, {word.value for word in words})
    return words(value) if value else None


def _whole_number(arguments: Mapping[str, str], name: str, usual: int, most: int) -> int:
    text = arguments.get(name, "")
    if not text:
        return usual
    if not (text.isascii() and text.isdecimal() and len(text) < 8 and 1 <= int(text) <= most):
        raise InvalidInputError(f"'{name}' is a whole number from 1 to {most}.")
    return int(text)
