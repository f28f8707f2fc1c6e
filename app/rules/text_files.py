"""Text that people upload: UTF-8, lines that end somehow, and no byte that no text has."""

import re

from app.errors import InvalidInputError
from app.rules.file_signatures import what_it_is

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_WIDE_MARKS = (b"\xff\xfe", b"\xfe\xff")
# Tabs and the ends of lines are all that a text for phones needs of the control characters.
_control = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029]").search


def read_text(content: bytes, name: str) -> str:
    """Return the text of a file without a byte order mark, or raise InvalidInputError with what it is instead."""
    if not content.strip():
        raise InvalidInputError(f"{name} is empty.")
    if content.startswith(_WIDE_MARKS):
        raise InvalidInputError(f"{name} is in UTF-16, which phones cannot read: save it as UTF-8.")
    try:
        text = content.removeprefix(_BYTE_ORDER_MARK).decode()
    except UnicodeDecodeError as error:
        raise _no_text(
            content, name, content.count(b"\n", 0, error.start) + 1, "a byte that is not UTF-8"
        ) from error
    found = _control(text)
    if found:
        raise _no_text(content, name, text.count("\n", 0, found.start()) + 1, "a control character")
    return text


def _no_text(content: bytes, name: str, line: int, what: str) -> InvalidInputError:
    kind = what_it_is(content)
    if kind and kind != "a text":
        return InvalidInputError(f"{name} is {kind} and no text, whatever its name says.")
    return InvalidInputError(f"{name} holds {what} in line {line}: save it as plain text in UTF-8.")
