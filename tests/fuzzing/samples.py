"""Valid inputs, made by the code that makes them in production where there is some: mutations begin from them."""

import gzip
import hashlib
import io
import json
import tarfile
import tempfile
import zipfile
from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from app.cli.backup import archive
from app.cli.backup.container import BackupWriter
from app.models.enums import DestinationKind
from app.rendering.factory_templates import FACTORY_TEMPLATES
from app.rules.configuration_tables import TABLES
from app.services.destinations.fields import defaults_of

NOW = datetime(2026, 11, 29, tzinfo=UTC)
SEPARATOR = b"\n---\n"

USER_AGENTS = [
    "AUDC-IPPhone-430HD_UC_2.0.13.121/1.0.0000.0", "AUDC-IPPhone/2.2.8.61 (430HD; 00908F9A9623)",
    "Yealink SIP-T46S 66.85.0.5 001565123456", "Grandstream GXP2170 1.0.11.79", "snom785/10.1.64.14",
    "Cisco/SPA504G-7.4.9c", "PolycomVVX-VVX_410-UA/5.9.5.0614_0004f2abcdef",
    "Gigaset N870 IP PRO/83.V2.11.0+build.a546b91;7C2F80E0D605",
]  # fmt: skip
REPORTS = [
    json.dumps({
        "sessionId": "a033bb54", "emsUserName": "system", "emsUserPassword": "3f6d0199102b53ca0a37a527f0efc221",
        "mac": "00908f9a9623", "ip": "10.1.2.3", "subnet": "255.255.255.0", "model": "430HD",
        "fwVersion": "UC_2.0.13.121", "userAgent": USER_AGENTS[0], "userName": "Anna A", "userId": "Anna@acme.com",
        "status": "registered", "phoneNumber": "+97239764713", "location": "", "sipProxy": "acme.com", "vlanId": "7",
    }).encode(),
    b'{"mac":"00908f9a9623" "status":"started", "ip": 7,}',
]  # fmt: skip
USER_TABLES = [
    b"\xef\xbb\xbfName,Password,Display Name,Tenant,Device 1 MAC Address,Device 1 Display Name,Device 2 MAC Address\r\n"
    b'anna,secret,"Anna ""A""\r\nB",Acme,00908f123456,Desk,\r\n\'=bob,,Bob,Acme,,,00:90:8f:12:34:57\r\n',
    b"Name;Tenant\nanna;Acme\n\n\nbob;Globex\n",
]
PHONE_FILES = [
    b"; a comment\r\nsystem/ntp/enabled=1\ninclude Acme_global.cfg\nvoip/line/0/auth_password=secret\n",
    b'\xef\xbb\xbf<?xml version="1.0"?>\n<a b="c">d</a>\n',
]
TEMPLATES = [
    *(template.content.encode() for template in FACTORY_TEMPLATES[::6]),
    '<?xml version="1.0" encoding="UTF-16"?>\n<a/>'.encode("utf-16"),
]
OPTION_TEMPLATES = [
    "ems_server/keep_alive_period=60\nems_server/user_name=system\nprovisioning/method=STATIC\n"
    "provisioning/configuration/url=<HTTP_OR_S>://<IP_ADDRESS>/configfiles/\nems_server/provisioning/url=http://<IP_ADDRESS>:8081/",
    "provisioning/method=STATIC\nems_server/provisioning/url=<HTTP_OR_S>://<PROXY_IP_ADDRESS>:8081/",
]
LICENSES = [
    "Ringmaster license 1\nId: L-17\nHolder: Acme GmbH & Söhne\nValid from: 2026-01-01\nValid until: 2026-12-31\n"
    "Devices: 500\nSignature: AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8g\n"
    "  ISIjJCUmJygpKissLS4vMDEyMzQ1Njc4OTo7PD0+Pw==\n",
]
WAYS = [
    '[ldap]\nname = "Acme"\nservers = ["ldaps://dc1.example.com", "ldaps://dc2.example.com:636"]\n'
    'bind_user = "cn=ringmaster,dc=example,dc=com"\nbind_password_file = "secret"\n'
    'base = "ou=people,dc=example,dc=com"\n'
    'filter = "(&(objectClass=person)(uid={username}))"\nusername = "uid"\ngroup_base = "ou=groups"\n\n'
    '[[ldap.access]]\ngroup = "cn=admins,dc=example"\nrole = "Administrator"\n',
    '[[oidc]]\nid = "corp"\nname = "Corp"\nissuer = "https://login.example.com"\nclient_id = "ringmaster"\n'
    'client_secret_file = "secret"\nusername = "sub"\nscopes = ["openid", "profile"]\n\n'
    '[[oidc.access]]\ngroup = "g"\nrole = "Operator"\n'
    'tenants = ["Acme"]\n',
]  # fmt: skip
_FILLED_IN = {
    "url": "https://hooks.example.com/alarms", "secret": "open-sesame-1234567890", "host": "mail.example.com",
    "sender": "noc@example.com", "recipients": "a@example.com, b@example.com", "community": "public", "port": "162",
    "topics": "devices",
}  # fmt: skip
DESTINATIONS = [
    "\n".join(
        (kind.value, *(f"{name}={_FILLED_IN.get(name, text)}" for name, text in defaults_of(kind).items()))
    )
    for kind in DestinationKind
]
_HEAD = archive.Head(
    made_at="2026-11-29T00:00:00+00:00",
    kind="sqlite",
    revision="0038",
    key_mark="ab",
    has_key=True,
    tables=["a"],
)


def packed(files: Mapping[str, bytes]) -> bytes:
    """Return a zip archive of these files."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as opened:
        for name, content in files.items():
            opened.writestr(name, content)
    return made.getvalue()


def _configuration() -> dict[str, bytes]:
    files: dict[str, bytes] = {}
    for table in TABLES:
        content = f"{','.join(table.columns)}\r\n{','.join('x' for _ in table.columns)}\r\n".encode()
        files |= {table.inner: packed({table.name: content})} if table.inner else {table.name: content}
    return files


CONFIGURATION_ZIPS = [
    packed(_configuration()),
    packed({"Configuration/Tenants.zip": b"", **_configuration()}),
]


def backup() -> bytes:
    """Return a backup as it is taken."""
    made = io.BytesIO()
    with tempfile.TemporaryDirectory() as folder, archive.written(made, _HEAD, "") as opened:
        database = Path(folder) / "database"
        database.write_bytes(b"SQLite format 3\0" + bytes(300))
        opened.add(archive.DATABASE, database)
    return made.getvalue()


def sealed(content: bytes, *, packs: bool = True) -> bytes:
    """Return what stands in a backup in its outer form, every checksum of which is right."""
    made = io.BytesIO()
    outer = BackupWriter(made, "")
    outer.write(gzip.compress(content, 1) if packs else content)
    outer.finish()
    return made.getvalue()


def tar_of(*members: tuple[str, bytes]) -> bytes:
    """Return a tar archive with these members, in their order."""
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as opened:
        for name, content in members:
            info = tarfile.TarInfo(name)
            info.size = len(content)
            opened.addfile(info, io.BytesIO(content))
    return made.getvalue()


def inside_of_a_backup() -> bytes:
    """Return the archive in a backup, with its list of checksums."""
    files = {archive.HEAD: json.dumps(asdict(_HEAD)).encode(), archive.DATABASE: b"x"}
    sums = {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
    return tar_of(*files.items(), (archive.SUMS, json.dumps(sums).encode()))


PARTS_OF_A_BACKUP = [
    SEPARATOR.join((json.dumps(asdict(_HEAD)).encode(), b'{"head.json": "0", "database": "0"}', b"database")),
    SEPARATOR.join((b'{"kind": "sqlite"}', b"[]", b"firmware/" + b"a" * 64)),
]
"""Its head, the list of its checksums, and the name of a file in it."""
