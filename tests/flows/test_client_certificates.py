"""Phones that show certificates, through nginx's configuration, with a certificate authority as docs/ describes it."""

import shutil
import ssl
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.models import Tenant
from app.services import config_files
from tests import factories
from tests.databases import Databases
from tests.flows.asking import Answer, ask
from tests.flows.installation import Installation, installation, until
from tests.nginx import CONFIGURATION, Nginx, running_nginx

KEEP_ALIVE = "/rest/v1/ipphoneMgrStatus/keep-alive"
OWN, OTHER = "00908fce0001", "00908fce0002"


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an authority, two phones' certificates, one that it revoked, and one of an unknown authority."""
    folder = tmp_path_factory.mktemp("phones-ca")
    for name in ("known", "unknown"):
        (folder / name).mkdir()
        shutil.copy(CONFIGURATION.with_name("phones-ca.cnf"), folder / name)
        (folder / name / "index.txt").touch()
        (folder / name / "crlnumber").write_text("01\n")
        openssl(folder / name, "req", "-x509", *NEW_KEY, "-keyout", "ca.key", "-subj", f"/CN=Phones, {name}",
                "-days", "7300", "-extensions", "authority", "-out", "ca.pem")  # fmt: skip
    known = folder / "known"
    certify(known, OWN, "00:90:8F:CE:00:01")
    certify(known, OTHER, OTHER.upper())
    certify(known, "revoked", OWN)
    certify(folder / "unknown", OWN, OWN)
    openssl(known, "ca", "-revoke", "revoked.pem")
    openssl(known, "ca", "-gencrl", "-out", "crl.pem")
    return folder


NEW_KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-noenc")


def openssl(folder: Path, verb: str, *arguments: str) -> None:
    command = ["openssl", verb, "-config", "phones-ca.cnf", *arguments]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def certify(folder: Path, name: str, common_name: str) -> None:
    openssl(
        folder,
        "req",
        *NEW_KEY,
        "-keyout",
        f"{name}.key",
        "-subj",
        f"/CN={common_name}",
        "-out",
        f"{name}.csr",
    )
    openssl(folder, "ca", "-batch", "-notext", "-in", f"{name}.csr", "-out", f"{name}.pem")


@pytest.fixture(scope="module")
def ringmaster(
    sqlite_databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Installation]:
    """A Ringmaster that believes nginx at 127.0.0.1, with a tenant that demands certificates."""
    data_dir = tmp_path_factory.mktemp("certificates")
    with installation(data_dir, sqlite_databases.create(), TRUSTED_PROXIES="127.0.0.1") as running:
        with running.writing() as session:
            tenant: Tenant = factories.make_tenant(session, "Strict", demands_certificate=True)
            for mac in (OWN, OTHER):
                device = factories.make_device(session, tenant=tenant, mac=mac)
                config_files.generate(session, device, now=factories.NOW)
        yield running


@pytest.fixture(scope="module")
def nginx(ringmaster: Installation, authority: Path) -> Iterator[Nginx]:
    known = authority / "known"
    changed = {
        "# ssl_verify_client": "ssl_verify_client",
        "# ssl_client_certificate /etc/ssl/ringmaster/phones-ca.pem": f"ssl_client_certificate {known / 'ca.pem'}",
        "# ssl_crl /etc/ssl/ringmaster/phones-crl.pem": f"ssl_crl {known / 'crl.pem'}",
        "# ssl_verify_depth": "ssl_verify_depth",
        " buffer=64k flush=5s": "",
    }
    web = ringmaster.running.env["RINGMASTER_WEB_BIND"]
    plane = ringmaster.running.env["RINGMASTER_PHONE_BIND"]
    with running_nginx(web=web, plane=plane, firmware_folder=ringmaster.data_dir, changed=changed) as running:
        yield running


def fetch(nginx: Nginx, certificate: Path | None, mac: str = OWN, **headers: str) -> Answer:
    trust: ssl.SSLContext = nginx.trust
    if certificate is not None:
        trust.load_cert_chain(certificate, certificate.with_suffix(".key"))
    return ask(f"{nginx.tls_url}/configfiles/{mac}.cfg", trust=trust, **headers)


FORGED = {"X-Client-Verify": "SUCCESS", "X-Client-Subject": f"CN={OWN}"}


def test_a_phone_has_its_own_file_with_its_own_certificate(nginx: Nginx, authority: Path) -> None:
    assert fetch(nginx, authority / "known" / f"{OWN}.pem").status == 200
    assert fetch(nginx, authority / "known" / f"{OTHER}.pem", OTHER).status == 200


def test_no_other_certificate_opens_it(nginx: Nginx, authority: Path) -> None:
    assert fetch(nginx, authority / "known" / f"{OTHER}.pem").status == 403
    assert fetch(nginx, None).status == 403
    assert fetch(nginx, authority / "unknown" / f"{OWN}.pem").status == 403
    assert fetch(nginx, authority / "known" / "revoked.pem").status == 400  # nginx itself refuses it
    assert ask(f"{nginx.url}/configfiles/{OWN}.cfg").status == 403


def test_what_a_caller_writes_into_the_headers_counts_for_nothing(nginx: Nginx, authority: Path) -> None:
    assert fetch(nginx, None, **FORGED).status == 403
    assert fetch(nginx, authority / "known" / f"{OTHER}.pem", **FORGED).status == 403
    assert ask(f"{nginx.url}/configfiles/{OWN}.cfg", **FORGED).status == 403


@pytest.mark.parametrize("door", ["web_url", "phone_url"])
def test_past_nginx_the_headers_are_believed_from_its_address_alone(
    ringmaster: Installation, door: str
) -> None:
    url = f"{getattr(ringmaster, door)}/configfiles/{OWN}.cfg"
    assert ask(url, source="127.5.6.7", **FORGED).status == 403
    assert ask(url, source="127.0.0.1", **FORGED).status == 200


def test_reports_need_it_too_and_others_need_none(nginx: Nginx, authority: Path) -> None:
    body = f'{{"mac": "{OWN}", "status": "registered"}}'.encode()
    trust = nginx.trust
    assert ask(f"{nginx.tls_url}{KEEP_ALIVE}", body, trust=trust).status == 403
    own = authority / "known" / f"{OWN}.pem"
    trust.load_cert_chain(own, own.with_suffix(".key"))
    assert ask(f"{nginx.tls_url}{KEEP_ALIVE}", body, trust=trust).status == 200
    assert ask(f"{nginx.tls_url}/ipp/dhcpoption160.cfg", trust=nginx.trust).status == 200


def test_no_key_of_an_address_stands_in_the_log_of_nginx(nginx: Nginx) -> None:
    key = "abcdefgh" + "k" * 26
    for target in (
        f"/k/{key}/configfiles/{OWN}.cfg",
        f"//k//{key}/firmwarefiles/x.img?y",
        f"http://h/k/{key}/ipp/x",
    ):
        ask(nginx.url, target=target)
    log = nginx.configuration.parent / "ringmaster.log"
    until(lambda: "/ipp/x" in log.read_text())
    assert key not in log.read_text()
    assert f"/k/.../configfiles/{OWN}.cfg" in log.read_text()
