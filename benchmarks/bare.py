"""Applications that do next to nothing: the unit that results are given in, and the generator's ceiling."""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from flask import Flask

_HELLO = b"hello"

flask_hello = Flask("hello")


@flask_hello.get("/")
def _hello() -> bytes:
    return _HELLO


async def asgi_hello(
    scope: MutableMapping[str, Any],
    receive: Callable[[], Awaitable[MutableMapping[str, Any]]],
    send: Callable[[MutableMapping[str, Any]], Awaitable[None]],
) -> None:
    """Read a request and answer it, whatever it asks."""
    if scope["type"] != "http":
        return
    while (await receive()).get("more_body", False):
        pass
    length = str(len(_HELLO)).encode()
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", length)]})
    await send({"type": "http.response.body", "body": _HELLO})
