"""Text that people upload: UTF-8, lines that end somehow, and no byte that no text has."""

import re

from app.errors import InvalidInputError
from app.rules.file_signatures import what_it_is

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_WIDE_MARKS = (b"\xff\xfe", b"\xfe\xff")
# Tabs and the ends of lines are all that a text for phones needs of the control characters.
_declares_more = re.compile(r"<!(?:doctype|entity)\b", re.IGNORECASE).search
_is_page = re.compile(
    r"\s*(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body|script|svg)\b", re.IGNORECASE | re.DOTALL
).match
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


def check_markup(text: str, name: str) -> None:
    """Raise InvalidInputError for a web page, and for a document type, which may blow up whoever reads it."""
    if _is_page(text):
        raise InvalidInputError(f"{name} is a web page, whatever its name says: phones cannot read it.")
    found = _declares_more(text) if text.lstrip().startswith("<") else None
    if found:
        line = text.count("\n", 0, found.start()) + 1
        raise InvalidInputError(
            f"{name} declares a document type or an entity in line {line}, which may refer to other files or grow "
            "without end in the phones that read it: remove the declaration."
        )


def _no_text(content: bytes, name: str, line: int, what: str) -> InvalidInputError:
    kind = what_it_is(content)
    if kind and kind != "a text":
        return InvalidInputError(f"{name} is {kind} and no text, whatever its name says.")
    return InvalidInputError(f"{name} holds {what} in line {line}: save it as plain text in UTF-8.")
