"""Keys in the addresses that phones ask for: a tenant's, and one for each phone that is made of it (decision 0078).

An address begins with ``/k/<key>/``, and goes on as it would without. The key of a tenant is its name, by which it is
found, and the first half of its secret. That of a phone has the MAC address and a proof in place of that half. It is
made with the other half, which is told to nobody, so that who knows the key of a tenant cannot make that of a phone.
"""

import hmac
import re
import secrets
from collections.abc import Collection
from typing import NamedTuple

PREFIX = "k"
_LETTERS = "abcdefghijkmnpqrstuvwxyz23456789"
"""Without those that are taken for one another when somebody types them into a phone; a power of two."""
NAME_LENGTH = 8
SECRET_LENGTH = 26
"""Of each of the two halves."""
_MAC_LENGTH = 12
_MOST = 64

_IN_PATH = re.compile(rf"/{PREFIX}/([^/]*)(?=/)")


class UrlKey(NamedTuple):
    """A key as somebody asks with it: of the phone ``mac``, or where that is empty of the tenant itself."""

    name: str
    mac: str
    secret: str


def parted(path: str) -> tuple[str, str]:
    """Return a path without the key that it begins with, and the key; empty where it begins with none."""
    if not path.startswith(f"/{PREFIX}/"):
        return path, ""
    found = _IN_PATH.match(path)
    return (path[found.end() :], found[1]) if found else (path, "")


def path_with(key: str) -> str:
    """Return what stands before a path that carries the key, without a slash before it; empty without a key."""
    return f"{PREFIX}/{key}/" if key else ""


def new_name() -> str:
    """Return a name for a new key."""
    return _letters(NAME_LENGTH)


def new_secret() -> str:
    """Return a secret for a new key: two halves of 130 bits, one to be told and one to make phones' keys with."""
    return _letters(2 * SECRET_LENGTH)


def key_of_tenant(name: str, secret: str) -> str:
    """Return the key as it stands in addresses of a tenant."""
    return f"{name}{secret[:SECRET_LENGTH]}"


def key_of_phone(name: str, secret: str, mac: str) -> str:
    """Return the key as it stands in the addresses that one phone is told."""
    return f"{name}{mac}{_proof(secret, mac)}"


def read_key(text: str) -> UrlKey | None:
    """Return the key that a text is, None for what is none."""
    name, rest = text[:NAME_LENGTH], text[NAME_LENGTH:]
    if len(text) > _MOST or not text.isascii():
        return None
    if len(rest) == SECRET_LENGTH:
        return UrlKey(name, "", rest)
    if len(rest) == _MAC_LENGTH + SECRET_LENGTH:
        return UrlKey(name, rest[:_MAC_LENGTH], rest[_MAC_LENGTH:])
    return None


def is_genuine(key: UrlKey, secret: str) -> bool:
    """Whether a key was made of this secret; takes as long for a wrong one as for the right one.

    Of one half alone no keys of phones are made.
    """
    if key.mac and len(secret) != 2 * SECRET_LENGTH:
        return False
    expected = _proof(secret, key.mac) if key.mac else secret[:SECRET_LENGTH]
    return hmac.compare_digest(key.secret.encode(), expected.encode())


def with_key(text: str, hosts: Collection[str], key: str) -> str:
    """Return a configuration file in which the addresses of these hosts that phones ask for carry the key."""
    names = "|".join(re.escape(host) for host in sorted(hosts, key=len, reverse=True))
    for_phones = rf"(https?://(?:{names}))(?=/(?:configfiles|firmwarefiles|ipp)(?:[/;\s]|$))"
    for_reports = rf"^([ \t]*ems_server/provisioning/url[ \t]*=[ \t]*https?://(?:{names}))(?=/?[ \t]*$)"
    return re.sub(f"{for_reports}|{for_phones}", rf"\g<0>/{PREFIX}/{key}", text, flags=re.MULTILINE)


def _letters(number: int) -> str:
    return "".join(secrets.choice(_LETTERS) for _ in range(number))


def _proof(secret: str, mac: str) -> str:
    digest = hmac.digest(secret[SECRET_LENGTH:].encode(), mac.encode(), "sha256")
    return "".join(_LETTERS[byte % len(_LETTERS)] for byte in digest[:SECRET_LENGTH])
