"""A real LDAP directory for one run of the tests: made, filled, started, stopped and removed."""

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

BASE = "ou=people,dc=acme,dc=com"
READER, READER_PASSWORD = "cn=phones,dc=acme,dc=com", "phones_1234"
MANY = 450  # numbered people beside those with a name
SOFT_LIMIT = 400
START_SECONDS = 20
_ADDRESS = "127.0.0.1"

_CONFIGURATION = """
include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
modulepath /usr/lib/ldap
moduleload back_mdb
pidfile {folder}/slapd.pid
TLSCertificateFile {folder}/certificate.pem
TLSCertificateKeyFile {folder}/key.pem
sizelimit {limit}
database mdb
maxsize 16777216
dbnosync
suffix "dc=acme,dc=com"
rootdn "cn=admin,dc=acme,dc=com"
directory {folder}/data
access to attrs=userPassword by anonymous auth by * none
access to * by users read by * none
"""

_PEOPLE = (
    ("Black", "Mike", "+4930100", "+49170100"),
    ("Blackwell", "Ann", "+4930101", ""),
    ("Blacksmith (Ben*)", "Ben", "+4930102", ""),
    ("Müller", "Jörg", "+4930103", ""),
    ("White", "Zoe", "", ""),
)


@dataclass(frozen=True)
class Slapd:
    """A running directory: its ports for LDAP and for LDAPS, and whom callers over TLS have to trust (PEM)."""

    host: str
    port: int
    tls_port: int
    certificate: str


@contextmanager
def running_slapd() -> Iterator[Slapd]:
    """Yield a directory of a few people and many numbered ones; it ends whatever happens meanwhile."""
    with tempfile.TemporaryDirectory(prefix="ringmaster-slapd-") as name:
        folder = Path(name)
        (folder / "data").mkdir()
        _make_certificate(folder)
        configuration = folder / "slapd.conf"
        configuration.write_text(_CONFIGURATION.format(folder=folder, limit=SOFT_LIMIT))
        entries = folder / "entries.ldif"
        entries.write_text(_entries())
        _run([_program("slapadd"), "-q", "-f", str(configuration), "-l", str(entries)])
        plain, tls = _free_ports()
        with _process(configuration, plain, tls, folder):
            yield Slapd("localhost", plain, tls, (folder / "certificate.pem").read_text())


def _entries() -> str:
    parts = [
        _entry("dc=acme,dc=com", "objectClass: dcObject", "objectClass: organization", "dc: acme", "o: Acme"),
        _entry(BASE, "objectClass: organizationalUnit", "ou: people"),
        _entry(
            READER,
            "objectClass: organizationalRole",
            "objectClass: simpleSecurityObject",
            "cn: phones",
            f"userPassword: {READER_PASSWORD}",
        ),
    ]
    people = [*_PEOPLE, *((f"Number {number:03}", "Nn", f"+49555{number:03}", "") for number in range(MANY))]
    parts += [_person(number, *one) for number, one in enumerate(people)]
    return "\n".join(parts)


def _person(number: int, surname: str, given: str, phone: str, mobile: str) -> str:
    lines = [
        "objectClass: inetOrgPerson",
        f"uid: u{number}",
        f"cn: {given} {surname}",
        f"sn: {surname}",
        f"givenName: {given}",
        f"displayName: {given} {surname}",
        *([f"telephoneNumber: {phone}"] if phone else []),
        *([f"mobile: {mobile}"] if mobile else []),
    ]
    return _entry(f"uid=u{number},{BASE}", *lines)


def _entry(name: str, *lines: str) -> str:
    return "\n".join((f"dn: {name}", *lines, ""))


def _make_certificate(folder: Path) -> None:
    """Make a key, and a certificate for this machine that is its own authority, strict enough for every Python."""
    key = [
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:P-256",
        "-nodes",
        "-keyout",
        str(folder / "key.pem"),
    ]
    extensions = [
        f"subjectAltName=IP:{_ADDRESS},DNS:localhost",
        "keyUsage=critical,digitalSignature,keyCertSign",
    ]
    given = [word for extension in extensions for word in ("-addext", extension)]
    names = ["-subj", "/CN=localhost", *given, "-days", "2", "-out", str(folder / "certificate.pem")]
    _run(["openssl", "req", "-x509", *key, *names])


def _free_ports() -> tuple[int, int]:
    with socket.socket() as first, socket.socket() as second:
        first.bind((_ADDRESS, 0))
        second.bind((_ADDRESS, 0))
        return first.getsockname()[1], second.getsockname()[1]


def _program(name: str) -> str:
    found = shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if found is None:
        raise RuntimeError(f"The tests need {name}, which is not there: `make test` installs it.")
    return found


def _run(command: Sequence[str]) -> None:
    done = subprocess.run(command, text=True, capture_output=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{command[0]} made nothing for the tests: {done.stderr}")


@contextmanager
def _process(configuration: Path, plain: int, tls: int, folder: Path) -> Iterator[None]:
    listens = f"ldap://{_ADDRESS}:{plain}/ ldaps://{_ADDRESS}:{tls}/"
    command = [_program("slapd"), "-f", str(configuration), "-h", listens, "-d", "0"]
    log = folder / "slapd.log"
    with log.open("ab") as output:
        # A session of its own: Ctrl-C is for the tests, which then stop it themselves.
        process = subprocess.Popen(
            ["setpriv", "--pdeathsig=KILL", *command], stdout=output, stderr=output, start_new_session=True
        )
    try:
        _wait_for((plain, tls), process, log)
        yield
    finally:
        process.kill()
        process.wait()


def _wait_for(ports: Sequence[int], process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    for port in ports:
        while not _answers(port):
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"slapd did not start within {START_SECONDS} seconds: {log.read_text()}")
            time.sleep(0.02)


def _answers(port: int) -> bool:
    with suppress(OSError), socket.create_connection((_ADDRESS, port), timeout=1):
        return True
    return False
