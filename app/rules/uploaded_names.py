"""Names of files that people upload: one name, no path, and one that phones can ask for and every disk can hold."""

import re
from collections.abc import Collection

from app.errors import InvalidInputError
from app.rules.file_system_names import check_is_no_device
from app.rules.sentences import quoted

MAX_NAME = 120
_is_plain = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._-]*").fullmatch


def checked_name(name: str, kind: str, suffixes: Collection[str]) -> str:
    """Return the name, or raise InvalidInputError where it is a path, too long, or not of a permitted kind.

    ``kind`` says what is named, such as ``a firmware file``; suffixes are lower case, with their dot.
    """
    if not _is_plain(name) or len(name) > MAX_NAME or not has_suffix(name, suffixes):
        raise InvalidInputError(
            f"{quoted(name)} is no name of {kind}: use letters, digits, blanks, dots, dashes and underscores, at most "
            f"{MAX_NAME} of them, begin with a letter or digit, and end with {in_words(suffixes)}."
        )
    check_is_no_device(name)
    return name


def has_suffix(name: str, suffixes: Collection[str]) -> bool:
    """Tell whether a name ends with one of the suffixes and has something in front of it."""
    return any(name.lower().endswith(suffix) and len(name) > len(suffix) for suffix in suffixes)


def in_words(suffixes: Collection[str]) -> str:
    """Return the suffixes as a sentence has them: ``.dfu or .img``."""
    *others, last = sorted(suffixes) or ["nothing"]
    return f"{', '.join(others)} or {last}" if others else last
