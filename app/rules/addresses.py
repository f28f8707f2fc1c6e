"""IP addresses as phones report them."""

import re
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address
from socket import AF_INET, inet_pton

Address = IPv4Address | IPv6Address

_LONGEST_TEXT = 256
_url = re.compile(
    r"https?://(?:\[(?P<v6>[^\]]+)\]|(?P<host>[^/:?#]+))(?::[0-9]*)?(?:[/?#].*)?", re.IGNORECASE
).fullmatch


# Decisions ask for the two addresses of a phone again and again.
@lru_cache(maxsize=4096)
def find_address(text: str) -> Address | None:
    """Return the address that ``text`` is, or None if it is none.

    Blanks around it are ignored; phones also send it as a URL, ``http://10.0.0.7:80/x`` (protocol 3.5).
    An IPv4 address mapped into IPv6 comes back as IPv4 and a zone (``%eth0``) is dropped.
    Leading zeros are refused, because some read them as octal numbers.
    """
    if len(text) > _LONGEST_TEXT:
        return None
    try:
        return IPv4Address(inet_pton(AF_INET, text))  # most are, and this costs a third of taking one apart
    except (OSError, ValueError):
        pass
    try:
        address = ip_address(_host_in(text.strip()))
    except ValueError:
        return None
    return address if isinstance(address, IPv4Address) else _plain(address)


def address_text(text: str) -> str:
    """Return the address that ``text`` is in its one form, empty if it is none."""
    if _is_plain_ipv4(text):
        return text
    address = find_address(text)
    return str(address) if address else ""


def _is_plain_ipv4(text: str) -> bool:
    """Whether the text is an IPv4 address as it is kept; most are, and this costs a tenth of taking one apart."""
    try:
        return inet_pton(AF_INET, text) is not None
    except (OSError, ValueError):
        return False


def _host_in(text: str) -> str:
    url = _url(text)
    return (url["v6"] or url["host"]) if url else text


def _plain(address: IPv6Address) -> Address:
    mapped = address.ipv4_mapped
    if mapped is not None:
        return mapped
    return address if address.scope_id is None else IPv6Address(int(address))
