"""The provisioning string of DHCP option 160: what it says about where a phone finds its files."""

import re
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from simulator.errors import InvalidOptionError

SPOKEN = ("http", "https")
REST_PORT = 8081
DEFAULT_FIRMWARE = "<MODEL>.img"
DEFAULT_CONFIGURATION = "<MAC>.cfg"

# A tenant's name may hold a dot, so only the endings of phones' files make a name a file.
_FIRMWARE_FILE = re.compile(r"[^/]\.(?:img|dfu)$", re.IGNORECASE)
_CONFIGURATION_FILE = re.compile(r"[^/]\.(?:cfg|cfx)$", re.IGNORECASE)
_TENANT = re.compile(r"(?:^|/)ipp/(?:tenant|region)/([^/]+)", re.IGNORECASE)
_MODEL_MACRO = re.compile("<MODEL>", re.IGNORECASE)
_MAC_MACRO = re.compile("<MAC>", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Option160:
    """The string taken apart; ``firmware`` and ``configuration`` are URLs in which macros still stand."""

    origin: str
    firmware: str | None
    configuration: str

    @property
    def tenant(self) -> str | None:
        """The tenant (or region, its older name) that the configuration URL names, as a person writes it."""
        found = _TENANT.search(self.configuration)
        if found is None or _CONFIGURATION_FILE.search(found[1]):
            return None
        return unquote(found[1])

    @property
    def is_for_all_phones(self) -> bool:
        """Whether every phone reads the same file, as with ``ipp/dhcpoption160.cfg``."""
        return _MAC_MACRO.search(self.configuration) is None

    @property
    def rest_url(self) -> str:
        """Where reports go before a file has named a place: port 8081, or the port that the string names."""
        parts = urlsplit(self.origin)
        if parts.port is not None:
            return f"{self.origin}/"
        return f"http://{parts.netloc}:{REST_PORT}/"


def read(text: str) -> Option160:
    """Take the string apart by its grammar (protocol 7.2); raises InvalidOptionError when it has another.

    ``proto://host``, ``proto://host/fw.img``, ``proto://host/fw.img;cfg.cfg`` and ``proto://host/;cfg.cfg``;
    a part that names a folder gets the default name of the phone's model or MAC.
    """
    protocol, separator, rest = text.strip().partition("://")
    if not separator or protocol.lower() not in SPOKEN:
        raise InvalidOptionError(
            f'"{text}" does not begin with http:// or https://; the simulated phones speak no other protocol.'
        )
    before, semicolon, after = rest.partition(";")
    host, _, path = before.partition("/")
    origin = _checked_origin(f"{protocol.lower()}://{host}", text)
    firmware, configuration = _both_parts(path, after) if semicolon else _one_part(path)
    return Option160(
        origin=origin,
        firmware=None if firmware is None else f"{origin}/{firmware}",
        configuration=configuration if "://" in configuration else f"{origin}/{configuration}",
    )


def configuration_file(url: str) -> str:
    """The URL of a phone's file: ``url`` itself if it names a file, else the default name in that folder."""
    return url if _CONFIGURATION_FILE.search(url) else _inside(url, DEFAULT_CONFIGURATION)


def firmware_file(url: str) -> str:
    """The URL of the firmware: ``url`` itself if it names an image, else the model's default name in it."""
    return url if _FIRMWARE_FILE.search(url) else _inside(url, DEFAULT_FIRMWARE)


def fill(url: str, model: str, mac: str) -> str:
    """Put a phone's model and MAC, written as this phone writes it, in place of the macros."""
    return _MAC_MACRO.sub(mac, _MODEL_MACRO.sub(model, url))


def _both_parts(firmware: str, configuration: str) -> tuple[str | None, str]:
    return firmware_file(firmware) if firmware else None, configuration_file(configuration.strip("/ "))


def _one_part(path: str) -> tuple[str | None, str]:
    if _CONFIGURATION_FILE.search(path):
        return None, path
    if _FIRMWARE_FILE.search(path):
        return path, DEFAULT_CONFIGURATION
    return firmware_file(path), configuration_file(path)


def _inside(folder: str, name: str) -> str:
    return name if not folder else f"{folder.rstrip('/')}/{name}"


def _checked_origin(origin: str, text: str) -> str:
    try:
        named = urlsplit(origin).hostname
        _ = urlsplit(origin).port
    except ValueError as error:
        raise InvalidOptionError(f'The address in "{text}" cannot be read: {error}.') from error
    if not named:
        raise InvalidOptionError(
            f'"{text}" names no host; write it as http://host/firmwarefiles;ipp/tenant/Name.'
        )
    return origin
