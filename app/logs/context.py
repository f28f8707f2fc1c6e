"""On whose behalf a process is at work: what every line says beside its message."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass


def _nobody() -> str:
    return ""


@dataclass(frozen=True, slots=True)
class Request:
    """The request at hand: its reference, the address it came from, and who is signed in, once that is known."""

    reference: str = ""
    address: str = ""
    find_account: Callable[[], str] = _nobody


_NONE = Request()
_request: ContextVar[Request] = ContextVar("request", default=_NONE)


def current() -> Request:
    """Return the request that this thread or task is at work for; an empty one where there is none."""
    return _request.get()


def begin(request: Request) -> None:
    """Let lines be about this request from here on."""
    _request.set(request)


def end() -> None:
    """Let lines be about no request."""
    _request.set(_NONE)


@contextmanager
def about(request: Request) -> Iterator[None]:
    """Let the lines of a block be about this request."""
    before = _request.set(request)
    try:
        yield
    finally:
        _request.reset(before)
