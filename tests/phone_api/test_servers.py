"""Both doors as they are served: what real phones and their senders write on the wire, byte by byte."""

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from app.database import Database, make_engine
from app.phone_api.messages import MAX_BODY_BYTES
from app.security.secrets import open_vault
from app.security.tenant_scope import ALL_TENANTS
from app.transaction import writing
from config import load_settings
from tests import factories
from tests.cli.running import descendants_of, environment, name_of, ringmaster
from tests.databases import INSTALLATION_KEY
from tests.phone_api.doors import KEEP_ALIVE, USER_AGENT, Phone
from tests.phone_api.wire import request, wire_to

pytestmark = pytest.mark.flows

FIRMWARE_BYTES = 200 * 1024 * 1024
UA = f"User-Agent: {USER_AGENT}"


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    """A whole Ringmaster on SQLite with one firmware file of 200 MB, most of it a hole."""
    data_dir = tmp_path_factory.mktemp("data")
    env = environment(data_dir, SECRET_KEY=INSTALLATION_KEY, ADMIN_PASSWORD="pass_1234")
    with ringmaster(env) as started:
        open_vault(INSTALLATION_KEY)
        database = Database(make_engine(load_settings(env).database_url))
        with writing(database, ALL_TENANTS) as session:
            factories.make_large_firmware(session, data_dir, "430HD.img", FIRMWARE_BYTES)
            factories.make_tenant(session, "Acme")
        yield started, database
        database.reader.dispose()


@pytest.fixture(params=["web", "plane"])
def served(request, running):
    """The port of each door in turn."""
    started, _ = running
    return started.ports[["web", "plane"].index(request.param)]


@pytest.fixture
def phone(running):
    """A phone never heard of; it says nothing by itself here."""
    return Phone(None, running[1], factories.next_mac())


def report_of(phone, **members):
    return json.dumps(phone.report_of(**members)).encode()


@pytest.mark.parametrize(
    "target",
    [
        f"http://manager:8081{KEEP_ALIVE}",
        f"http://manager{KEEP_ALIVE}",
        f"HTTP://127.0.0.1:8081{KEEP_ALIVE}",
        f"https://manager:443/{KEEP_ALIVE}",
        f"/{KEEP_ALIVE}",
        f"{KEEP_ALIVE}?time=1",
        KEEP_ALIVE.replace("keep", "%6beep"),
    ],
)
def test_a_report_arrives_by_every_form_of_its_target(served, phone, target):
    with wire_to(served) as wire:
        wire.send(request("POST", target, report_of(phone)))
        answer = wire.receive()
    assert (answer.status, answer.json) == (200, {"requests": []})
    assert phone.row() is not None


def test_several_requests_go_over_one_connection(served, phone):
    with wire_to(served) as wire:
        for method, target, body, status in (
            ("GET", "/ipp/dhcpoption160.cfg", b"", 200),
            ("HEAD", "/ipp/dhcpoption160.cfg", b"", 200),
            ("HEAD", "/configfiles/nothing.cfg", b"", 404),
            ("HEAD", "/firmwarefiles/430HD.img", b"", 200),
            ("POST", KEEP_ALIVE, report_of(phone), 200),
            ("POST", KEEP_ALIVE, b"{}", 400),
            ("GET", f"//ipp//tenant//acme//{phone.mac.upper()}.cfg", b"", 200),
            ("POST", f"/ipp/region/acme/{phone.mac}.cfg", b"{\n}", 200),
            ("OPTIONS", KEEP_ALIVE, b"", 405),
            ("GET", "/configfiles/nothing.cfg", b"", 404),
        ):
            wire.send(request(method, target, body, UA))
            answer = wire.receive(has_body=method != "HEAD")
            assert answer.status == status, (method, target)
            assert "set-cookie" not in answer.headers
            assert "location" not in answer.headers


def test_requests_sent_at_once_are_answered_in_their_order(served, phone):
    with wire_to(served) as wire:
        wire.send(
            request("POST", KEEP_ALIVE, report_of(phone))
            + request("HEAD", "/configfiles/nothing.cfg")
            + request("GET", "/ipp/dhcpoption160.cfg")
        )
        assert wire.receive().status == 200
        assert wire.receive(has_body=False).status == 404
        assert b"provisioning/method=STATIC" in wire.receive().body


def test_http_1_0_without_a_host_is_answered(served, phone):
    body = report_of(phone)
    with wire_to(served) as wire:
        wire.send(f"POST {KEEP_ALIVE} HTTP/1.0\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body)
        assert wire.receive().json == {"requests": []}
        assert wire.is_closed()


def chunked(*parts):
    return b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"


def test_a_body_in_chunks_is_read(served, phone):
    body = report_of(phone)
    with wire_to(served) as wire:
        head = request("GET", KEEP_ALIVE, b"", "Transfer-Encoding: chunked").replace(b"GET", b"POST")
        wire.send(head)
        for part in (body[:1], body[1:100], body[100:]):
            wire.send(b"%x\r\n%s\r\n" % (len(part), part))
        wire.send(b"0\r\n\r\n")
        assert wire.receive().status == 200
    assert phone.row() is not None


def test_a_body_in_chunks_that_grows_too_long_is_refused_before_its_end(served, phone):
    with wire_to(served) as wire:
        wire.send(request("GET", KEEP_ALIVE, b"", "Transfer-Encoding: chunked").replace(b"GET", b"POST"))
        part = report_of(phone).ljust(8192)
        for _ in range(MAX_BODY_BYTES // len(part) + 1):
            wire.send(b"%x\r\n%s\r\n" % (len(part), part))
        answer = wire.receive()
    assert answer.status == 413
    assert answer.sentence
    assert phone.row() is None


@pytest.mark.parametrize("declared", ["65537", "999999999999999999"])
def test_a_declared_length_that_is_too_long_is_refused_before_the_body_comes(served, phone, declared):
    with wire_to(served) as wire:
        wire.send(f"POST {KEEP_ALIVE} HTTP/1.1\r\nHost: m\r\nContent-Length: {declared}\r\n\r\n".encode())
        assert wire.receive().status == 413


@pytest.mark.parametrize("declared", ["-1", "abc", "1 2", "+5", "0x10"])
def test_a_declared_length_that_is_none_is_refused(served, declared):
    with wire_to(served) as wire:
        wire.send(f"POST {KEEP_ALIVE} HTTP/1.1\r\nHost: m\r\nContent-Length: {declared}\r\n\r\n{{}}".encode())
        assert 400 <= wire.receive().status < 500


def test_a_body_shorter_than_declared_is_not_taken_for_whole(served, phone):
    body = report_of(phone)
    with wire_to(served) as wire:
        wire.send(
            f"POST {KEEP_ALIVE} HTTP/1.1\r\nHost: m\r\nContent-Length: {len(body) + 10}\r\n\r\n".encode()
            + body
        )
        wire._connection.shutdown(1)
        wire._answers.read()
    assert phone.row() is None


def test_what_follows_a_body_longer_than_declared_is_no_part_of_it(served, phone):
    body = report_of(phone)
    with wire_to(served) as wire:
        wire.send(request("POST", KEEP_ALIVE, body) + b"and more of it\r\n\r\n")
        assert wire.receive().status == 200
        assert wire.receive().status == 400


FILE = b"GET /configfiles/a.cfg HTTP/1.1\r\nHost: m\r\n"
HOSTILE = {
    "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
    "HTTP/0.9": b"GET /configfiles/a.cfg\r\n\r\n",
    "no UTF-8": b"GET /configfiles/\xff\xfe.cfg HTTP/1.1\r\nHost: m\r\n\r\n",
    "encoded, no UTF-8": b"GET /configfiles/%ff%fe.cfg HTTP/1.1\r\nHost: m\r\n\r\n",
    "half an authority": b"GET http://[ HTTP/1.1\r\nHost: m\r\n\r\n",
    "half an address": b"GET http://[::1/configfiles/a.cfg HTTP/1.1\r\nHost: m\r\n\r\n",
    "NUL": b"GET /configfiles/%00.cfg HTTP/1.1\r\nHost: m\r\n\r\n",
    "half an encoding": b"GET /configfiles/%.cfg HTTP/1.1\r\nHost: m\r\n\r\n",
    "asterisk": b"GET * HTTP/1.1\r\nHost: m\r\n\r\n",
    "Host of no ASCII": b"GET /configfiles/a.cfg HTTP/1.1\r\nHost: \xff\r\n\r\n",
    "Host that is none": b"GET /configfiles/a.cfg HTTP/1.1\r\nHost: a b,c:99999\r\n\r\n",
    "two Hosts": FILE + b"Host: n\r\n\r\n",
    "WebSocket": FILE + b"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
    "unknown method": FILE.replace(b"GET", b"FETCH") + b"\r\n",
    "unknown coding": FILE + b"Transfer-Encoding: chunked, gzip\r\n\r\n",
    "two lengths": FILE + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\n",
    "length and chunks": FILE + b"Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "bad chunk": FILE.replace(b"GET", b"POST") + b"Transfer-Encoding: chunked\r\n\r\nxyz\r\n\r\n",
    "long target": b"GET /configfiles/" + b"a" * 5000 + b".cfg HTTP/1.1\r\nHost: m\r\n\r\n",
    "long header": FILE + b"X: " + b"a" * 9000 + b"\r\n\r\n",
    "many headers": FILE + b"".join(b"X%d: y\r\n" % number for number in range(200)) + b"\r\n",
}


@pytest.mark.parametrize("content", HOSTILE.values(), ids=HOSTILE)
def test_no_request_brings_down_the_server_or_gets_a_server_error(served, content):
    with wire_to(served) as wire:
        wire.send(content)
        status, headers = wire.receive_head()
        assert 400 <= status < 500
        if headers["content-length"] != "0":  # a WebSocket is refused with nothing to guess at
            assert headers["x-content-type-options"] == "nosniff"
    with wire_to(served) as wire:
        wire.send(request("GET", "/ipp/dhcpoption160.cfg"))
        assert wire.receive().status == 200


def resident_bytes(pid):
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024
    raise LookupError(pid)


def worker_of(started, port):
    name = ("web", "plane")[started.ports.index(port)]
    return next(pid for pid in descendants_of(started.process.pid) if name_of(pid) == f"{name} worker")


def test_a_large_firmware_is_streamed(served, running):
    started, _ = running
    worker = worker_of(started, served)
    with wire_to(served) as wire:
        wire.send(request("GET", "/ipp/dhcpoption160.cfg"))
        wire.receive()
        before, most = resident_bytes(worker), 0
        wire.send(request("GET", "/firmwarefiles/430HD.img"))
        status, headers = wire.receive_head()
        assert (status, headers["content-length"]) == (200, str(FIRMWARE_BYTES))
        for _ in range(10):
            assert wire.count_body(FIRMWARE_BYTES // 10) == FIRMWARE_BYTES // 10
            most = max(most, resident_bytes(worker))
    assert most - before < 20 * 1024 * 1024


def test_a_phone_that_leaves_in_the_middle_of_a_download_disturbs_nobody(served, phone):
    left = 0
    while left < 3:
        with wire_to(served) as wire:
            wire.send(request("GET", "/firmwarefiles/430HD.img"))
            status, _ = wire.receive_head()
            if status == 200:
                wire.count_body(100_000)
                left += 1
            else:
                assert status == 503  # it is not noticed yet that those before have left
    with wire_to(served) as wire:
        wire.send(request("POST", KEEP_ALIVE, report_of(phone)))
        assert wire.receive().status == 200


def test_a_download_is_taken_up_where_it_broke_off(served):
    with wire_to(served) as wire:
        wire.send(request("GET", "/firmwarefiles/430HD.img", b"", f"Range: bytes={FIRMWARE_BYTES - 5}-"))
        answer = wire.receive()
    assert (answer.status, answer.body) == (206, b"\0" * 5)


def test_many_phones_at_once_are_all_answered(served, running):
    numbers = [factories.next_mac() for _ in range(60)]

    def report(mac):
        phone = Phone(None, running[1], mac)
        with wire_to(served) as wire:
            wire.send(
                request(
                    "POST",
                    KEEP_ALIVE,
                    report_of(phone, region="Acme", status="registered", userId=f"{mac}@acme.com"),
                )
            )
            return wire.receive().status

    def report_until_answered(mac):
        """Report as a phone that is told to come again and cannot wait: the web listener has few threads for it."""
        while (status := report(mac)) == 503:
            assert served == running[0].ports[0]
        return status

    with ThreadPoolExecutor(10) as threads:
        assert set(threads.map(report_until_answered, numbers)) == {200}
    assert all(Phone(None, running[1], mac).row().device_id for mac in numbers)
