"""Trying again, being patient, and how connections are used."""

import asyncio
import socket
import ssl
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from simulator.fleet import Fleet
from simulator.options import Connections
from tests.simulator.play import options, play
from tests.simulator.protocol_server import KEEP_ALIVE, Fault, Manager

EMPTY = Fault(200)
CUT = Fault(None)
BUSY = Fault(503, b"busy", {"Retry-After": "0"})


@pytest.mark.parametrize("fault", [EMPTY, CUT, Fault(500, b"x"), Fault(503, b"x"), Fault(302, b"x")])
def test_report_is_sent_three_times_in_all(fault: Fault) -> None:
    async def story(manager: Manager) -> None:
        async with Fleet(options(manager)) as fleet:
            phone = fleet.phones[0]
            manager.fail_next(KEEP_ALIVE, fault, times=2)
            assert await phone.report()
            assert fleet.ledger.failures == {}
            manager.fail_next(KEEP_ALIVE, fault, times=3)
            assert not await phone.report()
            assert fleet.ledger.failures.total() == 1
            assert not phone.reporter.was_heard
        assert len(manager.heard) == 6
        assert fleet.summary().requests["report"].errors == 5

    play(story)


def test_failure_names_what_stood_in_the_way() -> None:
    async def story(manager: Manager) -> None:
        async with Fleet(options(manager)) as fleet:
            manager.fail_next(KEEP_ALIVE, EMPTY, times=3)
            await fleet.phones[0].report()
            manager.fail_next(KEEP_ALIVE, CUT, times=3)
            await fleet.phones[0].report()
        assert list(fleet.ledger.failures) == [
            "report: answered 200 with nothing in it",
            "report: no answer (HungUpError)",
        ]

    play(story)


def test_busy_manager_is_obeyed_without_using_up_the_tries() -> None:
    async def story(manager: Manager) -> None:
        async with Fleet(options(manager)) as fleet:
            manager.fail_next(KEEP_ALIVE, BUSY, times=7)
            assert await fleet.phones[0].report()
            figures = fleet.summary().requests["report"]
        assert (figures.count, figures.errors, figures.postponed) == (8, 0, 7)
        assert fleet.ledger.failures == {}

    play(story)


def test_manager_that_is_busy_for_ever_is_given_up() -> None:
    async def story(manager: Manager) -> None:
        async with Fleet(options(manager)) as fleet:
            manager.fail_next(KEEP_ALIVE, BUSY, times=1000)
            assert not await fleet.phones[0].report()
        assert fleet.ledger.failures == {"report: answered 503": 1}

    play(story)


def test_waiting_phone_leaves_its_slot_to_others() -> None:
    async def story(manager: Manager) -> None:
        async with Fleet(options(manager, phones=2, concurrency=1, reboot_time=timedelta(days=1))) as fleet:
            manager.waiting[fleet.phones[0].mac] = ['{"cmd": "reset"}']
            first = asyncio.create_task(fleet.phones[0].report())
            await manager.until(lambda: bool(manager.reports))
            assert await asyncio.wait_for(fleet.phones[1].report(), 30)
            assert not first.done()
            first.cancel()
            await asyncio.wait([first])

    play(story)


def test_nobody_at_home_is_a_failure_and_no_crash() -> None:
    async def story(manager: Manager) -> None:
        with socket.socket() as unused:
            unused.bind(("127.0.0.1", 0))
            port = unused.getsockname()[1]
        async with Fleet(options(manager, rest_url=f"http://127.0.0.1:{port}")) as fleet:
            await fleet.boot()
        assert "report: no answer (ConnectionRefusedError)" in fleet.ledger.failures

    play(story)


@pytest.mark.parametrize("url", ["nonsense", "//x", "ftp://mgr/", "http://[::1"])
def test_address_that_is_none_is_a_failure_and_no_crash(url: str) -> None:
    async def story(manager: Manager) -> None:
        async with Fleet(options(manager, rest_url=url)) as fleet:
            assert not await fleet.phones[0].report()
        assert fleet.ledger.failures.total() == 1

    play(story)


def test_file_without_end_is_not_taken_in() -> None:
    async def story(manager: Manager) -> None:
        manager.fail_next("/ipp/tenant", Fault(200, b"a=b\n" * 300_000), times=3)
        async with Fleet(options(manager)) as fleet:
            await fleet.boot()
        assert fleet.ledger.failures == {"first configuration file: more than 1048576 bytes": 1}

    play(story)


@pytest.mark.parametrize(
    ("connections", "fewest", "most"),
    [(Connections.ERRAND, 6, 6), (Connections.REQUEST, 42, 42), (Connections.SHARED, 1, 3)],
)
def test_connections_are_used_as_chosen(connections: Connections, fewest: int, most: int) -> None:
    async def story(manager: Manager) -> None:
        async with Fleet(options(manager, phones=6, connections=connections, concurrency=3)) as fleet:
            await fleet.boot()
        assert len(manager.heard) == 42
        assert fewest <= len({heard.peer for heard in manager.heard}) <= most

    play(story)


def test_phones_can_call_from_their_own_addresses() -> None:
    async def story(manager: Manager) -> None:
        networks = (IPv4Network("127.7.0.0/16"),)
        async with Fleet(options(manager, phones=3, own_addresses=True, networks=networks)) as fleet:
            await fleet.boot()
        assert {heard.peer[0] for heard in manager.heard} == {"127.7.0.1", "127.7.0.2", "127.7.0.3"}
        assert {report["ip"] for report in manager.reports} == {"127.7.0.1", "127.7.0.2", "127.7.0.3"}

    play(story)


def certificate(folder: Path) -> Path:
    """A certificate for 127.0.0.1 that signed itself, with its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "manager")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))]), critical=False
        )
        .sign(key, hashes.SHA256())
    )
    file = folder / "manager.pem"
    file.write_bytes(
        made.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return file


def test_https_is_spoken_with_managers_that_are_trusted_and_no_others(tmp_path: Path) -> None:
    file = certificate(tmp_path)
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(file)

    async def settled(manager: Manager, **trust: Any) -> bool:
        async with Fleet(options(manager, **trust)) as fleet:
            await fleet.boot()
        return fleet.is_settled

    async def story() -> None:
        async with Manager(tls) as manager:
            assert await settled(manager, ca_file=file)
            assert await settled(manager, verifies_certificates=False)
            heard = len(manager.heard)
            assert not await settled(manager)
            assert len(manager.heard) == heard

    asyncio.run(story())
