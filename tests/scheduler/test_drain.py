"""A scheduler works off an operation with real requests to simulated phones, each at its own address."""

import asyncio
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest

from app.database import Database
from app.models import Device, Operation, PendingAction
from app.models.enums import Action, Approval, Subject, TargetState, Way
from app.scheduler.drain import Drain
from app.security.tenant_scope import ALL_TENANTS
from app.services.operations.calls import Ports
from app.services.operations.targets import Chosen
from app.transaction import reading, writing
from simulator.web_pages import Manner, WebPages
from tests.factories import make_device, make_firmware, make_placeholder, make_status, make_tenant
from tests.services.operating import begin, targets_of
from tests.services.rolling_out import rolled_out

PATIENCE_SECONDS = 30.0
S = TargetState


@dataclass
class Desk:
    """A phone that notes what it is asked."""

    mac: str
    is_on: bool = True
    web_credentials: tuple[str, str] = ("admin", "1234")
    status_page: str = "<status></status>"
    obeyed: list[str] = field(default_factory=list)

    def obey(self, command: str) -> None:
        self.obeyed.append(command)


@contextmanager
def served(desks: dict[str, Desk], manners: dict[str, Manner]) -> Iterator[int]:
    """Serve the phones' pages in a thread of its own; the port."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    pages = WebPages(desks, manners, slowness=0.3)
    port = asyncio.run_coroutine_threadsafe(pages.open("0.0.0.0", 0), loop).result()
    try:
        yield port
    finally:
        asyncio.run_coroutine_threadsafe(pages.close(), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


@contextmanager
def draining(database: Database, port: int) -> Iterator[None]:
    drain = Drain(database, Ports(http=port, may_be_here=True))
    drain.start()
    try:
        yield
    finally:
        drain.stop()


def wait_until(condition) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < deadline
        threading.Event().wait(0.05)


@pytest.fixture
def phones(database: Database) -> dict[str, Desk]:
    """Six phones of a tenant on this machine, by their addresses."""
    with writing(database, ALL_TENANTS) as session:
        tenant = make_tenant(session, "Initech", subnet="127.4.0.0/16")
        desks = {}
        for number in range(1, 7):
            device, ip = make_device(session, tenant=tenant), f"127.4.0.{number}"
            make_status(session, device=device, ip=ip, external_ip=ip)
            desks[ip] = Desk(device.mac)
        return desks


def start(database: Database, phones: dict[str, Desk], action: Action, **more: object) -> int:
    with writing(database, ALL_TENANTS) as session:
        return begin(session, list(phones.values()), action, **more).id


def outcome(database: Database, operation_id: int) -> dict[str, tuple[TargetState, Way | None]]:
    with reading(database, ALL_TENANTS) as session:
        operation = session.get_one(Operation, operation_id)
        return {target.key: (target.state, target.way) for target in targets_of(session, operation)}


def test_each_phone_is_asked_once_and_who_cannot_be_is_told_with_its_report(
    database: Database, phones: dict[str, Desk]
) -> None:
    away, slow, *_ = phones
    operation_id = start(database, phones, Action.RESTART)
    with served(phones, {away: Manner.AWAY, slow: Manner.SLOW}) as port, draining(database, port):
        wait_until(
            lambda: (
                not {S.WAITING, S.CLAIMED, S.SENDING}
                & {state for state, _ in outcome(database, operation_id).values()}
            )
        )
    found = outcome(database, operation_id)
    assert found.pop(phones[away].mac) == (S.QUEUED, Way.KEEP_ALIVE)
    assert set(found.values()) == {(S.SENT, Way.DIRECT)}
    assert [desk.obeyed for desk in phones.values()] == [[]] + [["reset"]] * 5
    with reading(database, ALL_TENANTS) as session:
        assert [action.mac for action in session.query(PendingAction)] == [phones[away].mac]


def test_a_status_check_is_confirmed_by_the_answer(database: Database, phones: dict[str, Desk]) -> None:
    operation_id = start(database, phones, Action.CHECK_STATUS, batch=100)
    with served(phones, {}) as port, draining(database, port):
        wait_until(lambda: set(outcome(database, operation_id).values()) == {(S.CONFIRMED, Way.DIRECT)})


def test_two_schedulers_share_the_work(database: Database, phones: dict[str, Desk]) -> None:
    operation_id = start(database, phones, Action.RESTART, batch=1)
    with served(phones, {}) as port, draining(database, port), draining(database, port):
        wait_until(lambda: set(outcome(database, operation_id).values()) == {(S.SENT, Way.DIRECT)})
    assert [desk.obeyed for desk in phones.values()] == [["reset"]] * 6


def test_what_needs_no_phone_is_done_here(database: Database, phones: dict[str, Desk]) -> None:
    operation_id = start(database, phones, Action.GENERATE)
    with draining(database, 1):
        wait_until(lambda: set(outcome(database, operation_id).values()) == {(S.CONFIRMED, Way.HERE)})


def test_waiting_phones_are_approved_and_called_with_what_they_left_the_factory_with(
    database: Database,
) -> None:
    ips = [f"127.4.0.{number}" for number in (1, 2)]
    desks = {ip: Desk(f"00908f00000{place}") for place, ip in enumerate(ips)}
    with writing(database, ALL_TENANTS) as session:
        tenant = make_tenant(session, "Initech", subnet="127.4.0.0/16")
        make_placeholder(session, "IPPhonePassword", "of its file", tenant_id=tenant.id)
        for ip, desk in desks.items():
            make_status(session, mac=desk.mac, tenant=tenant, approval=Approval.NEEDED, ip=ip, external_ip=ip)
        chosen = Chosen(Subject.DEVICES, [desk.mac for desk in desks.values()])
        options = {"tenant_id": tenant.id, "vlan_mode": ""}
        operation_id = begin(session, [], Action.APPROVE, chosen=chosen, options=options).id
    with served(desks, {}) as port, draining(database, port):
        wait_until(lambda: set(outcome(database, operation_id).values()) == {(S.SENT, Way.DIRECT)})
    assert [desk.obeyed for desk in desks.values()] == [["reset"]] * 2
    with reading(database, ALL_TENANTS) as session:
        assert session.query(Device).count() == 2


def test_a_phone_that_cannot_be_reached_is_tried_again_where_the_operation_does_so(
    database: Database, phones: dict[str, Desk], tmp_path: Path
) -> None:
    away, *others = phones
    with writing(database, ALL_TENANTS) as session:
        firmware = make_firmware(session, tmp_path, "new.img")
        options = {"firmware_id": firmware.id}
    operation_id = start(
        database, phones, Action.FIRMWARE, batch=100, deadline=timedelta(days=1), options=options
    )
    with served(phones, {away: Manner.AWAY}) as port, draining(database, port):
        wait_until(
            lambda: (
                not {S.WAITING, S.CLAIMED, S.SENDING}
                & {state for state, _ in outcome(database, operation_id).values()}
            )
        )
        assert outcome(database, operation_id)[phones[away].mac] == (S.POSTPONED, None)
    assert {state for state, _ in outcome(database, operation_id).values()} == {S.POSTPONED, S.SENT}
    assert all(phones[address].obeyed for address in others)


def test_two_schedulers_begin_no_phone_of_a_later_wave(
    database: Database, phones: dict[str, Desk], tmp_path: Path
) -> None:
    with writing(database, ALL_TENANTS) as session:
        firmware = make_firmware(session, tmp_path, "new.img")
        options = {"firmware_id": firmware.id}
    operation_id = start(
        database, phones, Action.FIRMWARE, batch=100, roll_out=rolled_out("2, rest"), options=options
    )
    with served(phones, {}) as port, draining(database, port), draining(database, port):
        wait_until(lambda: sum(state is S.SENT for state, _ in outcome(database, operation_id).values()) == 2)
        with writing(database, ALL_TENANTS) as session:
            session.get_one(Operation, operation_id).open_wave = 2
        wait_until(lambda: {state for state, _ in outcome(database, operation_id).values()} == {S.SENT})
    assert [len(desk.obeyed) for desk in phones.values()] == [1] * 6
