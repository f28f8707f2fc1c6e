"""A real LDAP directory for one run of the tests: made, filled, started, stopped and removed."""

import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.debian_servers import ADDRESS, find_program, make_certificate, run, running
from tests.free_ports import free_port

BASE = "ou=people,dc=acme,dc=com"
READER, READER_PASSWORD = "cn=phones,dc=acme,dc=com", "phones_1234"
GROUPS = "ou=groups,dc=acme,dc=com"
PERSONS_PASSWORD = "of_a_person_1"
"""Of those with a name; numbered people have none."""
MANY = 450  # numbered people beside those with a name
SOFT_LIMIT = 400

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
        make_certificate(folder)
        configuration = folder / "slapd.conf"
        configuration.write_text(_CONFIGURATION.format(folder=folder, limit=SOFT_LIMIT))
        entries = folder / "entries.ldif"
        entries.write_text(_entries())
        run([find_program("slapadd"), "-q", "-f", str(configuration), "-l", str(entries)])
        plain, tls = free_port(), free_port()
        listens = f"ldap://{ADDRESS}:{plain}/ ldaps://{ADDRESS}:{tls}/"
        command = [find_program("slapd"), "-f", str(configuration), "-h", listens, "-d", "0"]
        with running(command, (plain, tls), folder / "slapd.log", ends_by=signal.SIGKILL):
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
    parts.append(_entry(GROUPS, "objectClass: organizationalUnit", "ou: groups"))
    parts += [_group("phone-admins", "u0"), _group("berlin-desk", "u1", "u2"), _group("munich-desk", "u1")]
    return "\n".join(parts)


def _person(number: int, surname: str, given: str, phone: str, mobile: str) -> str:
    lines = [
        "objectClass: inetOrgPerson",
        f"uid: u{number}",
        f"cn: {given} {surname}",
        f"sn: {surname}",
        f"givenName: {given}",
        f"displayName: {given} {surname}",
        *(_account(number) if number < len(_PEOPLE) else ()),
        *([f"telephoneNumber: {phone}"] if phone else []),
        *([f"mobile: {mobile}"] if mobile else []),
    ]
    return _entry(f"uid=u{number},{BASE}", *lines)


def _account(number: int) -> tuple[str, ...]:
    """Return what somebody signs in with; employeeType stands for an attribute that names groups."""
    return (
        f"mail: u{number}@acme.com",
        f"userPassword: {PERSONS_PASSWORD}",
        *([f"employeeType: cn=berlin-desk,{GROUPS}"] if number in {1, 2} else []),
    )


def _group(name: str, *members: str) -> str:
    lines = ["objectClass: groupOfNames", f"cn: {name}", *(f"member: uid={one},{BASE}" for one in members)]
    return _entry(f"cn={name},{GROUPS}", *lines)


def _entry(name: str, *lines: str) -> str:
    return "\n".join((f"dn: {name}", *lines, ""))
