"""gunicorn's worker for the screens: threads are for requests that have come, not for those that may still come."""

import re
import socket
import time
from collections import deque
from collections.abc import Iterable
from contextlib import suppress
from functools import partial
from selectors import EVENT_READ

from gunicorn.workers.gthread import TConn, ThreadWorker

from app.views.request_guards import MOST_BYTES_OF_A_VISITOR

MOST_OF_A_HEAD = 64 * 1024
MOST_OF_A_BODY = MOST_BYTES_OF_A_VISITOR
"""A larger one is read by a thread: who has not signed in sends none that the application takes."""
SECONDS_TO_COME = 10
"""For all of it, however often a little more comes."""

_END_OF_HEAD = b"\r\n\r\n"
_begins_like_one = re.compile(rb"[A-Za-z\r\n]").match
_lengths_of_body = re.compile(rb"\r\ncontent-length:([^\r]*)", re.IGNORECASE).findall
_is_a_length = re.compile(rb"0*(\d{1,6})").fullmatch
_comes_otherwise = re.compile(rb"\r\n(?:transfer-encoding|expect):", re.IGNORECASE).search
"""A body whose length nobody knows, or that comes when it is asked for."""


class WebWorker(ThreadWorker):
    """Serves the screens.

    gunicorn gives each new connection a thread, which waits in it for a first byte (5 seconds) and for the rest of a
    head (as long as it takes). Browsers open connections that they may need, and anybody can begin requests that never
    end: a few would hold all threads, where no nginx stands in front. Here they wait where idle connections do.
    """

    def enqueue_req(self, conn: TConn) -> None:
        """Give a connection to a thread, if a whole request has come on it; wait for it elsewhere if not."""
        conn.has_come = 0
        if self._is_to_be_read(conn):
            self._give_a_thread(conn)
            return
        conn.sock.settimeout(0)
        conn.timeout = time.monotonic() + SECONDS_TO_COME
        self.pending_conns.append(conn)
        self.poller.register(conn.sock, EVENT_READ, partial(self.on_pending_socket_readable, conn))

    def on_pending_socket_readable(self, conn: TConn, client: socket.socket) -> None:
        """Look at what has come on a connection that was waited for."""
        if self._is_to_be_read(conn):
            self.poller.unregister(client)
            self.pending_conns.remove(conn)
            self._give_a_thread(conn)

    def murder_pending(self) -> None:
        """Close what was waited for too long; of a worker that stops, also those on which nothing has come."""
        if not self.alive:
            waiting: Iterable[TConn] = self.pending_conns
            for conn in waiting:
                conn.timeout = conn.timeout if conn.has_come else 0
            self.pending_conns: deque[TConn] = deque(sorted(waiting, key=lambda conn: conn.timeout))
        super().murder_pending()

    def _give_a_thread(self, conn: TConn) -> None:
        with suppress(OSError):
            conn.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVLOWAT, 1)
        conn.data_ready = True
        super().enqueue_req(conn)

    def _is_to_be_read(self, conn: TConn) -> bool:
        """Whether a thread would not have to wait: a request is there, or nothing more will come."""
        # What came with the request before was read with it.
        begun = conn.parser.unreader.buf.getvalue() if conn.parser is not None else b""
        try:
            fresh = conn.sock.recv(MOST_OF_A_HEAD + MOST_OF_A_BODY, socket.MSG_PEEK | socket.MSG_DONTWAIT)
        except BlockingIOError:
            return is_whole(begun)
        except OSError:
            return True
        content = begun + fresh
        if len(fresh) <= conn.has_come or is_whole(content):
            return True  # the first: the other side has closed it
        if _has_no_end(content) or not _begins_like_one(content):
            with suppress(OSError):
                conn.sock.shutdown(socket.SHUT_RD)  # gunicorn says what is wrong with what is there
            return True
        conn.has_come = len(fresh)
        # The poller tells when there is more than this, and not again of this.
        conn.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVLOWAT, len(fresh) + 1)
        return False


def is_whole(content: bytes) -> bool:
    """Whether this is a request of which nothing is to be waited for but a large body."""
    # Empty lines before a request are none of it, and no end of a head (RFC 9112, 2.2).
    head, end, body = content.lstrip(b"\r\n").partition(_END_OF_HEAD)
    if not end:
        return False
    lengths = [length.strip(b" \t") for length in _lengths_of_body(head)]
    length = _is_a_length(lengths[0]) if len(lengths) == 1 else None
    if length is None or _comes_otherwise(head):
        return True
    return len(body) >= int(length[1]) or int(length[1]) > MOST_OF_A_BODY


def _has_no_end(content: bytes) -> bool:
    return len(content) >= MOST_OF_A_HEAD and _END_OF_HEAD not in content.lstrip(b"\r\n")
