"""The path that a phone asks for, in its one form, and the certificate that it showed."""

import re
from collections.abc import Mapping, Sequence

from app.errors import InvalidInputError
from app.rules.client_certificates import SUBJECT, VERIFY, mac_of_certificate
from app.rules.proxies import is_proxy
from config import IPNetwork

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


def certificate_in(headers: Mapping[str, str], connection: str, trusted: Sequence[IPNetwork]) -> str:
    """Return the MAC address of the certificate that a phone showed, as a trusted proxy says it; empty for none."""
    verify = headers.get(VERIFY)
    if verify is None or not is_proxy(connection, trusted):
        return ""
    return mac_of_certificate(verify, headers.get(SUBJECT, ""))
