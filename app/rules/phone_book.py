"""How phones search an LDAP directory and show what they find (manual, chapter 10)."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlsplit

from app.errors import InvalidInputError

# What a filter holds in place of what was typed.
_TYPED = "%"
_attribute_in_format = re.compile(r"%([A-Za-z][A-Za-z0-9-]*)")
_attribute = re.compile(r"[A-Za-z][A-Za-z0-9.;-]{0,99}")
_PORTS = {"ldap": 389, "ldaps": 636}
# What RFC 4515 (3) has escaped in a value, and what some servers stumble over besides.
_to_escape = re.compile("[\x00-\x1f\\\\*()\x7f]")

Values = Mapping[str, Sequence[str]]


class Security(StrEnum):
    """How a connection to a directory is encrypted."""

    PLAIN = "plain"
    START_TLS = "starttls"
    LDAPS = "ldaps"


@dataclass(frozen=True, slots=True)
class Server:
    """Where a directory is, and how it is spoken to."""

    host: str
    port: int
    security: Security

    def __str__(self) -> str:
        scheme = "ldaps" if self.security is Security.LDAPS else "ldap"
        return f"{scheme}://{f'[{self.host}]' if ':' in self.host else self.host}:{self.port}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """A search as a phone does it; ``seconds`` is the most it may take, ``certificates`` whom it trusts (PEM)."""

    server: Server
    certificates: str
    user: str
    password: str
    base: str
    filter: str
    attributes: Sequence[str]
    most_entries: int
    seconds: int


@dataclass(frozen=True, slots=True)
class Person:
    """Who was found, as a phone shows it: a name, and the numbers with the attributes that hold them."""

    name: str
    numbers: Sequence[tuple[str, str]]


def read_server(address: str, port: int, security: Security | None) -> Server:
    """Read the server's address, which may be a URL (``ldaps://directory.example.com``).

    A port in the URL goes before ``port``. Without a ``security`` the URL's scheme decides; for LDAPS the usual port
    of LDAP stands for that of LDAPS.
    """
    scheme, separator, rest = address.strip().rpartition("://")
    try:
        parts = urlsplit(f"//{rest.rstrip('/')}")
        host, port_in_url = parts.hostname, parts.port
    except ValueError as error:
        raise _no_server(address) from error
    is_known = not separator or scheme.lower() in _PORTS
    if not host or not is_known or parts.path or parts.query or parts.username is not None:
        raise _no_server(address)
    by_scheme = Security.LDAPS if scheme.lower() == "ldaps" else Security.PLAIN
    chosen = security or by_scheme
    usual = _PORTS["ldaps"] if chosen is Security.LDAPS and port == _PORTS["ldap"] else port
    return Server(host, port_in_url or usual, chosen)


def name_filter(template: str, typed: str) -> str:
    """Return the filter for names that begin with what was typed; it is escaped, and finds nothing but itself."""
    return template.replace(f"{_TYPED}*", _TYPED).replace(_TYPED, f"{escaped(typed)}*")


def number_filter(template: str, typed: str, *, country_code: str = "", area_code: str = "") -> str:
    """Return the filter for a number, with country and area code before it where it has no ``+``."""
    number = typed if typed.startswith("+") else f"{country_code}{area_code}{typed}"
    return template.replace(_TYPED, escaped(number))


def escaped(text: str) -> str:
    """Return what a filter says for a text (RFC 4515, 3)."""
    return _to_escape.sub(lambda found: f"\\{ord(found[0]):02x}", text)


def attributes_in(text: str) -> list[str]:
    """Return the attributes of a list with blanks or commas between them; InvalidInputError for what is none."""
    names = [name for name in re.split(r"[\s,]+", text) if name]
    wrong = next((name for name in names if not _attribute.fullmatch(name)), None)
    if wrong:
        raise InvalidInputError(
            f"{wrong[:40]!r} is no attribute of a directory; write them like sn givenName."
        )
    return names


def attributes_shown_by(display_name: str) -> list[str]:
    """Return the attributes that a display name is made of: ``%sn, %givenName``."""
    return _attribute_in_format.findall(display_name)


def person(
    values: Values, display_name: str, name_attributes: Sequence[str], number_attributes: Sequence[str]
) -> Person:
    """Return an entry as a phone shows it; one without the parts of the display name goes by its first name."""
    by_key = {name.casefold(): found for name, found in values.items()}

    def first(name: str) -> str:
        return next(iter(by_key.get(name.casefold(), ())), "")

    shown = _attribute_in_format.sub(lambda found: first(found[1]), display_name).strip(" ,;-")
    name = shown or next((first(name) for name in name_attributes if first(name)), "")
    numbers = [(name, number) for name in number_attributes for number in by_key.get(name.casefold(), ())]
    return Person(name, numbers)


def _no_server(address: str) -> InvalidInputError:
    return InvalidInputError(
        f"{address[:60]!r} is no address of an LDAP server; give a name such as directory.example.com, or a URL such "
        "as ldaps://directory.example.com."
    )
