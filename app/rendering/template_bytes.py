"""A template as a file from somebody's computer: its bytes, read as the text they are."""

import codecs
import re

from app.errors import InvalidInputError
from app.rendering.one_line import line_feeds_only

_UTF_8 = "utf-8"
_BYTE_ORDER_MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
# What templates of the original product and of editors are written in; cp1252 is what Windows calls ANSI.
_ENCODINGS = {_UTF_8, "ascii", "iso8859-1", "iso8859-15", "cp1252"}
_DECLARATION = re.compile(r"""(<\?xml\b[^>]{0,120}?\bencoding\s*=\s*["'])([A-Za-z0-9._-]{1,40})(["'])""")


def text_of_file(data: bytes) -> str:
    """Return the text of a template file: by its byte order mark, else by its XML declaration, else as UTF-8.

    Raises InvalidInputError for another encoding, and for bytes that are not in the one that they claim to be in.
    """
    encoding = _encoding_of(data)
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise InvalidInputError(
            f"The file is not text in {encoding.upper()}, as it should be, from line {line} on: save it as UTF-8."
        ) from error
    if "\0" in text:
        raise InvalidInputError("The file is no text: choose the XML file of a template.")
    return as_kept(text)


def as_kept(text: str) -> str:
    """Return the text as templates are kept: lines that end with LF, and UTF-8 declared where an encoding is."""
    return _DECLARATION.sub(r"\1UTF-8\3", line_feeds_only(text), count=1)


def _encoding_of(data: bytes) -> str:
    for mark, encoding in _BYTE_ORDER_MARKS.items():
        if data.startswith(mark):
            return encoding
    declared = _DECLARATION.match(data[:200].decode("latin-1").lstrip())
    return _known_encoding(declared[2]) if declared else _UTF_8


def _known_encoding(name: str) -> str:
    try:
        found = codecs.lookup(name).name
    except LookupError:
        found = ""
    if found not in _ENCODINGS:
        raise InvalidInputError(f"The file says that it is written in {name!r}: save it as UTF-8.")
    return found
