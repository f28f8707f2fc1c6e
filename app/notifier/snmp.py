"""SNMP: traps and informs from the one engine of this installation, which its receivers know by its id.

pysnmp keeps the keys of a user once it has used them, also for the engines that it found at receivers. So when a
user's keys change, the engine begins anew: receivers then see that it has started once more.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

from pysnmp.error import PySnmpError
from pysnmp.hlapi.v3arch.asyncio import (
    USM_AUTH_HMAC96_MD5,
    USM_AUTH_HMAC96_SHA,
    USM_AUTH_HMAC128_SHA224,
    USM_AUTH_HMAC192_SHA256,
    USM_AUTH_HMAC256_SHA384,
    USM_AUTH_HMAC384_SHA512,
    USM_AUTH_NONE,
    USM_PRIV_CBC56_DES,
    USM_PRIV_CFB128_AES,
    USM_PRIV_CFB192_AES,
    USM_PRIV_CFB256_AES,
    USM_PRIV_NONE,
    CommunityData,
    ContextData,
    NotificationType,
    ObjectIdentity,
    SnmpEngine,
    Udp6TransportTarget,
    UdpTransportTarget,
    UsmUserData,
    send_notification,
)
from pysnmp.proto.rfc1902 import Integer32, OctetString

from app.notifier.addresses import Found, find_address
from app.notifier.answers import shown
from app.notifier.failures import NotDelivered
from app.rendering.notices.message import Message
from app.rendering.notices.traps import Variable, trap_oid_of, variables_of
from app.rules.receivers import SnmpReceiver, SnmpVersion

_TRY_SECONDS = 2
_MORE_TRIES = 2
_WHOLE_SECONDS = 15
_V2C = 1

_AUTHENTICATION = {
    "": USM_AUTH_NONE,
    "MD5": USM_AUTH_HMAC96_MD5,
    "SHA-1": USM_AUTH_HMAC96_SHA,
    "SHA-224": USM_AUTH_HMAC128_SHA224,
    "SHA-256": USM_AUTH_HMAC192_SHA256,
    "SHA-384": USM_AUTH_HMAC256_SHA384,
    "SHA-512": USM_AUTH_HMAC384_SHA512,
}
_PRIVACY = {
    "": USM_PRIV_NONE,
    "DES": USM_PRIV_CBC56_DES,
    "AES-128": USM_PRIV_CFB128_AES,
    "AES-192": USM_PRIV_CFB192_AES,
    "AES-256": USM_PRIV_CFB256_AES,
}


@dataclass(frozen=True, slots=True)
class EngineIdentity:
    """Who an engine is (RFC 3414): its id in hexadecimal, and how often it has begun."""

    engine_id: str
    boots: int


BeginEngine: TypeAlias = Callable[[], Awaitable[EngineIdentity]]
"""Notes that the engine begins once more, and returns who it is."""


class SnmpSender:
    """Sends with one engine, which is made when the first message is to be sent: that takes half a second."""

    def __init__(self, begin: BeginEngine) -> None:
        self._begin = begin
        self._engine: Any = None
        self._keys: dict[str, tuple[str, str, str, str]] = {}
        self._lock = asyncio.Lock()

    async def send(self, receiver: SnmpReceiver, message: Message) -> str:
        """Send a trap or an inform; return what is known of its arrival, or raise NotDelivered."""
        alarm = message.alarms[0]
        trap_oid = trap_oid_of(alarm.type_name, alarm.trap_oid, receiver.oid_base)
        if trap_oid is None:
            raise NotDelivered(
                f"{alarm.title} has no published object identifier, and the destination no OID base.",
                is_of_message=True,
            )
        found = await find_address(receiver.host, receiver.port, may_be_here=receiver.may_be_here)
        variables = variables_of(
            message, trap_oid, root=receiver.variable_root, with_system_severity=receiver.with_system_severity
        )
        engine = await self._engine_for(receiver)
        notification = NotificationType(ObjectIdentity(trap_oid)).add_varbinds(*map(_bound, variables))
        error, status = await self._sent(engine, receiver, found, notification)
        if error is not None:
            raise NotDelivered(f"{receiver.host}: {shown(str(error))}.")
        if status:
            raise NotDelivered(f"{receiver.host} answered {status}.", is_of_message=True)
        if receiver.is_inform:
            return f"{receiver.host} acknowledged the inform {trap_oid}."
        return f"The trap {trap_oid} was sent; nobody says whether it arrived."

    def close(self) -> None:
        """Give the engine's sockets up; the loop that it worked in has to run still."""
        if self._engine is not None:
            self._engine.close_dispatcher()
            self._engine = None

    async def _engine_for(self, receiver: SnmpReceiver) -> Any:
        keys = (
            receiver.authentication,
            receiver.authentication_password,
            receiver.privacy,
            receiver.privacy_password,
        )
        async with self._lock:
            is_v3 = receiver.version is SnmpVersion.V3
            if self._engine is not None and is_v3 and self._keys.get(receiver.user, keys) != keys:
                self.close()
            if self._engine is None:
                self._engine = _engine(await self._begin())
                self._keys.clear()
            if is_v3:
                self._keys[receiver.user] = keys
            return self._engine

    async def _sent(
        self, engine: Any, receiver: SnmpReceiver, found: Found, notification: Any
    ) -> tuple[object | None, str]:
        target_class = Udp6TransportTarget if found.is_ipv6 else UdpTransportTarget
        try:
            async with asyncio.timeout(_WHOLE_SECONDS):
                target = await target_class.create(
                    (found.address, receiver.port), timeout=_TRY_SECONDS, retries=_MORE_TRIES
                )
                kind = "inform" if receiver.is_inform else "trap"
                error, status, _, _ = await send_notification(
                    engine, _credentials(receiver), target, ContextData(), kind, notification
                )
        except TimeoutError:
            return "no answer in time", ""
        except (PySnmpError, OSError) as error:
            return error, ""
        return error, status.prettyPrint() if status else ""


def _engine(identity: EngineIdentity) -> Any:
    """Make the engine that has this identity; pysnmp itself would count its beginnings in a folder of all users."""
    engine = SnmpEngine()
    engine_id, boots = engine.get_mib_builder().import_symbols(
        "__SNMP-FRAMEWORK-MIB", "snmpEngineID", "snmpEngineBoots"
    )
    engine_id.syntax = engine_id.syntax.clone(OctetString(hexValue=identity.engine_id))
    engine.snmpEngineID = engine_id.syntax
    boots.syntax = boots.syntax.clone(identity.boots)
    return engine


def _credentials(receiver: SnmpReceiver) -> Any:
    if receiver.version is SnmpVersion.V2C:
        return CommunityData(receiver.community, mpModel=_V2C)
    return UsmUserData(
        receiver.user,
        receiver.authentication_password if receiver.authentication else None,
        receiver.privacy_password if receiver.privacy else None,
        authProtocol=_AUTHENTICATION[receiver.authentication],
        privProtocol=_PRIVACY[receiver.privacy],
    )


def _bound(variable: Variable) -> tuple[str, Any]:
    value = variable.value
    return variable.oid, Integer32(value) if isinstance(value, int) else OctetString(value)
