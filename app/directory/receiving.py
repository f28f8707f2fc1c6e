"""What a directory sends, taken in bounds: so many bytes, and nothing that ldap3 stumbles over but with a sentence."""

from typing import Any

from ldap3 import Connection
from ldap3.core.exceptions import LDAPSocketReceiveError
from ldap3.strategy.safeSync import SafeSyncStrategy
from ldap3.utils import asn1

from app.errors import UnreachableError
from app.rules.phone_book import Server

MOST_BYTES = 2 * 1024 * 1024
"""Of all answers on one connection; a thousand people with their numbers have less than one MiB."""

_UNREADABLE = (LookupError, TypeError, ValueError, AttributeError, ArithmeticError, RecursionError)
"""What ldap3 raises for bytes that are no LDAP: it does not check what it unpacks."""
_LONGEST_HEAD = 2 + 127
_RECEIVED_AT_ONCE = 64 * 1024


_KEPT = ("send", "open", "get_response", "post_send_single_response", "post_send_search")
"""What a connection takes from its strategy when it is made."""


def take_in_bounds(connection: Connection, server: Server) -> None:
    """Let a connection that is not open yet take answers in bounds.

    What it asks raises UnreachableError for more than MOST_BYTES, and for what is no answer of a directory.
    """
    connection.strategy = _BoundedStrategy(connection, server)
    for name in _KEPT:
        setattr(connection, name, getattr(connection.strategy, name))


class _BoundedStrategy(SafeSyncStrategy):
    """How answers come in."""

    def __init__(self, connection: Connection, server: Server) -> None:
        super().__init__(connection)
        self._asked = server
        self._bytes_taken = 0
        self._received = bytearray()

    def get_response(self, *arguments: Any, **options: Any) -> Any:
        """Return the answer to a question, as ldap3 has it."""
        try:
            return super().get_response(*arguments, **options)
        except _UNREADABLE as error:
            raise self._no_directory() from error

    def receiving(self) -> list[bytes]:
        """Return the next message, alone in a list; an empty list where the connection was closed."""
        while not 0 < (size := self._size_of_first()) <= len(self._received):
            if size > MOST_BYTES:
                raise self._too_long()
            try:
                content = self.connection.socket.recv(_RECEIVED_AT_ONCE)
            except (OSError, AttributeError) as error:  # it may have been cut off meanwhile
                raise LDAPSocketReceiveError(str(error)) from error
            if not content:
                return []
            self._bytes_taken += len(content)
            if self._bytes_taken > MOST_BYTES:
                raise self._too_long()
            self._received += content
        message = bytes(self._received[:size])
        del self._received[:size]
        return [message]

    def _size_of_first(self) -> int:
        """Return how long the first message is that has begun, -1 where its length has not come yet."""
        return int(self.compute_ldap_message_size(bytes(self._received[:_LONGEST_HEAD])))

    def _no_directory(self) -> UnreachableError:
        return UnreachableError(
            f"{self._asked} answers with what is no LDAP. Check that a directory has this port."
        )

    def _too_long(self) -> UnreachableError:
        return UnreachableError(
            f"{self._asked} answers with more than {MOST_BYTES // 1024 // 1024} MiB, which is not read. Check the base "
            "and the filter, and that a directory has this port."
        )


class _Number(int):
    """A number where a text should be is none: ``bytes`` of it would be as many zeros."""

    def __bytes__(self) -> bytes:
        raise TypeError("a number is no text")


def _number(message: bytes, start: int, stop: int, _: Any = None) -> int:
    return _Number.from_bytes(message[start:stop], "big", signed=True)


# ldap3 shifts an integer once for each of its bytes: one of 1 MiB would take minutes of the processor.
asn1.DECODERS[(0, 2)] = asn1.DECODERS[(0, 10)] = _number
