"""What comes in, read into the types that routes declare; what will not do is said with the name of its field."""

import re
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any, TypeVar

import msgspec
from msgspec import Struct

from app.errors import InvalidInputError
from app.rest_api.problems import RefusedError

Told = TypeVar("Told", bound=Struct)

MOST_BYTES = 256 * 1024
"""Bytes of a body; what is larger comes as a file."""

_PLACE = re.compile(r"^(?P<what>.*?) - at `\$\.?(?P<place>[^`]*)`$", re.DOTALL)
_NAMED = re.compile(r"^Object (?P<what>contains unknown|missing required) field `(?P<field>[^`]*)`$")
_NOT_A_TEXT = "A text contains a NUL byte or half a character, which no field can hold."


class UnreadableError(InvalidInputError):
    """A body that is no JSON at all."""


def read_body(body: bytes, kind: type[Told]) -> Told:
    """Return the body as one of these, or raise UnreadableError or InvalidInputError."""
    try:
        plain = msgspec.json.decode(body)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        raise UnreadableError(f"The body is no JSON: {error}.") from None
    if not all(map(_fits_a_column, _texts(plain))):
        raise InvalidInputError(_NOT_A_TEXT)
    return _converted(plain, kind, strict=True)


def read_query(pairs: Iterable[tuple[str, str]], kind: type[Told]) -> Told:
    """Return the arguments of an address as one of these, or raise InvalidInputError."""
    given: dict[str, str] = {}
    for name, text in pairs:
        if name in given:
            raise InvalidInputError("This argument is given twice; give it once.", field=name[:100])
        given[name] = text
    if not all(map(_fits_a_column, [*given, *given.values()])):
        raise InvalidInputError(_NOT_A_TEXT)
    return _converted(given, kind, strict=False)


def read_place(texts: Mapping[str, str], kinds: Mapping[str, Any]) -> dict[str, Any]:
    """Return what an address names, each as its kind; raise RefusedError 404 for what can name nothing."""
    try:
        found = {name: msgspec.convert(text, kinds[name], strict=False) for name, text in texts.items()}
    except msgspec.ValidationError:
        found = None
    if found is None or not all(map(_fits_a_column, texts.values())):
        raise RefusedError(HTTPStatus.NOT_FOUND, "There is nothing at this address.")
    return found


def _converted(plain: object, kind: type[Told], *, strict: bool) -> Told:
    try:
        return msgspec.convert(plain, kind, strict=strict)
    except msgspec.ValidationError as error:
        field, sentence = _field_and_sentence(str(error))
        raise InvalidInputError(by_field={field: sentence}) from None


def _field_and_sentence(said: str) -> tuple[str, str]:
    """Take apart what msgspec says: ``Expected `str`, got `int` - at `$.name```."""
    placed = _PLACE.match(said)
    what, place = (placed["what"], placed["place"]) if placed else (said, "")
    named = _NAMED.match(what)
    if named is None:
        return place or "body", f"{what}."
    field = f"{place}.{named['field']}" if place else named["field"]
    is_missing = named["what"].startswith("missing")
    return field[:200], "This has to be given." if is_missing else "There is no field of this name."


def _texts(plain: object) -> Iterable[str]:
    """Yield every text of what JSON said, names of fields too."""
    left = [plain]
    while left:
        value = left.pop()
        if isinstance(value, str):
            yield value
        elif isinstance(value, dict):
            left += [*value.keys(), *value.values()]
        elif isinstance(value, list):
            left += value


def _fits_a_column(text: str) -> bool:
    return "\0" not in text and not any("\ud800" <= letter <= "\udfff" for letter in text)
