"""Searches a real LDAP directory, bounded in time, and says what went wrong in sentences."""

import socket
import ssl
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any, NoReturn

from ldap3 import NONE, SAFE_SYNC, SUBTREE, Connection, Server, Tls
from ldap3.core.exceptions import (
    LDAPCommunicationError,
    LDAPException,
    LDAPInvalidDnError,
    LDAPInvalidFilterError,
    LDAPPasswordIsMandatoryError,
)

from app.directory.answers import NO_NAME, refuse_answer, refuse_connection
from app.errors import ConflictError, InvalidInputError, UnreachableError
from app.rendering.phone_book import Search, Security

CONNECT_SECONDS = 5
MOST_SECONDS = 10
_MOST_AT_ONCE = 2
_PAGE = 200
_PAGING = "1.2.840.113556.1.4.319"  # RFC 2696
_CUT = frozenset({"sizeLimitExceeded", "adminLimitExceeded"})

# Searches hold a thread of the web server each; those who wait for a page must not run out of them.
_places = threading.BoundedSemaphore(_MOST_AT_ONCE)

Entry = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Found:
    """The entries that were found; ``is_cut`` where the directory had more than it gave, and how long it took."""

    entries: Sequence[Entry]
    is_cut: bool
    seconds: float


def search(wanted: Search) -> Found:
    """Search the directory. Hold no transaction meanwhile: it may take ``CONNECT_SECONDS`` and ``MOST_SECONDS``.

    UnreachableError where it cannot be reached, is not trusted or does not answer, NotAllowedError where it refuses
    the user name or password, InvalidInputError for a filter or base that it cannot understand, ConflictError while
    too many search.
    """
    if not _places.acquire(blocking=False):
        raise ConflictError("Other searches of the directory are still running. Try again in a few seconds.")
    try:
        return _search(wanted)
    finally:
        _places.release()


def _search(wanted: Search) -> Found:
    began = time.monotonic()
    tls = _CheckedTls(wanted)
    connection = _connection(wanted, tls)
    with _unbound_afterwards(connection), _cut_off_after(connection, min(wanted.seconds, MOST_SECONDS)):
        _open(connection, tls, wanted)
        _bind(connection, wanted)
        entries, is_cut = _read_pages(connection, wanted)
    return Found(entries, is_cut, time.monotonic() - began)


class _CheckedTls(Tls):
    """TLS as Python itself checks it, names and addresses alike; keeps why a certificate was refused."""

    def __init__(self, wanted: Search) -> None:
        super().__init__(validate=ssl.CERT_REQUIRED)
        self._certificates = wanted.certificates
        self._host = wanted.server.host
        self.distrust = ""

    def wrap_socket(self, connection: Any, do_handshake: bool = False) -> None:  # noqa: ARG002  (ldap3's)
        context = ssl.create_default_context(cadata=self._certificates or None)
        try:
            connection.socket = context.wrap_socket(connection.socket, server_hostname=self._host)
        except ssl.SSLCertVerificationError as error:
            self.distrust = error.verify_message
            raise


def _connection(wanted: Search, tls: Tls) -> Connection:
    try:
        server = Server(
            wanted.server.host,
            port=wanted.server.port,
            use_ssl=wanted.server.security is Security.LDAPS,
            get_info=NONE,
            connect_timeout=CONNECT_SECONDS,
            tls=tls,
        )
        return Connection(
            server,
            user=wanted.user or None,
            password=wanted.password or None,
            client_strategy=SAFE_SYNC,
            receive_timeout=min(wanted.seconds, MOST_SECONDS),
            auto_referrals=False,
            read_only=True,
        )
    except LDAPException as error:
        raise InvalidInputError(f"{wanted.server.host[:60]!r} is no address of an LDAP server.") from error


@contextmanager
def _unbound_afterwards(connection: Connection) -> Iterator[None]:
    try:
        yield
    finally:
        try:
            connection.unbind()
        except (LDAPException, OSError):
            connection.strategy.close()
        if connection.socket is not None:  # one that could not be opened is left to us
            connection.socket.close()


@contextmanager
def _cut_off_after(connection: Connection, seconds: float) -> Iterator[None]:
    """Close the socket when the time is over: a directory that answers byte by byte would never time out."""
    timer = threading.Timer(CONNECT_SECONDS + seconds, _cut_off, [connection])
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _cut_off(connection: Connection) -> None:
    with suppress(OSError, AttributeError):  # it may have been closed meanwhile
        connection.socket.shutdown(socket.SHUT_RDWR)


def _open(connection: Connection, tls: _CheckedTls, wanted: Search) -> None:
    try:
        connection.open(read_server_info=False)
        if wanted.server.security is Security.START_TLS:
            connection.start_tls(read_server_info=False)
    except (LDAPException, OSError) as error:
        refuse_connection(wanted.server, error, tls.distrust)


def _bind(connection: Connection, wanted: Search) -> None:
    with _silence_told(wanted):
        is_bound, result, *_ = connection.bind(read_server_info=False)
    if not is_bound:
        refuse_answer(wanted, result)


def _read_pages(connection: Connection, wanted: Search) -> tuple[list[Entry], bool]:
    entries: list[Entry] = []
    cookie = None
    while True:
        found, result = _read_page(connection, wanted, cookie)
        entries += found
        cookie = result.get("controls", {}).get(_PAGING, {}).get("value", {}).get("cookie")
        is_cut = result["description"] in _CUT
        if len(entries) >= wanted.most_entries:
            return entries[: wanted.most_entries], is_cut or bool(cookie) or len(
                entries
            ) > wanted.most_entries
        if is_cut or not cookie:
            return entries, is_cut


def _read_page(connection: Connection, wanted: Search, cookie: Any) -> tuple[list[Entry], dict[str, Any]]:
    with _silence_told(wanted):
        _, result, response, _ = connection.search(
            wanted.base,
            wanted.filter,
            SUBTREE,
            attributes=list(wanted.attributes),
            size_limit=wanted.most_entries,
            time_limit=min(wanted.seconds, MOST_SECONDS),
            paged_size=min(wanted.most_entries, _PAGE),
            paged_cookie=cookie,
        )
    if result["description"] != "success" and result["description"] not in _CUT:
        refuse_answer(wanted, result)
    return [_entry(found) for found in response or [] if found["type"] == "searchResEntry"], result


def _entry(found: Mapping[str, Any]) -> Entry:
    return {
        name: [value.decode("utf-8", "replace") for value in values]
        for name, values in found["raw_attributes"].items()
    }


@contextmanager
def _silence_told(wanted: Search) -> Iterator[None]:
    """Turn what ldap3 says of a question, and of a directory that stopped answering, into sentences."""
    try:
        yield
    except LDAPInvalidFilterError as error:
        raise InvalidInputError(
            f"The filter {wanted.filter[:120]} cannot be read. Each condition stands in parentheses, such as "
            "(|(sn=%)(givenName=%))."
        ) from error
    except LDAPInvalidDnError as error:
        raise InvalidInputError(NO_NAME) from error
    except LDAPPasswordIsMandatoryError as error:
        raise InvalidInputError(
            "Type the password of the user name, or search without a user name."
        ) from error
    except (LDAPCommunicationError, OSError) as error:
        _refuse_silence(wanted, error)
    except LDAPException as error:
        raise InvalidInputError(f"The directory cannot be asked so: {error}") from error


def _refuse_silence(wanted: Search, error: Exception) -> NoReturn:
    raise UnreachableError(
        f"{wanted.server} did not answer within {min(wanted.seconds, MOST_SECONDS)} seconds, or closed the connection, "
        "as a port for LDAPS does with LDAP."
    ) from error
