"""Real receivers of messages: a mail server, an HTTPS server, syslog listeners, and snmptrapd from Debian's package."""

import json
import signal
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, cast

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope, LoginPassword

from tests.debian_servers import ADDRESS, end, find_program, make_certificate, start
from tests.free_ports import free_port

ENGINE_ID = "80004fb8050102030405060708"
PATIENCE_SECONDS = 60


def until(is_so: Callable[[], object]) -> None:
    """Return when something is so that another process or thread does."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not is_so():
        if time.monotonic() > deadline:
            raise AssertionError("what was waited for has not come about")
        time.sleep(0.02)


@dataclass(frozen=True)
class Authority:
    """A certificate for this machine that is its own authority."""

    certificate: Path
    key: Path

    @property
    def text(self) -> str:
        """What an administrator pastes."""
        return self.certificate.read_text()

    def context(self) -> ssl.SSLContext:
        """Return what a server shows."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate, self.key)
        return context


def make_authority(folder: Path) -> Authority:
    """Make a certificate and its key."""
    make_certificate(folder)
    return Authority(folder / "certificate.pem", folder / "key.pem")


class MailServer(Controller):
    """A mail server; it refuses the recipient ``nobody@…`` and, where it wants it, everybody but anna:secret."""

    def __init__(
        self, *, tls: Authority | None = None, at_once: Authority | None = None, auth: bool = False
    ) -> None:
        self.mails: list[EmailMessage] = []
        self.raw: list[bytes] = []
        self.answer = "250 2.0.0 Ok: queued as 4711"
        options: dict[str, Any] = {"tls_context": tls.context()} if tls else {}
        if auth:
            options |= {"authenticator": _authenticate, "auth_required": True, "auth_require_tls": bool(tls)}
        if at_once:
            options["ssl_context"] = at_once.context()
        super().__init__(self, hostname=ADDRESS, port=free_port(), ready_timeout=PATIENCE_SECONDS, **options)

    async def handle_RCPT(  # noqa: N802
        self, _server: Any, _session: Any, envelope: Envelope, address: str, _options: Any
    ) -> str:
        """Take a recipient, or refuse it."""
        if address.startswith("nobody@"):
            return "550 5.1.1 no such user"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Envelope) -> str:  # noqa: N802
        """Keep a mail."""
        content = cast("bytes", envelope.content)
        self.raw.append(content)
        self.mails.append(cast("EmailMessage", message_from_bytes(content, policy=default)))
        return self.answer


@contextmanager
def mail_server(**options: Any) -> Iterator[MailServer]:
    """Run a mail server."""
    server = MailServer(**options)
    server.start()
    try:
        yield server
    finally:
        server.stop()


def _authenticate(_server: Any, _session: Any, _envelope: Any, _mechanism: str, data: Any) -> AuthResult:
    is_right = isinstance(data, LoginPassword) and (data.login, data.password) == (b"anna", b"secret")
    return AuthResult(success=is_right, handled=False)


@dataclass
class Hook:
    """What came to a web server, and what it answers."""

    port: int = 0
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    answer: bytes = b"thank you"
    bodies: list[bytes] = field(default_factory=list)
    seen: list[dict[str, str]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    answers: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self.answers.set()

    def hold(self) -> None:
        """Take what comes and answer nothing."""
        self.answers.clear()

    def go_on(self) -> None:
        """Answer again."""
        self.answers.set()

    @property
    def said(self) -> list[Any]:
        """The JSON of all bodies."""
        return [json.loads(body) for body in self.bodies]


@contextmanager
def web_server(authority: Authority | None) -> Iterator[Hook]:
    """Run a web server, over TLS where it has an authority."""
    hook = Hook()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            hook.bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
            hook.seen.append(dict(self.headers.items()))
            hook.paths.append(self.path)
            hook.answers.wait(PATIENCE_SECONDS)
            self.send_response(hook.status)
            for name, value in hook.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(hook.answer)))
            with suppress(ConnectionError):  # who does not read all of it, or was killed
                self.end_headers()
                self.wfile.write(hook.answer)

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    class Server(ThreadingHTTPServer):
        def handle_error(self, *_: Any) -> None:
            """Say nothing of those who do not trust the certificate."""

    server = Server((ADDRESS, 0), Handler)
    if authority is not None:
        server.socket = authority.context().wrap_socket(server.socket, server_side=True)
    hook.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield hook
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@dataclass
class Listener:
    """A syslog listener: where it is, and the bytes that came, of each datagram or connection."""

    port: int
    received: list[bytes] = field(default_factory=list)


@contextmanager
def udp_listener() -> Iterator[Listener]:
    """Listen for datagrams."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listening:
        listening.bind((ADDRESS, 0))
        listener = Listener(listening.getsockname()[1])

        def listen() -> None:
            while content := listening.recv(65_536):
                listener.received.append(content)

        thread = threading.Thread(target=listen, daemon=True)
        thread.start()
        yield listener
        listening.sendto(b"", (ADDRESS, listener.port))
        thread.join()


@contextmanager
def stream_listener(authority: Authority | None = None) -> Iterator[Listener]:
    """Listen for connections, over TLS where there is an authority."""
    with socket.create_server((ADDRESS, 0)) as listening:
        listener = Listener(listening.getsockname()[1])
        context = authority.context() if authority else None

        def serve() -> None:
            while True:
                try:
                    connection, _ = listening.accept()
                except OSError:
                    return
                with suppress(OSError), connection:
                    connection.settimeout(PATIENCE_SECONDS)
                    stream = context.wrap_socket(connection, server_side=True) if context else connection
                    with stream, stream.makefile("rb") as content:
                        listener.received.append(content.read())

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield listener
        listening.shutdown(socket.SHUT_RDWR)
        thread.join()


_SNMPTRAPD = """
snmpTrapdAddr udp:{address}:{port}
authCommunity log s3cret-community
createUser -e 0x{engine} trapper SHA-256 "authentic-1" AES "private-12"
createUser informer SHA-256 "authentic-1" AES "private-12"
authUser log trapper priv
authUser log informer priv
format2 %V|%v\\n
"""


@dataclass(frozen=True)
class TrapReceiver:
    """snmptrapd: its port, and its own log."""

    port: int
    log: Path

    @property
    def traps(self) -> list[dict[str, str]]:
        """What it logged: of each trap the values of its variables by their identifiers, as it prints them."""
        lines = [line for line in self.log.read_text().splitlines() if "|" in line]
        return [dict(_pair(part) for part in line.split("|") if " = " in part) for line in lines]


def _pair(part: str) -> tuple[str, str]:
    name, _, value = part.partition(" = ")
    return name.strip(), value.strip()


@contextmanager
def trap_receiver(folder: Path) -> Iterator[TrapReceiver]:
    """Run snmptrapd, which knows users of version 3 for traps and for informs, and a community of version 2c."""
    port, log = free_port(socket.SOCK_DGRAM), folder / "snmptrapd.log"
    configuration = folder / "snmptrapd.conf"
    configuration.write_text(_SNMPTRAPD.format(address=ADDRESS, port=port, engine=ENGINE_ID))
    command = [
        *("env", f"SNMP_PERSISTENT_DIR={folder}", f"SNMPCONFPATH={folder}", "MIBS="),
        *("setpriv", "--no-new-privs", "--pdeathsig=KILL"),
        *(find_program("snmptrapd"), "-f", "-Lo", "-On", "-n", "-C", "-c", str(configuration)),
    ]
    process = start(command, log, lambda: "NET-SNMP version" in log.read_text(), ends_by=signal.SIGKILL)
    try:
        yield TrapReceiver(port, log)
    finally:
        end(process, signal.SIGKILL)
