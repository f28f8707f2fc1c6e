"""Web hooks: a POST of JSON to the address that was entered, and to none that a receiver names."""

import socket
import ssl
import time
from contextlib import suppress

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from app.notifier.addresses import Found, find_address
from app.notifier.answers import shown
from app.notifier.failures import NotDelivered, why_unreachable
from app.notifier.trust import refusal_of, trusting
from app.rendering.notices import events
from app.rendering.notices.events import EventMessage
from app.rendering.notices.message import Message
from app.rendering.notices.webhook import DELIVERY_HEADER, SIGNATURE_HEADER, body_of, signature_of
from app.rules.receivers import WebHook

_CONNECT_SECONDS = 5
_WHOLE_SECONDS = 15
_LARGEST_ANSWER = 4 * 1024
_SHOWN_CHARACTERS = 200
_REASON_CHARACTERS = 60
_OF_MESSAGE = frozenset({400, 409, 413, 415, 422})


async def send(receiver: WebHook, message: Message | EventMessage) -> str:
    """Post a message; return what was answered, or raise NotDelivered."""
    body = events.body_of(message) if isinstance(message, EventMessage) else body_of(message)
    return await _post(receiver, body, message.key)


async def _post(receiver: WebHook, body: bytes, key: str) -> str:
    url = URL(receiver.url)
    host = url.host or ""
    found = await find_address(host, url.port or 443, may_be_here=receiver.may_be_here)
    connector = aiohttp.TCPConnector(
        resolver=_Known(found), ssl=trusting(receiver.certificates), force_close=True, use_dns_cache=False
    )
    timeout = aiohttp.ClientTimeout(total=_WHOLE_SECONDS, connect=_CONNECT_SECONDS)
    try:
        async with (
            aiohttp.ClientSession(
                connector=connector,
                timeout=timeout,
                cookie_jar=aiohttp.DummyCookieJar(),
                auto_decompress=False,
                trust_env=False,
            ) as session,
            session.post(
                url, data=body, headers=_headers(receiver, key, body), allow_redirects=False
            ) as answer,
        ):
            return _judged(receiver, answer, await _beginning_of(answer))
    except aiohttp.ClientConnectorCertificateError as error:
        inner = error.certificate_error
        raise (
            refusal_of(host, inner) if isinstance(inner, ssl.SSLError) else NotDelivered(str(inner))
        ) from error
    except aiohttp.ClientConnectorSSLError as error:
        raise NotDelivered(f"{host} speaks no TLS on this port that can be agreed on.") from error
    except aiohttp.ClientConnectorError as error:
        raise NotDelivered(f"{host} cannot be reached: {why_unreachable(error.os_error)}.") from error
    except TimeoutError as error:
        raise NotDelivered(f"{host} did not answer within {_WHOLE_SECONDS} seconds.") from error
    except (aiohttp.ClientResponseError, ValueError) as error:
        raise NotDelivered(f"{host} answers with what is no HTTP.") from error
    except (aiohttp.ClientError, OSError) as error:
        raise NotDelivered(f"{host} hung up without an answer.") from error


async def _beginning_of(answer: aiohttp.ClientResponse) -> bytes:
    """Return the first bytes of what is said; nothing of what is packed, or breaks off: the status says what counts."""
    if answer.headers.get("Content-Encoding", "identity") != "identity":
        return b""
    with suppress(aiohttp.ClientError, OSError, ValueError):
        return await answer.content.read(_LARGEST_ANSWER)
    return b""


class _Known(AbstractResolver):
    """Says the address that was found, so that none that may not be asked is asked."""

    def __init__(self, found: Found) -> None:
        self._found = found

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """Return the one address."""
        del family
        return [
            ResolveResult(
                hostname=host,
                host=self._found.address,
                port=port,
                family=socket.AF_INET6 if self._found.is_ipv6 else socket.AF_INET,
                proto=0,
                flags=socket.AI_NUMERICHOST,
            )
        ]

    async def close(self) -> None:
        """Nothing is held."""


def _headers(receiver: WebHook, key: str, body: bytes) -> dict[str, str]:
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "Ringmaster",
        "Accept-Encoding": "identity",
        DELIVERY_HEADER: key,
    }
    if receiver.secret:
        headers[SIGNATURE_HEADER] = signature_of(body, receiver.secret, at=int(time.time()))
    if receiver.authorization:
        headers["Authorization"] = receiver.authorization
    return headers


def _judged(receiver: WebHook, answer: aiohttp.ClientResponse, said: bytes) -> str:
    secrets = (receiver.secret, receiver.authorization, receiver.authorization.rpartition(" ")[2])
    reason = shown(answer.reason or "", secrets, most=_REASON_CHARACTERS)
    text = shown(said, secrets, most=_SHOWN_CHARACTERS)
    sentence = f"{answer.status} {reason}".strip() + (f": {text}" if text else "")
    if 200 <= answer.status < 300:
        return sentence
    if 300 <= answer.status < 400:
        raise NotDelivered(
            f"It answered {sentence}. Redirects are not followed: enter the address that it names."
        )
    raise NotDelivered(f"It answered {sentence}", is_of_message=answer.status in _OF_MESSAGE)
