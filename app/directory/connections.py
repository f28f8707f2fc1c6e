"""Connections to a directory: encrypted as asked for, checked, bound, bounded in time, and closed."""

import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, NoReturn

from ldap3 import ANONYMOUS, NONE, SAFE_SYNC, SIMPLE, Connection, Tls
from ldap3 import Server as LdapServer
from ldap3.core.exceptions import (
    LDAPCommunicationError,
    LDAPException,
    LDAPInvalidDnError,
    LDAPInvalidFilterError,
    LDAPPasswordIsMandatoryError,
)

from app.cutting_off import cut_off_after
from app.directory.answers import NO_NAME, refuse_answer, refuse_connection
from app.directory.receiving import take_in_bounds
from app.errors import InvalidInputError, UnreachableError
from app.rules.phone_book import Search, Security

CONNECT_SECONDS = 5
MOST_SECONDS = 10


@contextmanager
def bound(wanted: Search) -> Iterator[Connection]:
    """Yield a connection to the server of a search, bound as its user, and unbind it.

    UnreachableError where the server cannot be reached, is not trusted or does not answer, NotAllowedError where it
    refuses the user name or password. Hold no transaction meanwhile.
    """
    with opened(wanted) as connection:
        result = bind(connection, wanted)
        if result["description"] != "success":
            refuse_answer(wanted, result)
        yield connection


@contextmanager
def opened(wanted: Search) -> Iterator[Connection]:
    """Yield a connection that is not bound yet; errors as ``bound`` has them."""
    tls = _CheckedTls(wanted)
    connection = _connection(wanted, tls)
    whole = CONNECT_SECONDS + min(wanted.seconds, MOST_SECONDS)
    with cut_off_after(whole, lambda: connection.socket), _unbound_afterwards(connection):
        _open(connection, tls, wanted)
        yield connection


def bind(connection: Connection, wanted: Search) -> Mapping[str, Any]:
    """Bind as the user of a search, and return what the directory answered."""
    # Connection.rebind would say of a directory that stops answering that the name is wrong.
    connection.user, connection.password = wanted.user or None, wanted.password or None
    connection.authentication = SIMPLE if wanted.user else ANONYMOUS
    with silence_told(wanted):
        _, result, *_ = connection.bind(read_server_info=False)
    return dict(result)


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
            connection.socket = context.wrap_socket(
                connection.socket, server_hostname=self._host, do_handshake_on_connect=False
            )
            connection.socket.do_handshake()
        except ssl.SSLCertVerificationError as error:
            self.distrust = error.verify_message
            raise


def _connection(wanted: Search, tls: Tls) -> Connection:
    try:
        server = LdapServer(
            wanted.server.host,
            port=wanted.server.port,
            use_ssl=wanted.server.security is Security.LDAPS,
            get_info=NONE,
            connect_timeout=CONNECT_SECONDS,
            tls=tls,
        )
        connection = Connection(
            server,
            user=wanted.user or None,
            password=wanted.password or None,
            client_strategy=SAFE_SYNC,
            receive_timeout=min(wanted.seconds, MOST_SECONDS),
            auto_referrals=False,
            read_only=True,
        )
        take_in_bounds(connection, wanted.server)
        return connection
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


def _open(connection: Connection, tls: _CheckedTls, wanted: Search) -> None:
    try:
        connection.open(read_server_info=False)
        if wanted.server.security is Security.START_TLS:
            connection.start_tls(read_server_info=False)
    except (LDAPException, OSError) as error:
        refuse_connection(wanted.server, error, tls.distrust)


@contextmanager
def silence_told(wanted: Search) -> Iterator[None]:
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
