"""Names that people give to what is kept and exchanged as a file: such that every file system can hold them."""

import re

from app.errors import InvalidInputError
from app.rules.sentences import quoted

MAX_NAME = 100
_MAX_BYTES = 240  # of the 255 that file systems hold, less an ending such as .xml
_NOT_IN_NAMES = '/\\:*?"<>|'
# Names of devices on Windows, also with an ending behind them.
_is_device = re.compile(
    r"(?:CON|PRN|AUX|NUL|(?:COM|LPT)[0-9¹²³])(?:\..*)?", re.IGNORECASE | re.DOTALL
).fullmatch


def checked_name(text: str, kind: str) -> str:
    """Return the name without blanks around it, or raise InvalidInputError with what no file system can hold.

    ``kind`` is the word for what is named, such as ``template``.
    """
    name = text.strip()
    if not name:
        raise InvalidInputError(f"Give the {kind} a name.")
    if len(name) > MAX_NAME or len(name.encode(errors="replace")) > _MAX_BYTES:
        raise InvalidInputError(f"The name of the {kind} is too long; {MAX_NAME} characters fit.")
    found = next((sign for sign in name if sign in _NOT_IN_NAMES or not sign.isprintable()), None)
    if found:
        raise InvalidInputError(
            f"The name of the {kind} holds {quoted(found)}, which the name of a file cannot hold: leave out control "
            f"characters and {' '.join(_NOT_IN_NAMES)}."
        )
    if name.startswith(".") or name.endswith("."):
        raise InvalidInputError(f"The name of the {kind} begins or ends with a dot: leave it out.")
    check_is_no_device(name)
    return name


def check_is_no_device(name: str) -> None:
    """Raise InvalidInputError for what Windows takes for a device, such as ``con.txt``."""
    if _is_device(name):
        raise InvalidInputError(f"{quoted(name)} is the name of a device on Windows; choose another one.")
