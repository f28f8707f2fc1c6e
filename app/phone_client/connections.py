"""Connections to phones: to the address that was given and to none that a phone names, never for long."""

import ssl
from types import TracebackType
from typing import Self

import aiohttp

CONNECT_SECONDS = 5
REQUEST_SECONDS = 10
LARGEST_PAGE_BYTES = 64 * 1024


class Unreachable(Exception):  # noqa: N818 - what the phone is
    """Nobody answered in time, or what answered speaks no HTTP; ``was_sent``: the request had left by then."""

    def __init__(self, reason: str, *, was_sent: bool) -> None:
        super().__init__(reason)
        self.was_sent = was_sent


class Page:
    """What a phone answered."""

    def __init__(self, status: int, text: str) -> None:
        self.status = status
        self.text = text

    def holds(self, words: str) -> bool:
        """Whether these words stand in it, whatever their case."""
        return words.casefold() in self.text.casefold()


class Visit:
    """One conversation with one phone: its cookies are kept for as long as it lasts. Use it in ``async with``."""

    def __init__(self, root: str, *, verifies_certificate: bool) -> None:
        self._root = root
        self._verifies = verifies_certificate
        self._session: aiohttp.ClientSession

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession(
            # A connection that is used again may be one that the phone has closed: then nobody knows what arrived.
            connector=aiohttp.TCPConnector(force_close=True, ssl=_trust(verifies=self._verifies)),
            cookie_jar=aiohttp.CookieJar(unsafe=True),  # phones have addresses in place of names
            timeout=aiohttp.ClientTimeout(
                total=REQUEST_SECONDS, sock_connect=CONNECT_SECONDS, connect=CONNECT_SECONDS
            ),
            auto_decompress=False,
            trust_env=False,
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._session.close()

    async def get(self, path: str) -> Page:
        """Ask for a page; raises Unreachable."""
        return await self._ask("GET", path, None)

    async def post(self, path: str, form: dict[str, str]) -> Page:
        """Send a form; raises Unreachable."""
        return await self._ask("POST", path, form)

    async def _ask(self, method: str, path: str, form: dict[str, str] | None) -> Page:
        address = f"{self._root}{path}"
        try:
            async with self._session.request(method, address, data=form, allow_redirects=False) as answer:
                body = await _beginning_of(answer)
                return Page(answer.status, body.decode("utf-8", errors="replace"))
        except aiohttp.ClientConnectorCertificateError as error:
            raise Unreachable("Its certificate is not to be trusted.", was_sent=False) from error
        except aiohttp.ClientConnectorError as error:
            raise Unreachable(_why_no_connection(error), was_sent=False) from error
        except aiohttp.ConnectionTimeoutError as error:
            raise Unreachable(
                f"It did not take a connection within {CONNECT_SECONDS} seconds.", was_sent=False
            ) from error
        except TimeoutError as error:
            raise Unreachable(
                f"It did not answer within {REQUEST_SECONDS} seconds.", was_sent=True
            ) from error
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise Unreachable("It hung up without an answer.", was_sent=True) from error


async def _beginning_of(answer: aiohttp.ClientResponse) -> bytes:
    """Read an answer's first bytes; whatever a phone sends beyond that is not worth the memory."""
    body = bytearray()
    async for chunk in answer.content.iter_chunked(8 * 1024):
        body += chunk
        if len(body) >= LARGEST_PAGE_BYTES:
            break
    return bytes(body[:LARGEST_PAGE_BYTES])


def _why_no_connection(error: aiohttp.ClientConnectorError) -> str:
    if isinstance(error.os_error, ConnectionRefusedError):
        return "It refuses connections."
    if isinstance(error, aiohttp.ClientConnectorSSLError):
        return "It speaks no TLS that can be agreed on."
    return "There is no way to it in the network."


def _trust(*, verifies: bool) -> ssl.SSLContext:
    return _VERIFYING if verifies else _ANYBODY


def _context(*, verifies: bool) -> ssl.SSLContext:
    """Return a context; phones have certificates of their own making, which nobody has signed."""
    context = ssl.create_default_context()
    if not verifies:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


# To make one reads the whole list of authorities.
_VERIFYING = _context(verifies=True)
_ANYBODY = _context(verifies=False)
