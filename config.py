"""Every setting: its name, its default and one line of meaning; a wrong value stops the start.

A setting ``x`` is overridden by the environment variable ``RINGMASTER_X``. What an administrator changes while the
system runs (Disconnected Timeout, language, …) is a system setting in the database instead.
"""

import base64
import binascii
import dataclasses
import difflib
import ipaddress
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

PREFIX = "RINGMASTER_"
PROJECT_FOLDER = Path(__file__).resolve().parent

_THREADS_FOR_PEOPLE = 2

IPNetwork = ipaddress.IPv4Network | ipaddress.IPv6Network


class SettingsError(Exception):
    """One or more settings are wrong; the text has one sentence for each that says how to mend it."""


def setting(meaning: str, parse: Callable[[str], Any], default: Any, shown_default: str = "") -> Any:
    """Declare a setting: what it means, how its text is read, and its default.

    ``shown_default`` is for the documentation, where the default itself depends on the machine.
    """
    return field(
        default=default, metadata={"meaning": meaning, "parse": parse, "shown_default": shown_default}
    )


def _text(value: str) -> str:
    return value


def _folder(value: str) -> Path:
    if not value:
        raise ValueError("name a folder")
    return Path(value).expanduser().resolve()


def _database_url(value: str) -> str:
    if value.startswith("sqlite:///") and len(value) > len("sqlite:///"):
        return value
    if (
        value.startswith("postgresql+psycopg://")
        and urlsplit(value).path.strip("/")
        and _names_servers(value)
    ):
        return value
    raise ValueError(
        "give sqlite:////folder/ringmaster.db, postgresql+psycopg://user:password@host/database, or for a primary and "
        "its standby postgresql+psycopg://user:password@/database?host=first:5432&host=second:5432"
    )


def _names_servers(value: str) -> bool:
    try:
        url = make_url(value)
        url.get_dialect()().create_connect_args(url)
    except (ArgumentError, ValueError):
        return False
    return True


def _file(value: str) -> Path | None:
    path = Path(value).expanduser()
    if value and not path.is_absolute():
        raise ValueError("give the whole path, for example /etc/ringmaster/sign-in.toml")
    return path if value else None


def _bind(value: str) -> str:
    host, colon, port = value.rpartition(":")
    if not colon or not host or not port.isdecimal() or not 0 < int(port) < 65536:
        raise ValueError("give an address and a port, for example 127.0.0.1:8080")
    return value


def _web_url(value: str) -> str:
    try:
        return _public_url(value) if value else ""
    except ValueError as error:
        raise ValueError(
            "give scheme, host and port only, for example https://manager.example.com"
        ) from error


def _public_url(value: str) -> str:
    parts = urlsplit(value)
    try:
        port_is_valid = parts.port is None or parts.port > 0
    except ValueError:
        port_is_valid = False
    if parts.scheme not in {"http", "https"} or not parts.hostname or not port_is_valid:
        raise ValueError("give the address that phones reach, for example http://phones.example.com")
    if parts.path.strip("/") or parts.query or parts.fragment or parts.username is not None:
        raise ValueError("give scheme, host and port only, for example http://phones.example.com")
    return value.rstrip("/")


def _between(low: int, high: int) -> Callable[[str], int]:
    def parse(value: str) -> int:
        if not re.fullmatch(r"\d{1,9}", value) or not low <= int(value) <= high:
            raise ValueError(f"give a whole number from {low} to {high}")
        return int(value)

    return parse


def _yes_or_no(value: str) -> bool:
    words = {
        "1": True,
        "yes": True,
        "true": True,
        "on": True,
        "0": False,
        "no": False,
        "false": False,
        "off": False,
    }
    if value.lower() not in words:
        raise ValueError("give yes or no")
    return words[value.lower()]


def _networks(value: str) -> tuple[IPNetwork, ...]:
    try:
        return tuple(ipaddress.ip_network(part.strip()) for part in value.split(",") if part.strip())
    except ValueError as error:
        raise ValueError(f"give addresses or networks with commas between them ({error})") from error


def _internal_location(value: str) -> str:
    if value and not re.fullmatch(r"/(?:[A-Za-z0-9_-]+/)+", value):
        raise ValueError("give a path that begins and ends with /, for example /protected-firmware/")
    return value


def _secret_key(value: str) -> str:
    if len(value) < 16:
        raise ValueError("give at least 16 characters, better 43 from `openssl rand -base64 32`")
    return value


def _secret_keys(value: str) -> tuple[str, ...]:
    return tuple(_secret_key(part.strip()) for part in value.split(",") if part.strip())


def _password(value: str) -> str:
    if len(value) < 8:
        raise ValueError("give at least 8 characters")
    return value


def _public_key(value: str) -> str:
    try:
        is_key = len(base64.b64decode(value, validate=True)) in {0, 32}
    except (binascii.Error, ValueError):
        is_key = False
    if not is_key:
        raise ValueError("give the 44 characters that `python run.py license-keys` wrote into license.pub")
    return value


def _token(value: str) -> str:
    if value and not re.fullmatch(r"[\x21-\x7e]{16,200}", value):
        raise ValueError("give 16 to 200 characters without blanks, such as `openssl rand -hex 32` makes")
    return value


def _one_of(*words: str) -> Callable[[str], str]:
    def parse(value: str) -> str:
        if value.lower() not in words:
            raise ValueError(f"give {', '.join(words[:-1])} or {words[-1]}")
        return value.lower()

    return parse


def _log_level(value: str) -> str:
    if value.upper() not in {"DEBUG", "INFO", "WARNING", "ERROR"}:
        raise ValueError("give DEBUG, INFO, WARNING or ERROR")
    return value.upper()


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What the environment decides before the first process starts."""

    data_dir: Path = setting(
        "Folder of the embedded database, firmware files and the installation's key",
        _folder,
        PROJECT_FOLDER / "data",
        "`data` in the project's folder",
    )
    firmware_dir: Path = setting(
        "Folder of firmware files, which has to be there; several hosts share one, and no two installations do",
        _folder,
        Path("firmware"),
        "`firmware` in the data folder, made when it is not there",
    )
    database_url: str = setting(
        "SQLite file or PostgreSQL database: sqlite:////folder/file.db or "
        "postgresql+psycopg://user:password@host/name; "
        "a primary and its standby: postgresql+psycopg://user:password@/name?host=first:5432&host=second:5432",
        _database_url,
        "",
        "`ringmaster.db` in the data folder",
    )
    secret_key: str = setting(
        "Key that signs sessions and encrypts secrets at rest; made into secret.key in the data folder when not given",
        _secret_key,
        "",
        "made at the first start",
    )
    other_secret_keys: tuple[str, ...] = setting(
        "Keys that decrypt and verify beside it while the key is changed, with commas between them (docs/operation.md)",
        _secret_keys,
        (),
        "none",
    )
    web_bind: str = setting("Address and port of the screens (and the phone API)", _bind, "127.0.0.1:8080")
    phone_bind: str = setting("Address and port of the phone plane", _bind, "127.0.0.1:8081")
    public_url: str = setting(
        "Address that phones reach; without a port, files are on its scheme's port and reports on RINGMASTER_REST_PORT",
        _public_url,
        "",
        "`http://` and RINGMASTER_PHONE_BIND",
    )
    rest_port: int = setting(
        "Port for reports where the public URL names none; 0 takes 8081 for http and 443 for https",
        _between(0, 65535),
        0,
    )
    admin_password: str = setting(
        "Password of the first administrator, acladmin; made and printed once when not given",
        _password,
        "",
        "made at the first start",
    )
    web_workers: int = setting("Processes of the web server", _between(1, 64), 1)
    web_threads: int = setting("Threads in each process of the web server", _between(2, 32), 4)
    web_threads_for_phones: int = setting(
        "Of these, for phones that come to the web server; 0: all but two, and one at least",
        _between(0, 32),
        0,
    )
    phone_workers: int = setting(
        "Processes of the phone plane: 0 takes one on SQLite and one per core on PostgreSQL",
        _between(0, 64),
        0,
    )
    firmware_downloads: int = setting(
        "Firmware downloads at once in each process of the phone plane; who comes beyond that is told to come again",
        _between(1, 10000),
        64,
    )
    firmware_downloads_per_site: int = setting(
        "Of these, for phones of one site; 0: no limit of its own", _between(0, 10000), 20
    )
    firmware_downloads_per_address: int = setting(
        "Of these, for one address, which phones behind NAT or a proxy share; 0: no limit of its own",
        _between(0, 10000),
        20,
    )
    largest_firmware: int = setting(
        "Largest firmware file that can be uploaded, in MB", _between(1, 4096), 256
    )
    firmware_redirect: str = setting(
        "Where nginx in front has the folder of firmware as an internal location, such as /protected-firmware/: "
        "nginx then sends firmware itself (X-Accel-Redirect)",
        _internal_location,
        "",
        "none: Ringmaster sends it",
    )
    firmware_redirect_rate: int = setting(
        "Bytes per second of each download that nginx sends; 0: as fast as it goes",
        _between(0, 999_999_999),
        1_000_000,
    )
    phone_http_port: int = setting(
        "Port of the phones' web pages for HTTP, the same for all of them", _between(1, 65535), 80
    )
    phone_https_port: int = setting("The same for HTTPS", _between(1, 65535), 443)
    phone_telnet_port: int = setting("Port of the phones' command lines", _between(1, 65535), 23)
    phones_on_this_machine: bool = setting(
        "Whether phones may have loopback addresses of this machine, as simulated ones do: never where real phones are",
        _yes_or_no,
        default=False,
    )
    trusted_proxies: tuple[IPNetwork, ...] = setting(
        "Proxies in front whose X-Forwarded-For and X-Forwarded-Proto are believed, with commas between them",
        _networks,
        (),
        "none",
    )
    guessed_macs: int = setting(
        "For how many phones that nobody has heard of one address may ask for files before it is taken for somebody "
        "who guesses MAC addresses, and refused; 0: nobody ever is",
        _between(0, 1000),
        200,
    )
    guessing_minutes: int = setting("Within how many minutes", _between(1, 1440), 10)
    guessing_refused_minutes: int = setting(
        "Minutes for which it is refused after its last guess; phones that were heard from there are served",
        _between(1, 1440),
        30,
    )
    phone_requests_per_minute: int = setting(
        "Requests of one phone from one address that each process answers in a minute, or at once; 0: no limit",
        _between(0, 100_000),
        120,
    )
    address_requests_per_minute: int = setting(
        "The same of one address, whatever phones ask from there; 0: no limit",
        _between(0, 10_000_000),
        30_000,
    )
    shared_address_requests_per_minute: int = setting(
        "The same of an address that very many phones share: the SBC proxy, networks from which a tenant serves its "
        "phones, and RINGMASTER_SHARED_ADDRESSES; 0: no limit",
        _between(0, 10_000_000),
        600_000,
    )
    shared_addresses: tuple[IPNetwork, ...] = setting(
        "Addresses and networks behind each of whose addresses there may be very many phones (NAT, proxies of SBCs), "
        "with commas between them",
        _networks,
        (),
        "none",
    )
    rest_requests_per_minute: int = setting(
        "Requests of one API token that each process of the web server takes in a minute",
        _between(1, 1_000_000),
        600,
    )
    secure_cookies: bool = setting(
        "Send cookies over HTTPS only, and tell browsers to stay with it: set it where nginx speaks TLS to people",
        _yes_or_no,
        default=False,
    )
    web_url: str = setting(
        "Address at which people reach the screens, such as https://manager.example.com: providers of identities send "
        "them back to it, and where it is https, who comes over HTTP is sent there (phones are not)",
        _web_url,
        "",
        "none",
    )
    sign_in_file: Path | None = setting(
        "File in TOML that lets people of an LDAP directory or an OpenID Connect provider sign in "
        "(docs/guide/signing-in.md)",
        _file,
        None,
        "none: accounts of this installation alone",
    )
    second_factor: str = setting(
        "Who has to set up a second factor before anything else opens: nobody, administrators or everybody",
        _one_of("nobody", "administrators", "everybody"),
        "nobody",
    )
    session_idle_minutes: int = setting(
        "Minutes without use after which one has to sign in again; that a page keeps itself fresh is no use",
        _between(1, 1440),
        10,
    )
    session_hours: int = setting(
        "Hours after which one has to sign in again, used or not", _between(1, 720), 12
    )
    license_public_key: str = setting(
        "Key of whoever issues licences, as `python run.py license-keys` makes it; without one no licence counts, and "
        "neither time nor devices are limited",
        _public_key,
        "",
        "none",
    )
    log_level: str = setting(
        "From which level on lines are written to the standard output: DEBUG, INFO, WARNING or ERROR. What the files "
        "of System Logs have is a system setting",
        _log_level,
        "INFO",
    )
    log_format: str = setting(
        "Form of the lines on the standard output: text, json or logfmt",
        _one_of("text", "json", "logfmt"),
        "text",
    )
    metrics_networks: tuple[IPNetwork, ...] = setting(
        "Addresses or networks from which /metrics may be read without a token, with commas between them",
        _networks,
        tuple(map(ipaddress.ip_network, ("127.0.0.0/8", "::1/128"))),
        "this machine",
    )
    metrics_token: str = setting(
        "Token with which /metrics may be read from anywhere: Authorization: Bearer …", _token, "", "none"
    )

    def __post_init__(self) -> None:
        """Fill in the defaults that follow from other settings."""
        if not self.database_url:
            object.__setattr__(self, "database_url", f"sqlite:///{self.data_dir / 'ringmaster.db'}")
        if not self.public_url:
            object.__setattr__(self, "public_url", f"http://{self.phone_bind}")
        if not self.web_threads_for_phones:
            object.__setattr__(self, "web_threads_for_phones", max(1, self.web_threads - _THREADS_FOR_PEOPLE))

    @property
    def firmware_folder(self) -> Path:
        """Where firmware lies: the folder that was named, else one in the data folder."""
        return self.data_dir / self.firmware_dir

    @property
    def shares_firmware(self) -> bool:
        """Whether firmware lies in a folder that was named, which may be away."""
        return self.firmware_dir.is_absolute()

    @property
    def database_password(self) -> str:
        """The password in the address of the database, as it is written there; empty where there is none."""
        return urlsplit(self.database_url).password or ""

    @property
    def uses_sqlite(self) -> bool:
        """Whether the embedded database is in use: one machine, one process of the phone plane."""
        return self.database_url.startswith("sqlite")


def _known_settings() -> dict[str, dataclasses.Field[Any]]:
    return {PREFIX + entry.name.upper(): entry for entry in dataclasses.fields(Settings)}


def describe_unknown_settings(environment: Mapping[str, str]) -> list[str]:
    """Return a sentence for each RINGMASTER_ variable that is no setting, most likely a slip of the pen.

    They do not stop the start: Kubernetes, for one, sets RINGMASTER_PORT for a service of this name.
    """
    known = _known_settings()
    sentences = []
    for name in sorted(environment):
        if name.startswith(PREFIX) and name not in known:
            close = difflib.get_close_matches(name, known, n=1)
            hint = f"did you mean {close[0]}?" if close else "docs/configuration.md lists them all."
            sentences.append(f"{name} is not a setting of Ringmaster and is ignored; {hint}")
    return sentences


def load_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """Read the settings from the environment, or raise SettingsError with a sentence for each wrong one."""
    environment = os.environ if environment is None else environment
    values: dict[str, Any] = {}
    problems = []
    known = _known_settings()
    for name, text in sorted(environment.items()):
        if name not in known:
            continue
        try:
            values[known[name].name] = known[name].metadata["parse"](text.strip())
        except ValueError as error:
            shown = (
                "its value"
                if any(word in name for word in ("KEY", "PASSWORD", "URL", "TOKEN"))
                else f"'{text.strip()[:80]}'"
            )
            problems.append(f"{name}: {shown} will not do; {error}.")
    if problems:
        raise SettingsError("\n".join(problems))
    settings = Settings(**values)
    _check_phones_can_reach(settings)
    return settings


def _check_phones_can_reach(settings: Settings) -> None:
    """Refuse an address that means "every address": a phone that has been told it never comes back."""
    if urlsplit(settings.public_url).hostname in {"0.0.0.0", "::"}:  # noqa: S104  (compared, not bound)
        raise SettingsError(
            f"Phones would be told {settings.public_url}, which no phone can reach. Set RINGMASTER_PUBLIC_URL to the "
            "address of this machine that phones are to use, for example http://phones.example.com."
        )
