"""Asks a provider for JSON: over checked TLS, in bounded time, of bounded size, without following redirects."""

import asyncio
import json
import ssl
import threading
from collections.abc import Mapping
from typing import Any

import aiohttp

from app.errors import InvalidInputError, UnreachableError

_CONNECT_SECONDS = 5
_LARGEST_ANSWER = 256 * 1024
_MOST_AT_ONCE = 2


class RefusedError(InvalidInputError):
    """The provider answered that it refuses; ``code`` is its word for the reason (RFC 6749, 5.2)."""

    def __init__(self, code: str) -> None:
        super().__init__(f"The provider refuses: {code or 'it says no reason'}.")
        self.code = code


class Fetcher:
    """Asks with the certificates that one provider is trusted by; ``seconds`` is the most that an answer may take."""

    def __init__(self, certificates: str, seconds: int) -> None:
        self._context = ssl.create_default_context(cadata=certificates or None)
        self._seconds = seconds
        # Each holds a thread of the web server, and visitors begin what is asked.
        self._places = threading.BoundedSemaphore(_MOST_AT_ONCE)

    def get(self, url: str, headers: Mapping[str, str] | None = None) -> dict[str, Any]:
        """Return the object at an address; UnreachableError where there is none, RefusedError where it is refused."""
        return self._run("GET", url, headers or {}, None)

    def post(self, url: str, form: Mapping[str, str], headers: Mapping[str, str]) -> dict[str, Any]:
        """Send a form and return the object that is answered; errors as ``get`` has them."""
        return self._run("POST", url, headers, form)

    def _run(
        self, method: str, url: str, headers: Mapping[str, str], form: Mapping[str, str] | None
    ) -> dict[str, Any]:
        if not self._places.acquire(timeout=self._seconds):
            raise UnreachableError("Others wait for its answers already.")
        try:
            return asyncio.run(self._ask(method, url, headers, form))
        finally:
            self._places.release()

    async def _ask(
        self, method: str, url: str, headers: Mapping[str, str], form: Mapping[str, str] | None
    ) -> dict[str, Any]:
        timeout = aiohttp.ClientTimeout(total=self._seconds, connect=_CONNECT_SECONDS)
        connector = aiohttp.TCPConnector(ssl=self._context, force_close=True)
        asked = {"Accept": "application/json", "User-Agent": "Ringmaster", **headers}
        try:
            async with (
                aiohttp.ClientSession(connector=connector, timeout=timeout, trust_env=False) as session,
                session.request(method, url, data=form, headers=asked, allow_redirects=False) as answer,
            ):
                content = await _read(answer)
                return _judged(answer.status, url, content)
        except aiohttp.ClientConnectorCertificateError as error:
            raise UnreachableError(
                f"The certificate at {url} is not trusted: name who signed it as ca_file."
            ) from error
        except TimeoutError as error:
            raise UnreachableError(f"{url} did not answer within {self._seconds} seconds.") from error
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise UnreachableError(f"{url} cannot be reached: {type(error).__name__}.") from error


async def _read(answer: aiohttp.ClientResponse) -> bytes:
    content = b""
    async for piece in answer.content.iter_chunked(16 * 1024):
        content += piece
        if len(content) > _LARGEST_ANSWER:
            raise UnreachableError(f"{answer.url.origin()} answered more than {_LARGEST_ANSWER // 1024} KB.")
    return content


def _judged(status: int, url: str, content: bytes) -> dict[str, Any]:
    try:
        value = json.loads(content)
    except (ValueError, RecursionError):
        value = None
    is_object = isinstance(value, dict)
    if status in (400, 401, 403) and is_object:
        code = value.get("error")
        raise RefusedError(code[:60] if isinstance(code, str) and code.isprintable() else "")
    if status != 200 or not is_object:
        raise UnreachableError(f"{url} answered {status} and no object of JSON.")
    return dict(value)
