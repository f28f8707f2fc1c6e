"""The addresses phones are told to reach this server at, all derived from its public URL (protocol 1, 8)."""

import ipaddress
import re
from dataclasses import dataclass

from app.errors import InvalidInputError

# Where phones report to when the public URL names no port: 8081 is the port real phones use with http.
REST_PORTS = {"http": 8081, "https": 443}

# What a server listens on to be reached by every address it has; to a phone it means nothing.
_EVERY_ADDRESS = frozenset({"0.0.0.0", "[::]"})  # noqa: S104  (compared, not bound)

_URL = re.compile(r"(https?)://(\[[0-9A-Fa-f:.]+\]|[^\[\]/:?#@]+)(?::([0-9]{1,5}))?([/?#].*)?", re.DOTALL)
_LABEL = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?")


@dataclass(frozen=True, slots=True)
class ManagerUrls:
    """What phones are told of this server.

    ``address`` is its name or IP address (IPv6 in brackets); ``port`` is None where the public URL names
    none; ``rest_port`` is where reports go to.
    """

    scheme: str
    address: str
    port: int | None
    rest_port: int

    @property
    def host(self) -> str:
        """The address, with the port when the public URL names one."""
        return self.address if self.port is None else f"{self.address}:{self.port}"

    @property
    def public_url(self) -> str:
        """The URL all others begin with, without a slash at the end."""
        return f"{self.scheme}://{self.host}"

    @property
    def configuration_url(self) -> str:
        """Where phones read configuration files."""
        return f"{self.public_url}/configfiles/"

    @property
    def firmware_url(self) -> str:
        """Where phones read firmware."""
        return f"{self.public_url}/firmwarefiles/"

    @property
    def provisioning_url(self) -> str:
        """Where phones send reports and alarms (``ems_server/provisioning/url``)."""
        return f"{self.scheme}://{self.address}:{self.rest_port}/"

    def placeholder_values(self) -> dict[str, str]:
        """Return the values of the placeholders that stand for this server."""
        return {
            "HTTP_OR_S": self.scheme,
            "ServerIP": self.host,
            "HTTP_PROXY_IP": self.address,
            "HTTP_PROXY_PORT": str(self.rest_port),
        }


def manager_urls(public_url: str, rest_port: int | None = None) -> ManagerUrls:
    """Read a public URL such as ``http://mgr.example.com`` or ``https://10.1.2.3:8443``.

    A port in the URL is used for everything. Without one, files are on the scheme's port and reports go to
    ``rest_port`` (8081 for http and 443 for https when it is not given).
    """
    match = _URL.fullmatch(public_url)
    if not match:
        raise InvalidInputError(
            f"The public URL {public_url[:200]!r} is not valid: give scheme, name and, if need be, a port, "
            "for example http://phones.example.com or https://10.1.2.3:8443."
        )
    scheme, address, port_text, path = match.groups()
    if path:
        raise InvalidInputError(
            f"The public URL {public_url[:200]!r} has something after the name: write it without the slash "
            "and what follows, for example http://phones.example.com."
        )
    check_address(address)
    port = int(port_text) if port_text else None
    reports_at = REST_PORTS[scheme] if rest_port is None else rest_port
    urls = ManagerUrls(scheme, address, port, reports_at if port is None else port)
    check_port(urls.rest_port)
    return urls


def told_instead(installed: ManagerUrls, *, scheme: str, host: str) -> ManagerUrls:
    """Return the addresses once an administrator chose another scheme or host; empty leaves what is installed.

    ``host`` may name a port, which is then used for everything. Without one the installed port stays while the
    scheme is the installed one; another scheme has ports of its own.
    """
    scheme = scheme or installed.scheme
    if scheme == installed.scheme:
        address, port = _parted(host or installed.host)
        return manager_urls(_url_of(scheme, address, port or installed.port), installed.rest_port)
    return manager_urls(_url_of(scheme, *_parted(host or installed.address)))


def check_host(host: str) -> None:
    """Refuse what is not an address phones can reach, with or without a port behind it."""
    address, port = _parted(host)
    check_address(address)
    if address in _EVERY_ADDRESS:
        raise InvalidInputError(f"No phone can reach {address}: give the name or address of this server.")
    if port is not None:
        check_port(port)


def _parted(host: str) -> tuple[str, int | None]:
    address, colon, port = host.rpartition(":")
    is_port = bool(colon) and port.isascii() and port.isdecimal() and len(port) < 6 and "]" not in port
    return (address, int(port)) if is_port else (host, None)


def _url_of(scheme: str, address: str, port: int | None) -> str:
    return f"{scheme}://{address}" if port is None else f"{scheme}://{address}:{port}"


def check_port(port: int) -> None:
    """Refuse a port that does not exist."""
    if not 1 <= port <= 65535:
        raise InvalidInputError(f"The port {port} does not exist: give a number from 1 to 65535.")


def check_address(address: str) -> None:
    """Refuse what is neither a name, nor an IPv4 address, nor an IPv6 address in brackets."""
    if not _is_name(address) and not _is_ip_address(address):
        raise InvalidInputError(
            f"The address {address[:200]!r} is not valid: give a name such as phones.example.com, an IPv4 "
            "address such as 10.1.2.3, or an IPv6 address in brackets such as [2001:db8::1]."
        )


def _is_name(address: str) -> bool:
    is_numeric = address.replace(".", "").isdigit()
    labels = address[:254].split(".")
    return len(address) <= 253 and not is_numeric and all(_LABEL.fullmatch(label) for label in labels)


def _is_ip_address(address: str) -> bool:
    is_bracketed = address.startswith("[") and address.endswith("]")
    try:
        version = ipaddress.ip_address(address[1:-1] if is_bracketed else address).version
    except ValueError:
        return False
    return version == (6 if is_bracketed else 4)
