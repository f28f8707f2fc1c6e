"""The end of a conversation on a socket that takes too long, whatever the other side still says."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

_AGAIN_SECONDS = 0.5


@contextmanager
def cut_off_after(seconds: float, socket_of: Callable[[], socket.socket | None]) -> Iterator[threading.Event]:
    """Shut the socket when the time is over: whoever answers byte by byte would never time out.

    ``socket_of`` returns the socket that is in use by then, None where there is none. It is asked again for as long as
    the block goes on, so that a socket which takes another's place is shut as well; one that is being encrypted has to
    be in use before the handshake. Yields an event that is set when the time is over: what fails afterwards fails
    for that reason.
    """
    is_over, is_left = threading.Event(), threading.Event()

    def watch() -> None:
        wait = seconds
        while not is_left.wait(wait):
            is_over.set()
            wait = _AGAIN_SECONDS
            with suppress(OSError):  # it may have been closed meanwhile
                if (in_use := socket_of()) is not None:
                    in_use.shutdown(socket.SHUT_RDWR)

    watching = threading.Thread(target=watch, name="cut-off", daemon=True)
    watching.start()
    try:
        yield is_over
    finally:
        is_left.set()
        watching.join()
