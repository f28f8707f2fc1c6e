"""Listening sockets: opened before anything else, so that a port that is taken is told at once."""

import errno
import http.client
import socket
import struct
import time
from ipaddress import IPv4Address, IPv6Address, ip_address

from app.cli.given_sockets import PHONES, WEB, given_socket
from app.errors import ConflictError, InvalidInputError
from config import Settings

BACKLOG = 4096
_PATIENCE_SECONDS = 60
_SLOWEST_SECONDS = 10
_LONGEST_SILENCE_SECONDS = 60
_SLOWEST_TAKER_SECONDS = 30
_PAUSE_SECONDS = 0.1
_ASKED_FOR = "/static/ringmaster/logo.svg"
"""What the web server has without a look at the database; the phone plane refuses it, which is an answer as well."""


def listen_for_screens(settings: Settings) -> socket.socket:
    """Open the port of the screens, or take the one that systemd opened; else an error names setting and port.

    The screens have few threads, and each caller that stops would keep one of them for as long as he likes. So a
    caller is handed over with his first bytes (or after a minute without), a sender that stops in the middle of a
    request is given up after ten seconds, and one that does not take his answer after thirty.
    """
    listening = given_socket(WEB) or _listen("RINGMASTER_WEB_BIND", settings.web_bind)
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_DEFER_ACCEPT, _LONGEST_SILENCE_SECONDS)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, struct.pack("ll", _SLOWEST_SECONDS, 0))
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, struct.pack("ll", _SLOWEST_TAKER_SECONDS, 0))
    return listening


def listen_for_phones(settings: Settings) -> socket.socket:
    """Open the port of the phone plane, or take the one that systemd opened; else an error names setting and port.

    The kernel ends a connection whose phone takes nothing, or acknowledges nothing, for thirty seconds.
    """
    listening = given_socket(PHONES) or _listen("RINGMASTER_PHONE_BIND", settings.phone_bind)
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, _SLOWEST_TAKER_SECONDS * 1000)
    return listening


def wait_until_answering(listener: socket.socket) -> None:
    """Return when a request to the listener is answered, whatever the answer says."""
    address, port = _address_of(listener)
    if address.is_unspecified:
        address = ip_address("127.0.0.1" if address.version == 4 else "::1")
    while not _answers(str(address), port):
        time.sleep(_PAUSE_SECONDS)


def url_of(listener: socket.socket) -> str:
    """Return the address for a browser, with this machine's name where the listener takes all of its addresses."""
    address, port = _address_of(listener)
    host = socket.gethostname() if address.is_unspecified else str(address)
    return f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"


def _address_of(listener: socket.socket) -> tuple[IPv4Address | IPv6Address, int]:
    host, port = listener.getsockname()[:2]
    return ip_address(host), port


def _listen(setting: str, bind: str) -> socket.socket:
    host, _, port = bind.rpartition(":")
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host.strip("[]"), int(port), type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
    except OSError as error:
        raise InvalidInputError(f"{setting}: the host {host} is not known ({error.strerror}).") from error
    listening = socket.socket(family, kind, protocol)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind(address)
        listening.listen(BACKLOG)
    except OSError as error:
        listening.close()
        raise ConflictError(_cannot_listen(setting, host, port, error)) from error
    return listening


def _cannot_listen(setting: str, host: str, port: str, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"Port {port} of {host} is in use by another program: stop that one, or set {setting} to another port."
    return f"Ringmaster cannot listen at port {port} of {host} ({error.strerror}): set {setting} to another place."


def _answers(host: str, port: int) -> bool:
    connection = http.client.HTTPConnection(host, port, timeout=_PATIENCE_SECONDS)
    try:
        connection.request("HEAD", _ASKED_FOR)
        connection.getresponse()
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
    return True
