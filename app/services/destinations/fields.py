"""The settings of each kind of destination: what they are called, what they mean, and what they may be."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from urllib.parse import urlsplit

from app.errors import InvalidInputError
from app.models.enums import DestinationKind
from app.rendering.manager_urls import check_address
from app.rendering.notices.traps import BOARD_ROOT
from app.rules import events
from app.rules.mail_addresses import is_mail_address
from app.rules.receivers import MailSecurity, SnmpVersion, Transport
from app.rules.sentences import quoted
from app.services.settings.definitions import NO, YES
from app.services.settings.texts import CERTIFICATES, Control, Kind, choice, several, whole_number

MOST_RECIPIENTS = 50
NO_PROTOCOL = "none"
AUTHENTICATION_PROTOCOLS = ("SHA-256", "SHA-512", "SHA-384", "SHA-224", "SHA-1", "MD5")
PRIVACY_PROTOCOLS = ("AES-128", "AES-192", "AES-256", "DES")

_OID = re.compile(r"[0-2](?:\.(?:0|[1-9][0-9]{0,9})){2,60}")


@dataclass(frozen=True, slots=True)
class DestinationField:
    """One setting of a destination; ``is_needed`` where it may not be empty."""

    name: str
    title: str
    meaning: str
    kind: Kind
    default: str = ""
    is_needed: bool = False

    @property
    def is_secret(self) -> bool:
        """Whether its text is shown to nobody."""
        return self.kind.control is Control.HIDDEN


def _plain(most: int, control: Control = Control.TEXT) -> Kind:
    def check(text: str) -> str:
        if len(text) > most:
            raise InvalidInputError(f"This has {len(text)} characters; shorten it to {most} or fewer.")
        if not text.isprintable():
            raise InvalidInputError("This has a character that cannot be printed; write it on one line.")
        return text

    return Kind(control, check, most=most)


def _host(text: str) -> str:
    if text:
        check_address(text)
    return text


def _address(text: str) -> str:
    if text and not is_mail_address(text):
        raise InvalidInputError(f"{quoted(text)} is no mail address; give one like alarms@example.com.")
    return text


def addresses_in(text: str) -> list[str]:
    """Return the mail addresses of a text, each once."""
    return list(dict.fromkeys(part for part in re.split(r"[\s,;]+", text) if part))


def _addresses(text: str) -> str:
    found = [_address(part) for part in addresses_in(text)]
    if len(found) > MOST_RECIPIENTS:
        raise InvalidInputError(
            f"These are {len(found)} addresses; give at most {MOST_RECIPIENTS}, or the address of a list."
        )
    return "\n".join(found)


def _web_address(text: str) -> str:
    try:
        parts = urlsplit(text) if re.fullmatch(r"https?://[!-~]{1,1000}", text) else None
    except ValueError:  # brackets with no IPv6 address between them
        parts = None
    if parts is None or not parts.hostname:
        raise InvalidInputError(
            f"{quoted(text)} is no web address; give one like https://hooks.example.com/alarms."
        )
    if parts.username is not None:
        raise InvalidInputError(
            "User name and password do not belong into the address; use the header Authorization below."
        )
    try:
        has_port = parts.port != 0
    except ValueError:
        has_port = False
    if not has_port:
        raise InvalidInputError("The port is no number from 1 to 65535.")
    return text


def _oid(text: str) -> str:
    oid = text.strip(".")
    if oid and not _OID.fullmatch(oid):
        raise InvalidInputError(f"{quoted(text)} is no object identifier; give one like 1.3.6.1.4.1.99999.1.")
    return oid


_HOST = Kind(Control.TEXT, _host, most=253)
_PORT = whole_number(1, 65535)
_SECRET = _plain(200, Control.HIDDEN)
_YES_OR_NO = choice({YES: "Yes", NO: "No"})
_CERTIFICATES = DestinationField(
    "certificates",
    "Trusted certificates",
    "Of an authority of your own that signed the server's certificate, in PEM. Empty: those of the operating system. "
    "A certificate that is not trusted is never accepted.",
    CERTIFICATES,
)

_WEB_HOOK: Sequence[DestinationField] = (
    DestinationField(
        "url", "Address", "It gets each message as a POST of JSON. Redirects are not followed.",
        Kind(Control.TEXT, _web_address, most=1000), is_needed=True,
    ),
    DestinationField(
        "secret", "Signing secret",
        "Each message is signed with it (HMAC-SHA256), so that the receiver knows whose it is. Kept encrypted, "
        "never shown.", _SECRET,
    ),
    DestinationField(
        "authorization", "Header Authorization",
        "Sent as it is, such as: Bearer 1234. Kept encrypted, never shown.",
        _plain(2000, Control.HIDDEN),
    ),
    _CERTIFICATES,
)  # fmt: skip

FIELDS: Mapping[DestinationKind, Sequence[DestinationField]] = MappingProxyType(
    {
        DestinationKind.MAIL: (
            DestinationField(
                "recipients", "To", "Who gets the mail: addresses, one on each line.",
                Kind(Control.LINES, _addresses, most=10_000), is_needed=True,
            ),
            DestinationField(
                "sender", "From", "The address that the mail comes from, such as ringmaster@example.com.",
                Kind(Control.TEXT, _address, most=254), is_needed=True,
            ),
            DestinationField(
                "host", "Mail server", "Name or address of the SMTP server.", _HOST, is_needed=True
            ),
            DestinationField(
                "security", "Encryption", "STARTTLS usually has port 587, TLS from the start 465, none 25.",
                choice(
                    {
                        MailSecurity.START_TLS: "STARTTLS",
                        MailSecurity.TLS: "TLS from the start",
                        MailSecurity.PLAIN: "None",
                    }
                ),
                MailSecurity.START_TLS,
            ),
            DestinationField("port", "Port", "The port of the SMTP server.", _PORT, "587", is_needed=True),
            DestinationField("user", "User name", "Empty: nobody signs in.", _plain(200)),
            DestinationField("password", "Password", "Of that name; kept encrypted, never shown.", _SECRET),
            _CERTIFICATES,
        ),
        DestinationKind.SNMP: (
            DestinationField("host", "Receiver", "Name or address of the trap receiver.", _HOST, is_needed=True),
            DestinationField("port", "Port", "162 is usual.", _PORT, "162", is_needed=True),
            DestinationField(
                "version", "Version", "Version 2c has a community, version 3 a user.",
                choice({SnmpVersion.V2C: "SNMP v2c", SnmpVersion.V3: "SNMP v3"}), SnmpVersion.V2C,
            ),
            DestinationField(
                "is_inform", "Acknowledged",
                "An inform is acknowledged, and sent again until it is. A trap may be lost without anybody noticing.",
                choice({YES: "Inform", NO: "Trap"}), YES,
            ),
            DestinationField("community", "Community", "Of version 2c; kept encrypted, never shown.", _SECRET),
            DestinationField("user", "User name", "Of version 3.", _plain(32)),
            DestinationField(
                "authentication", "Authentication", "How version 3 shows whose a message is.",
                choice({NO_PROTOCOL: "None", **{word: word for word in AUTHENTICATION_PROTOCOLS}}), "SHA-256",
            ),
            DestinationField(
                "authentication_password", "Authentication password",
                "8 characters or more; kept encrypted, never shown.", _SECRET,
            ),
            DestinationField(
                "privacy", "Encryption", "How version 3 encrypts a message.",
                choice({NO_PROTOCOL: "None", **{word: word for word in PRIVACY_PROTOCOLS}}), "AES-128",
            ),
            DestinationField(
                "privacy_password", "Encryption password", "8 characters or more; kept encrypted, never shown.", _SECRET
            ),
            DestinationField(
                "oid_base", "OID base",
                "Alarms for which AudioCodes has published no object identifier are sent with numbers beneath this "
                "one. Empty: they are not sent.", Kind(Control.TEXT, _oid, most=200),
            ),
            DestinationField(
                "variable_root", "Root of variables", "Where the variables of a trap lie: AudioCodes' board MIB.",
                Kind(Control.TEXT, _oid, most=200), BOARD_ROOT, is_needed=True,
            ),
            DestinationField(
                "with_system_severity", "Variables 12 to 14",
                "Whether the worst severity of the phone, its name and its model are sent as well.",
                _YES_OR_NO, NO,
            ),
        ),
        DestinationKind.WEBHOOK: _WEB_HOOK,
        DestinationKind.EVENTS: (
            DestinationField(
                "topics", "Events", "Of what it is told. A tenant's is told of what is that tenant's alone.",
                several({topic.value: title for topic, title in events.TITLES.items()}), is_needed=True,
            ),
            *_WEB_HOOK,
        ),
        DestinationKind.SYSLOG: (
            DestinationField("host", "Server", "Name or address of the syslog server.", _HOST, is_needed=True),
            DestinationField(
                "transport", "Transport", "UDP usually has port 514, TCP 601, TLS 6514; UDP may lose messages.",
                choice({Transport.TLS: "TLS", Transport.TCP: "TCP", Transport.UDP: "UDP"}), Transport.TLS,
            ),
            DestinationField("port", "Port", "The port of the syslog server.", _PORT, "6514", is_needed=True),
            DestinationField(
                "facility", "Facility", "The number that the server sorts messages by; 16 to 23 are local0 to local7.",
                whole_number(0, 23), "16", is_needed=True,
            ),
            _CERTIFICATES,
        ),
    }
)  # fmt: skip
"""What is to be known of each kind, in the order of its form."""

USUAL_RATES: Mapping[DestinationKind, int] = MappingProxyType(
    {
        DestinationKind.MAIL: 30,
        DestinationKind.SNMP: 3_000,
        DestinationKind.WEBHOOK: 60,
        DestinationKind.SYSLOG: 3_000,
        DestinationKind.EVENTS: 120,
    }
)
"""Messages in a minute, where nobody says otherwise."""

TITLES: Mapping[DestinationKind, str] = MappingProxyType(
    {
        DestinationKind.MAIL: "Mail",
        DestinationKind.SNMP: "SNMP",
        DestinationKind.WEBHOOK: "Web hook",
        DestinationKind.SYSLOG: "Syslog",
        DestinationKind.EVENTS: "Web hook for events",
    }
)


def defaults_of(kind: DestinationKind) -> dict[str, str]:
    """Return the texts that a new destination of this kind begins with."""
    return {field.name: field.default for field in FIELDS[kind]}


def checked(kind: DestinationKind, texts: Mapping[str, str]) -> dict[str, str]:
    """Return the texts as they are kept, or raise InvalidInputError with a sentence for each that will not do."""
    kept: dict[str, str] = {}
    problems: dict[str, str] = {}
    for field in FIELDS[kind]:
        text = texts.get(field.name, "").strip()
        if not text and field.is_needed:
            problems[field.name] = "This is needed."
            continue
        try:
            kept[field.name] = field.kind.check(text) if text or field.kind.words is None else field.default
        except InvalidInputError as error:
            problems[field.name] = str(error)
    problems |= {name: text for name, text in _TOGETHER[kind](kept) if name not in problems}
    if problems:
        raise InvalidInputError(by_field=problems)
    return kept


def _of_mail(texts: Mapping[str, str]) -> Sequence[tuple[str, str]]:
    if texts.get("user") and texts.get("security") == MailSecurity.PLAIN:
        return [("security", "Choose STARTTLS or TLS: without, anybody on the way reads the password.")]
    if texts.get("user") and not texts.get("password"):
        return [("password", "Give the password of the user name, or leave both empty.")]
    return []


def _of_snmp(texts: Mapping[str, str]) -> Sequence[tuple[str, str]]:
    if texts.get("version") == SnmpVersion.V2C:
        return [] if texts.get("community") else [("community", "Version 2c needs a community.")]
    problems = [] if texts.get("user") else [("user", "Version 3 needs a user name.")]
    for protocol in ("authentication", "privacy"):
        name = f"{protocol}_password"
        if texts.get(protocol, NO_PROTOCOL) != NO_PROTOCOL and len(texts.get(name, "")) < 8:
            problems.append((name, "Give a password of 8 characters or more."))
    if texts.get("authentication") == NO_PROTOCOL and texts.get("privacy") != NO_PROTOCOL:
        problems.append(
            ("privacy", "Version 3 encrypts only what it authenticates: choose None here as well.")
        )
    return problems


def _of_webhook(texts: Mapping[str, str]) -> Sequence[tuple[str, str]]:
    if texts.get("authorization") and not texts.get("url", "").startswith("https://"):
        return [("url", "Give an https address: without, anybody on the way reads the header Authorization.")]
    return []


def _of_syslog(_texts: Mapping[str, str]) -> Sequence[tuple[str, str]]:
    return []


_TOGETHER = {
    DestinationKind.MAIL: _of_mail,
    DestinationKind.SNMP: _of_snmp,
    DestinationKind.WEBHOOK: _of_webhook,
    DestinationKind.SYSLOG: _of_syslog,
    DestinationKind.EVENTS: _of_webhook,
}
