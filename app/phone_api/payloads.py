"""Bodies that phones send: JSON, and what real phones send in its place (protocol 2.2)."""

import re
from typing import Any

import msgspec

from app.errors import InvalidInputError

# A string (to the end of the text where nothing closes it), or what stands between two strings. No text makes it slow:
# every token begins where the one before ended.
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*+"?|[^"]++', re.DOTALL)
_UNREADABLE = (msgspec.DecodeError, UnicodeError, RecursionError)
_TRAILING_COMMA = re.compile(r",(\s*+[}\]])")
_TEXTS = msgspec.json.Decoder(dict[str, str])


def decode_texts(body: bytes) -> dict[str, str]:
    """Return the members of the body's JSON object as texts, their names in lower case.

    On the wire every value is a string, and such a body is read by one strict decoder. What that does not take goes
    the tolerant way, which alone pays for it.
    """
    try:
        return {name.lower(): text for name, text in _TEXTS.decode(body).items()}
    except _UNREADABLE:
        return {name: text_of(value) for name, value in decode_object(body).items()}


def decode_object(body: bytes) -> dict[str, Any]:
    """Return the members of the body's JSON object, their names in lower case.

    Strict JSON first; on failure trailing commas are removed and commas between adjacent strings are put in, as the
    original product accepts. Raises InvalidInputError when that does not help.
    """
    try:
        decoded = msgspec.json.decode(body)
    except _UNREADABLE:
        decoded = _decode_tolerantly(body)
    if not isinstance(decoded, dict):
        raise InvalidInputError('The body must be one JSON object, for example {"mac": "00908f123456"}.')
    return {name.lower(): value for name, value in decoded.items()}


def text_of(value: Any) -> str:
    """Return a member as text: every value is a string on the wire, and numbers are taken as well."""
    if isinstance(value, str):
        return value
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    return ""


def _decode_tolerantly(body: bytes) -> Any:
    try:
        return msgspec.json.decode(_repaired(_text(body)))
    except _UNREADABLE as error:
        raise InvalidInputError(f"The body is not JSON, even with commas forgiven: {error}.") from error


def _text(body: bytes) -> str:
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError:
        return body.decode("latin-1")


def _repaired(text: str) -> str:
    """Put commas where two strings follow one another, and drop those before a closing bracket."""
    repaired: list[str] = []
    after_string = False
    for token in _TOKEN.findall(text):
        if token[0] == '"':
            if after_string:
                repaired.append(",")
            repaired.append(token)
            after_string = True
        else:
            repaired.append(_TRAILING_COMMA.sub(r"\1", token))
            after_string = after_string and token.isspace()
    return "".join(repaired)
