"""From the texts of a destination to the receiver that it is, with its secrets."""

import json
from collections.abc import Callable, Mapping

from app.models import Destination
from app.models.enums import DestinationKind
from app.rules.receivers import (
    MailSecurity,
    MailServer,
    Receiver,
    SnmpReceiver,
    SnmpVersion,
    SyslogReceiver,
    Transport,
    WebHook,
)
from app.services.destinations.fields import NO_PROTOCOL, addresses_in, defaults_of
from app.services.settings.definitions import YES

Texts = Mapping[str, str]


def receiver_of(destination: Destination) -> Receiver:
    """Return where and how a destination is reached."""
    texts = {**defaults_of(destination.kind), **destination.settings, **json.loads(destination.secrets)}
    return _MAKERS[destination.kind](texts, destination.tenant_id is None)


def snmp_receiver_of(destination: Destination) -> SnmpReceiver | None:
    """Return the receiver of a destination of traps, None for any other."""
    receiver = receiver_of(destination) if destination.kind is DestinationKind.SNMP else None
    return receiver if isinstance(receiver, SnmpReceiver) else None


def _mail_server(texts: Texts, may_be_here: bool) -> Receiver:
    return MailServer(
        host=texts["host"],
        port=int(texts["port"]),
        security=MailSecurity(texts["security"]),
        user=texts["user"],
        password=texts["password"],
        sender=texts["sender"],
        recipients=addresses_in(texts["recipients"]),
        certificates=texts["certificates"],
        may_be_here=may_be_here,
    )


def _snmp_receiver(texts: Texts, may_be_here: bool) -> Receiver:
    return SnmpReceiver(
        host=texts["host"],
        port=int(texts["port"]),
        version=SnmpVersion(texts["version"]),
        is_inform=texts["is_inform"] == YES,
        community=texts["community"],
        user=texts["user"],
        authentication=_protocol(texts["authentication"]),
        authentication_password=texts["authentication_password"],
        privacy=_protocol(texts["privacy"]),
        privacy_password=texts["privacy_password"],
        variable_root=texts["variable_root"],
        oid_base=texts["oid_base"],
        with_system_severity=texts["with_system_severity"] == YES,
        may_be_here=may_be_here,
    )


def _web_hook(texts: Texts, may_be_here: bool) -> Receiver:
    return WebHook(
        url=texts["url"],
        secret=texts["secret"],
        authorization=texts["authorization"],
        certificates=texts["certificates"],
        may_be_here=may_be_here,
    )


def _syslog_receiver(texts: Texts, may_be_here: bool) -> Receiver:
    return SyslogReceiver(
        host=texts["host"],
        port=int(texts["port"]),
        transport=Transport(texts["transport"]),
        facility=int(texts["facility"]),
        certificates=texts["certificates"],
        may_be_here=may_be_here,
    )


def _protocol(text: str) -> str:
    return "" if text == NO_PROTOCOL else text


_MAKERS: Mapping[DestinationKind, Callable[[Texts, bool], Receiver]] = {
    DestinationKind.MAIL: _mail_server,
    DestinationKind.SNMP: _snmp_receiver,
    DestinationKind.WEBHOOK: _web_hook,
    DestinationKind.SYSLOG: _syslog_receiver,
    DestinationKind.EVENTS: _web_hook,
}
