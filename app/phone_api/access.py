"""The path that a phone asks for, in its one form."""

import re

from app.errors import InvalidInputError

SLASHES = re.compile(r"/{2,}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_AUTHORITY = re.compile(r"https?://[^/]*", re.IGNORECASE)


def normal_path(path: str) -> str:
    """Return the path as the routes know it: of an absolute target only the path, no doubled slashes.

    Phones ask for ``//configfiles//<mac>.cfg``, and some senders put a whole URL in the request line (protocol 1).
    """
    authority = _AUTHORITY.match(path)
    if authority:
        path = path[authority.end() :]
    if _CONTROL.search(path):
        raise InvalidInputError("The address holds control characters.")
    return SLASHES.sub("/", path)
