"""Phones that are slow, leave in the middle or come in a storm, on real sockets: nobody else has to wait for them."""

import json
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from app.database import Database, make_engine
from app.security.secrets import open_vault
from app.security.tenant_scope import ALL_TENANTS
from app.transaction import writing
from config import load_settings
from tests import factories
from tests.cli.running import descendants_of, environment, name_of, ringmaster
from tests.databases import INSTALLATION_KEY
from tests.phone_api.doors import KEEP_ALIVE, PATIENCE_SECONDS, Phone
from tests.phone_api.wire import Wire, request, wire_to

pytestmark = pytest.mark.flows

FIRMWARE_BYTES = 40 * 1024 * 1024
FIRMWARE = "/firmwarefiles/430HD.img"
FILE = "/ipp/dhcpoption160.cfg"
PAGE = "/login/"
MOST, MOST_FOR_ADDRESS = 64, 2
BOUND_SECONDS = 3.0
MEGABYTE = 1024 * 1024


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    """A whole Ringmaster on SQLite with one firmware file of 40 MB, most of it a hole, and two phones in Berlin."""
    data_dir = tmp_path_factory.mktemp("data")
    limits = {
        "FIRMWARE_DOWNLOADS": str(MOST),
        "FIRMWARE_DOWNLOADS_PER_ADDRESS": str(MOST_FOR_ADDRESS),
        "FIRMWARE_DOWNLOADS_PER_SITE": "1",
    }
    env = environment(data_dir, SECRET_KEY=INSTALLATION_KEY, ADMIN_PASSWORD="pass_1234", **limits)
    with ringmaster(env) as started:
        open_vault(INSTALLATION_KEY)
        database = Database(make_engine(load_settings(env).database_url))
        with writing(database, ALL_TENANTS) as session:
            factories.make_large_firmware(session, data_dir, "430HD.img", FIRMWARE_BYTES)
            berlin = factories.make_site(session, "Berlin")
            for address in ("127.0.9.1", "127.0.9.2"):
                device = factories.make_device(session, site=berlin)
                factories.make_status(session, device=device, external_ip=address)
        yield started
        database.reader.dispose()


@pytest.fixture
def web(running):
    return running.ports[0]


@pytest.fixture
def plane(running):
    return running.ports[1]


@contextmanager
def download(port: int, source: str = "127.0.0.1", *headers: str) -> Iterator[tuple[int, Wire]]:
    """Begin a download, read no further than its head, and leave in the middle at the end of the block."""
    with wire_to(port, source) as wire:
        wire.send(request("GET", FIRMWARE, b"", *headers))
        status, answered = wire.receive_head()
        if status == 503:
            assert 60 <= int(answered["retry-after"]) <= 180
        yield status, wire


def status_of_download(port: int, source: str = "127.0.0.1", *headers: str) -> int:
    with download(port, source, *headers) as (status, _):
        return status


def status_of(port: int, method: str, target: str, body: bytes = b"", *headers: str) -> int:
    with wire_to(port) as wire:
        wire.send(request(method, target, body, *headers))
        return wire.receive(has_body=method != "HEAD").status


def wait_until(is_so) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def report() -> bytes:
    return json.dumps(Phone(None, None, factories.next_mac()).report_of()).encode()


def slowest_report(port: int, times: int) -> float:
    """Return the seconds that the slowest of these reports took, one after the other."""
    slowest = 0.0
    for _ in range(times):
        began = time.monotonic()
        assert status_of(port, "POST", KEEP_ALIVE, report()) == 200
        slowest = max(slowest, time.monotonic() - began)
    return slowest


def slowest_page(port: int, times: int) -> float:
    """Return the seconds that the slowest of these pages took, one after the other."""
    slowest = 0.0
    for _ in range(times):
        began = time.monotonic()
        assert status_of(port, "GET", PAGE) == 200
        slowest = max(slowest, time.monotonic() - began)
    return slowest


def resident_bytes(started, name: str) -> int:
    worker = next(pid for pid in descendants_of(started.process.pid) if name_of(pid) == name)
    lines = Path(f"/proc/{worker}/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmRSS:"))


class TestAtThePlane:
    def test_an_address_has_so_many_downloads_and_those_who_leave_make_room(self, plane):
        with ExitStack() as under_way:
            for _ in range(MOST_FOR_ADDRESS):
                status, _ = under_way.enter_context(download(plane, "127.0.1.1"))
                assert status == 200
            assert status_of_download(plane, "127.0.1.1") == 503
            assert status_of_download(plane, "127.0.1.1", "Range: bytes=1000-") == 503
            assert status_of_download(plane, "127.0.1.2") == 200
        wait_until(lambda: status_of_download(plane, "127.0.1.1") == 200)

    def test_a_site_has_so_many_downloads(self, plane):
        with download(plane, "127.0.9.1") as (status, _):
            assert status == 200
            assert status_of_download(plane, "127.0.9.2") == 503
        wait_until(lambda: status_of_download(plane, "127.0.9.2") == 200)

    def test_a_download_that_has_ended_makes_room(self, plane):
        for _ in range(2 * MOST_FOR_ADDRESS):
            with download(plane, "127.0.1.3") as (status, wire):
                assert status == 200
                assert wire.count_body(FIRMWARE_BYTES) == FIRMWARE_BYTES

    def test_the_connection_of_a_download_is_kept(self, plane):
        with wire_to(plane, "127.0.1.4") as wire:
            for _ in range(2 * MOST_FOR_ADDRESS):
                wire.send(request("GET", FIRMWARE))
                assert wire.receive_head()[0] == 200
                assert wire.count_body(FIRMWARE_BYTES) == FIRMWARE_BYTES
            wire.send(request("GET", FILE))
            assert wire.receive().status == 200

    def test_slow_downloads_slow_nobody_and_take_little_memory(self, running, plane):
        slowest_report(plane, 20)
        before = resident_bytes(running, "plane worker")
        with ExitStack() as under_way:
            for number in range(MOST):
                source = f"127.0.2.{number // MOST_FOR_ADDRESS + 1}"
                status, wire = under_way.enter_context(download(plane, source))
                assert status == 200
                wire.count_body(1000)
            assert slowest_report(plane, 50) < 1.0
            assert resident_bytes(running, "plane worker") - before < 64 * MEGABYTE
            assert status_of_download(plane, "127.0.3.1") == 503
            assert status_of(plane, "HEAD", FIRMWARE) == 200
            assert status_of(plane, "GET", FIRMWARE, b"", "Range: bytes=0-4095") == 206
            assert status_of(plane, "GET", FILE) == 200
        wait_until(lambda: status_of_download(plane, "127.0.3.1") == 200)


class TestAtTheWebListener:
    def test_one_download_at_a_time_is_sent(self, web):
        with download(web) as (status, _):
            assert status == 200
            assert status_of_download(web, "127.0.4.1") == 503
            assert status_of(web, "GET", FIRMWARE, b"", "Range: bytes=0-4095") == 206
            assert status_of(web, "GET", FILE) == 200
        wait_until(lambda: status_of_download(web) == 200)

    def test_slow_downloads_and_a_storm_leave_the_pages_to_people(self, web):
        with ExitStack() as slow, ThreadPoolExecutor(16) as phones:
            for number in range(8):
                slow.enter_context(download(web, f"127.0.5.{number + 1}"))
            storm = phones.map(lambda _: status_of(web, "POST", KEEP_ALIVE, report()), range(400))
            assert slowest_page(web, 10) < BOUND_SECONDS
            assert set(storm) <= {200, 503}

    def test_slow_uploads_leave_the_pages_to_people(self, web):
        with ExitStack() as slow:
            for _ in range(12):
                wire = slow.enter_context(wire_to(web))
                wire.send(
                    b"POST %s HTTP/1.1\r\nHost: m\r\nContent-Length: 600\r\n\r\n{" % KEEP_ALIVE.encode()
                )
            assert slowest_page(web, 5) < BOUND_SECONDS

    def test_callers_that_say_nothing_leave_the_pages_to_people(self, web):
        with ExitStack() as silent:
            for _ in range(12):
                silent.enter_context(socket.create_connection(("127.0.0.1", web)))
            assert slowest_page(web, 5) < BOUND_SECONDS

    def test_when_the_storm_is_over_phones_are_served_again(self, web):
        wait_until(lambda: status_of(web, "POST", KEEP_ALIVE, report()) == 200)
