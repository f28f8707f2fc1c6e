"""Receivers of messages about alarms: where they are, and what has to be known to reach each kind.

``may_be_here`` is said of those that administrators of the whole system have entered: what somebody entered for one
tenant may not lead to the machine that this software runs on, or its link.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias


class MailSecurity(StrEnum):
    """How a mail server is spoken to."""

    START_TLS = "starttls"
    TLS = "tls"
    PLAIN = "plain"


class SnmpVersion(StrEnum):
    """The versions of SNMP that are spoken."""

    V2C = "2c"
    V3 = "3"


class Transport(StrEnum):
    """How syslog messages travel."""

    UDP = "udp"
    TCP = "tcp"
    TLS = "tls"


@dataclass(frozen=True, slots=True, kw_only=True)
class MailServer:
    """A mail server, and to whom mail goes through it; without a user nobody signs in."""

    host: str
    port: int
    security: MailSecurity
    user: str = ""
    password: str = field(default="", repr=False)
    sender: str
    recipients: Sequence[str]
    certificates: str = ""
    may_be_here: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SnmpReceiver:
    """A receiver of traps, or, acknowledging them, of informs.

    Without an authentication protocol version 3 has none, without a privacy protocol it is not encrypted.
    """

    host: str
    port: int
    version: SnmpVersion
    is_inform: bool
    community: str = field(default="", repr=False)
    user: str = ""
    authentication: str = ""
    authentication_password: str = field(default="", repr=False)
    privacy: str = ""
    privacy_password: str = field(default="", repr=False)
    variable_root: str
    oid_base: str = ""
    with_system_severity: bool = False
    may_be_here: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class WebHook:
    """An address that takes JSON; ``secret`` signs it, ``authorization`` is sent as the header of that name."""

    url: str
    secret: str = field(default="", repr=False)
    authorization: str = field(default="", repr=False)
    certificates: str = ""
    may_be_here: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SyslogReceiver:
    """A syslog server."""

    host: str
    port: int
    transport: Transport
    facility: int
    certificates: str = ""
    may_be_here: bool


Receiver: TypeAlias = MailServer | SnmpReceiver | WebHook | SyslogReceiver
