"""nginx in front, with the very configuration that administrators copy."""

import contextlib
import http.client
import json
import os
import signal
import socket
import ssl
import warnings
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import pytest

from app.models import DeviceStatus
from tests.databases import Databases
from tests.flows.asking import Answer, ask
from tests.flows.installation import Installation, behind_nginx, installation
from tests.free_ports import free_port
from tests.nginx import CONFIGURATION, Nginx, check, filled_in, running_nginx

KEEP_ALIVE = "/rest/v1/ipphoneMgrStatus/keep-alive"
FIRST_FILE = "/ipp/dhcpoption160.cfg"
PHONES_ADDRESS = "127.1.2.3"
LIMIT = 64 * 1024


@pytest.fixture(scope="module")
def ringmaster(
    sqlite_databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Installation]:
    """A Ringmaster that believes the proxy before it."""
    data_dir = tmp_path_factory.mktemp("behind-nginx")
    with installation(data_dir, sqlite_databases.create(), TRUSTED_PROXIES="127.0.0.1") as running:
        yield running


@pytest.fixture(scope="module")
def nginx(ringmaster: Installation) -> Iterator[Nginx]:
    with behind_nginx(ringmaster) as running:
        yield running


def report(nginx: Nginx, mac: str, **chosen: str) -> Answer:
    body = json.dumps({"mac": mac, "status": "started", "model": "430HD"}).encode()
    return ask(f"{nginx.url}{KEEP_ALIVE}", body, **chosen)


def test_nginx_has_nothing_to_say_about_the_configuration(nginx: Nginx) -> None:
    checked = check(nginx.configuration)
    assert checked.returncode == 0
    assert "[" not in checked.stderr  # as in "nginx: [warn] …"


def test_a_place_that_is_gone_from_the_configuration_is_told() -> None:
    with pytest.raises(ValueError, match="no 'listen 8443'"):
        filled_in(CONFIGURATION.read_text(), {"listen 8443": ""})


@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize(
    ("target", "status"),
    [
        (FIRST_FILE, 200),
        ("//ipp//dhcpoption160.cfg", 200),
        (f"http://192.0.2.1:8081{FIRST_FILE}", 200),
        ("//configfiles//nobody.cfg", 404),
        ("/firmwarefiles/nothing.img", 404),
        (KEEP_ALIVE, 405),
        ("/c/nobody/rest/v1/ipphoneMgrStatus/init", 405),
    ],
)
def test_phones_reach_the_plane_at_both_ports(
    ringmaster: Installation, nginx: Nginx, scheme: str, target: str, status: int
) -> None:
    url = nginx.url if scheme == "http" else nginx.tls_url
    answer = ask(url, target=target, trust=nginx.trust)
    assert answer.status == status
    assert answer.body == ask(ringmaster.phone_url, target=target).body


def test_people_reach_the_screens_over_tls(nginx: Nginx) -> None:
    assert b"<form" in ask(f"{nginx.tls_url}/login/", trust=nginx.trust).body


@pytest.mark.parametrize("address", ["/", "/login/", "/devices-status/?search=a%26b", "/login/oidc/company/"])
@pytest.mark.parametrize("body", [None, b"password=typed"])
def test_people_without_tls_are_sent_to_it(nginx: Nginx, address: str, body: bytes | None) -> None:
    answer = ask(nginx.url, body, target=address)
    assert (answer.status, answer.headers["location"]) == (308, f"https://127.0.0.1{address}")


def test_the_phones_own_address_is_kept(ringmaster: Installation, nginx: Nginx) -> None:
    mac = "00908fa00001"
    assert report(nginx, mac, source=PHONES_ADDRESS).status == 200
    with ringmaster.reading() as session:
        assert session.get_one(DeviceStatus, mac).external_ip == PHONES_ADDRESS


def test_a_phone_cannot_claim_another_address(ringmaster: Installation, nginx: Nginx) -> None:
    mac = "00908fa00002"
    claimed = {"X-Forwarded-For": "203.0.113.9", "Forwarded": "for=203.0.113.9"}
    assert report(nginx, mac, source=PHONES_ADDRESS, **claimed).status == 200
    with ringmaster.reading() as session:
        assert session.get_one(DeviceStatus, mac).external_ip == PHONES_ADDRESS


@pytest.mark.parametrize(("length", "status"), [(LIMIT, 400), (LIMIT + 1024, 413)])
def test_a_body_that_is_too_long_is_refused(nginx: Nginx, length: int, status: int) -> None:
    assert ask(f"{nginx.url}{KEEP_ALIVE}", b"x" * length).status == status


@pytest.mark.parametrize(
    ("address", "body", "status"),
    [
        (FIRST_FILE, None, 200),
        ("/login/", None, 200),
        ("/static/nothing.css", None, 404),
        ("/api/v1/devices", None, 401),
        ("/metrics", None, 404),
        (KEEP_ALIVE, b"x" * (LIMIT + 1024), 413),
        ("/login/", b"x" * (3 * 1024 * 1024), 413),
    ],
)
def test_every_answer_says_that_it_is_what_it_says(
    nginx: Nginx, address: str, body: bytes | None, status: int
) -> None:
    answer = ask(nginx.tls_url, body, target=address, trust=nginx.trust)
    assert (answer.status, answer.headers["x-content-type-options"]) == (status, "nosniff")


def test_it_says_so_once(nginx: Nginx) -> None:
    with contextlib.closing(http.client.HTTPConnection(urlsplit(nginx.url).netloc, timeout=30)) as connection:
        connection.request("GET", FIRST_FILE)
        answered = connection.getresponse().getheaders()
    assert [value for name, value in answered if name.lower() == "x-content-type-options"] == ["nosniff"]


def test_so_does_nginx_by_itself(ringmaster: Installation, nginx: Nginx) -> None:
    nowhere = f"127.0.0.1:{free_port()}"
    answers = [ask(nginx.url, target="/login/"), ask(nginx.url, target="/..")]
    with running_nginx(web=nowhere, plane=nowhere, firmware_folder=ringmaster.data_dir) as alone:
        answers += [ask(f"{alone.url}{FIRST_FILE}"), ask(f"{alone.tls_url}/login/", trust=alone.trust)]
    assert [answer.status for answer in answers] == [308, 400, 503, 503]
    assert {answer.headers["x-content-type-options"] for answer in answers} == {"nosniff"}


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_phones_of_both_ages_speak_tls(nginx: Nginx, version: ssl.TLSVersion) -> None:
    trust = nginx.trust
    trust.minimum_version = trust.maximum_version = version
    assert ask(f"{nginx.tls_url}{FIRST_FILE}", trust=trust).status == 200


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1])
def test_what_is_older_is_refused(nginx: Nginx, version: ssl.TLSVersion) -> None:
    trust = nginx.trust
    trust.set_ciphers("ALL:@SECLEVEL=0")
    with warnings.catch_warnings(action="ignore", category=DeprecationWarning):
        trust.minimum_version = trust.maximum_version = version
    with pytest.raises(ssl.SSLError, match="TLSV1_ALERT_PROTOCOL_VERSION"):
        ask(f"{nginx.tls_url}{FIRST_FILE}", trust=trust)


@pytest.mark.parametrize(
    "framing",
    [
        "Content-Length: 5\r\nTransfer-Encoding: chunked",
        "Content-Length: 5\r\nContent-Length: 50",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity",
        "Transfer-Encoding : chunked",
    ],
)
def test_a_request_whose_end_can_be_read_in_two_ways_is_refused(nginx: Nginx, framing: str) -> None:
    place = urlsplit(nginx.url)
    hidden = f"0\r\n\r\nGET {FIRST_FILE} HTTP/1.1\r\nHost: phones\r\n\r\n"
    with socket.create_connection((place.hostname, place.port), timeout=30) as connection:
        head = f"POST {KEEP_ALIVE} HTTP/1.1\r\nHost: phones\r\n{framing}\r\n\r\n"
        connection.sendall((head + hidden).encode())
        answered = b"".join(iter(lambda: connection.recv(65536), b""))
    assert answered.startswith(b"HTTP/1.1 400 ")
    assert answered.count(b"HTTP/1.1 ") == 1


def test_an_old_phone_speaks_the_ciphers_it_knows(nginx: Nginx) -> None:
    trust = nginx.trust
    trust.maximum_version = ssl.TLSVersion.TLSv1_2
    trust.set_ciphers("ECDHE-ECDSA-AES128-SHA")
    assert ask(f"{nginx.tls_url}{FIRST_FILE}", trust=trust).status == 200


def test_a_plane_that_is_killed_is_seen_by_no_phone(ringmaster: Installation, nginx: Nginx) -> None:
    """The broken connections that nginx kept are tried again, for reports as well as for files."""
    with ThreadPoolExecutor(8) as callers:
        for _ in range(3):
            warm = callers.map(lambda number: report(nginx, f"00908fa0{number:04x}"), range(16))
            assert {answer.status for answer in warm} == {200}
            os.kill(ringmaster.process("plane worker"), signal.SIGKILL)
            after = callers.map(lambda number: report(nginx, f"00908fa0{number:04x}"), range(16))
            assert {answer.status for answer in after} == {200}


def test_phones_are_told_when_to_come_again_while_the_plane_is_away(ringmaster: Installation) -> None:
    nowhere = f"127.0.0.1:{free_port()}"
    with running_nginx(web=nowhere, plane=nowhere, firmware_folder=ringmaster.data_dir) as nginx:
        for answer in (ask(f"{nginx.url}{FIRST_FILE}"), report(nginx, "00908fa00003")):
            assert answer.status == 503
            assert json.loads(answer.body) == {"error": "The server is busy. Try again later."}
            assert 20 <= int(answer.headers["retry-after"]) <= 40


def test_people_are_told_in_a_page_while_the_screens_are_away(ringmaster: Installation) -> None:
    nowhere = f"127.0.0.1:{free_port()}"
    with running_nginx(web=nowhere, plane=nowhere, firmware_folder=ringmaster.data_dir) as nginx:
        answer = ask(f"{nginx.tls_url}/dashboard/", trust=nginx.trust)
        assert answer.status == 503
        assert answer.headers["content-type"] == "text/html; charset=utf-8"
        assert b"Ringmaster is not available just now" in answer.body
        assert 20 <= int(answer.headers["retry-after"]) <= 40
