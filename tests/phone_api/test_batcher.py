"""The batcher: calls that come in together share a transaction, and each is answered after the commit."""

import asyncio
import json
import threading
from datetime import UTC, datetime

import pytest
from sqlalchemy import event, select, text

from app.models import Device, DeviceSeen, DeviceStatus, PhoneUser
from app.models.enums import Status
from app.phone_api import lane
from app.phone_api.answering import PhoneApi
from app.phone_api.batcher import Batcher
from app.phone_api.calls import prepare
from app.phone_api.messages import PhoneRequest
from app.services import presence
from tests.phone_api.doors import ADDRESS, KEEP_ALIVE, PATIENCE_SECONDS, Phone

ON_SQLITE = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)


class Gate:
    """Holds up the writer at each ``moment`` of its transactions until it is opened, and counts the commits."""

    def __init__(self, database, moment):
        self.commits = 0
        self.opened = threading.Event()
        self.reached = threading.Event()
        event.listen(database.writer, "commit", self._count)
        event.listen(database.writer, moment, self._hold)

    def _count(self, _connection):
        self.commits += 1

    def _hold(self, _connection):
        self.reached.set()
        assert self.opened.wait(PATIENCE_SECONDS)


@pytest.fixture
def api(database, tmp_path):
    return PhoneApi(database, tmp_path)


def phone_number(number):
    return Phone(None, None, f"00908f{number:06x}")


def call_of(phone, status="started", **members):
    body = json.dumps(phone.report_of(status, **members)).encode()
    return prepare(PhoneRequest("POST", KEEP_ALIVE, {}, body, ADDRESS))


async def begin(batcher, calls):
    """Let each call come in, one after the other, and return the answers that are still to come."""
    answers = []
    for call in calls:
        answers.append(asyncio.ensure_future(batcher.answer(call)))
        await asyncio.sleep(0)
    return answers


async def first_one_then_the_rest(batcher, gate, calls):
    """Let the first call begin a transaction, and the others come in while it is under way."""
    first = await begin(batcher, calls[:1])
    await asyncio.to_thread(gate.reached.wait, PATIENCE_SECONDS)
    return first + await begin(batcher, calls[1:])


@ON_SQLITE
def test_what_comes_in_while_a_transaction_is_under_way_shares_the_next_one(api, database, stored):
    gate = Gate(database, "begin")

    async def storm():
        batcher = Batcher(api)
        calls = [call_of(phone_number(number)) for number in range(21)]
        answers = await first_one_then_the_rest(batcher, gate, calls)
        gate.opened.set()
        return [answer.status for answer in await asyncio.gather(*answers)]

    assert asyncio.run(storm()) == [200] * 21
    assert gate.commits == 2
    with stored() as session:
        assert len(session.scalars(select(DeviceStatus)).all()) == 21


@ON_SQLITE
def test_a_batch_has_a_size_that_keeps_the_write_lock_short(api, database, monkeypatch):
    monkeypatch.setattr(lane, "MOST_IN_BATCH", 10)
    gate = Gate(database, "begin")

    async def storm():
        batcher = Batcher(api)
        calls = [call_of(phone_number(number)) for number in range(26)]
        answers = await first_one_then_the_rest(batcher, gate, calls)
        gate.opened.set()
        return [answer.status for answer in await asyncio.gather(*answers)]

    assert asyncio.run(storm()) == [200] * 26
    assert gate.commits == 1 + 3


def test_nobody_is_answered_before_the_commit(api, database):
    gate = Gate(database, "commit")

    async def report():
        batcher = Batcher(api)
        (answer,) = await begin(batcher, [call_of(phone_number(1))])
        await asyncio.to_thread(gate.reached.wait, PATIENCE_SECONDS)
        before = answer.done()
        gate.opened.set()
        return before, (await answer).status

    assert asyncio.run(report()) == (False, 200)


@ON_SQLITE
def test_who_comes_when_others_have_waited_too_long_is_told_when_to_try_again(api, database, monkeypatch):
    monkeypatch.setattr(lane, "LONGEST_WAIT_SECONDS", 0.0)
    gate = Gate(database, "begin")

    async def storm():
        calls = [call_of(phone_number(number)) for number in range(4)]
        answers = await first_one_then_the_rest(Batcher(api), gate, calls)
        gate.opened.set()
        return [answer.status for answer in await asyncio.gather(*answers)]

    assert asyncio.run(storm()) == [200, 200, 503, 503]


@ON_SQLITE
def test_who_comes_when_too_many_wait_is_told_when_to_try_again(api, database, monkeypatch):
    monkeypatch.setattr(lane, "MOST_WAITING", 5)
    gate = Gate(database, "begin")

    async def storm():
        batcher = Batcher(api)
        calls = [call_of(phone_number(number)) for number in range(9)]
        answers = await first_one_then_the_rest(batcher, gate, calls)
        gate.opened.set()
        return await asyncio.gather(*answers)

    answers = asyncio.run(storm())
    assert [answer.status for answer in answers] == [200] * 6 + [503] * 3
    assert int(answers[-1].headers["Retry-After"]) > 0
    assert b"Try again later." in answers[-1].body


def test_reports_of_one_phone_are_applied_in_the_order_in_which_they_came(api, database, stored, acme):
    gate = Gate(database, "begin")
    phone = phone_number(1)
    calls = [
        call_of(phone_number(2)),
        call_of(phone, "started", region="Acme"),
        call_of(phone, "registered", region="Acme", userId="anna@acme.com"),
        call_of(phone, "registered", region="Acme", userId="bob@acme.com", userName="Bob"),
        call_of(phone, "offline", region="Acme"),
        call_of(phone, "unregistered", region="Acme", userId="bob@acme.com", userName="Bob"),
    ]

    async def storm():
        answers = await first_one_then_the_rest(Batcher(api), gate, calls)
        gate.opened.set()
        return [answer.status for answer in await asyncio.gather(*answers)]

    assert asyncio.run(storm()) == [200] * 6
    assert gate.commits == 2
    with stored() as session:
        row = session.get_one(DeviceStatus, phone.mac)
        assert (row.status, row.user_id, row.user_name) == (Status.UNREGISTERED, "bob@acme.com", "Bob")
        assert session.scalars(select(Device)).one().phone_user.name == "bob@acme.com"
        names = session.scalars(
            select(PhoneUser.name).where(~PhoneUser.is_system).order_by(PhoneUser.id)
        ).all()
        assert names == ["anna@acme.com", "bob@acme.com"]


def refuse_phone(database, mac):
    """Let the database refuse the row of one phone."""
    with database.writer.begin() as connection:
        if connection.dialect.name == "sqlite":
            refusal = (
                f"CREATE TRIGGER refusal BEFORE INSERT ON device_status WHEN NEW.mac = '{mac}' "
                "BEGIN SELECT RAISE(ABORT, 'CHECK constraint failed: refused'); END"
            )
        else:
            refusal = f"ALTER TABLE device_status ADD CONSTRAINT refusal CHECK (mac <> '{mac}')"
        connection.execute(text(refusal))


def test_a_bad_row_fails_alone_and_the_others_are_committed(api, database, stored):
    refuse_phone(database, phone_number(3).mac)
    gate = Gate(database, "begin")

    async def storm():
        calls = [call_of(phone_number(number)) for number in range(6)]
        answers = await first_one_then_the_rest(Batcher(api), gate, calls)
        gate.opened.set()
        return [answer.status for answer in await asyncio.gather(*answers)]

    assert asyncio.run(storm()) == [200, 200, 200, 500, 200, 200]
    with stored() as session:
        macs = session.scalars(select(DeviceStatus.mac).order_by(DeviceStatus.mac)).all()
        assert macs == [phone_number(number).mac for number in (0, 1, 2, 4, 5)]


@ON_SQLITE
def test_a_phone_that_hangs_up_disturbs_no_other(api, database, stored):
    gate = Gate(database, "begin")

    async def storm():
        calls = [call_of(phone_number(number)) for number in range(3)]
        answers = await first_one_then_the_rest(Batcher(api), gate, calls)
        answers[1].cancel()
        gate.opened.set()
        return await asyncio.gather(*answers, return_exceptions=True)

    answers = asyncio.run(storm())
    assert [answers[0].status, type(answers[1]), answers[2].status] == [200, asyncio.CancelledError, 200]
    with stored() as session:
        assert len(session.scalars(select(DeviceStatus)).all()) == 3


def seen_at(stored, phone):
    with stored() as session:
        return presence.seen_at(session, phone.mac)


def test_the_last_contact_of_unchanged_reports_is_written_by_the_flush(api, stored):
    phone = phone_number(1)

    async def report_twice():
        batcher = Batcher(api)
        await batcher.answer(call_of(phone))
        first = seen_at(stored, phone)
        before = datetime.now(UTC)
        await batcher.answer(call_of(phone))
        unflushed = seen_at(stored, phone)
        await batcher.flush()
        return first, unflushed, before

    first, unflushed, before = asyncio.run(report_twice())
    assert unflushed == first
    assert seen_at(stored, phone) >= before


def test_while_phones_report_each_transaction_takes_the_last_contacts_before_it_along(
    api, database, stored, monkeypatch
):
    monkeypatch.setattr("app.phone_api.batcher.CARRIED_AFTER_SECONDS", 0.0)
    phone, gate = phone_number(1), Gate(database, "begin")
    gate.opened.set()

    async def report():
        batcher = Batcher(api)
        await batcher.answer(call_of(phone))
        before = datetime.now(UTC)
        await batcher.answer(call_of(phone))
        await batcher.answer(call_of(phone_number(2)))
        return before

    assert asyncio.run(report()) <= seen_at(stored, phone)
    assert gate.commits == 3


def test_a_last_contact_whose_transaction_fails_is_left_to_the_next(api, database, stored, monkeypatch):
    monkeypatch.setattr("app.phone_api.batcher.CARRIED_AFTER_SECONDS", 0.0)
    phone, other = phone_number(1), phone_number(2)
    refuse_phone(database, phone_number(3).mac)

    async def report():
        batcher = Batcher(api)
        for known in (phone, other):
            await batcher.answer(call_of(known))
        first, before = seen_at(stored, phone), datetime.now(UTC)
        for known in (phone, other):
            await batcher.answer(call_of(known))
        refused = await batcher.answer(call_of(phone_number(3)))
        failed = seen_at(stored, other)
        await batcher.answer(call_of(phone_number(4)))
        return refused.status, first, failed, before

    status, first, failed, before = asyncio.run(report())
    assert (status, first < before) == (500, True)
    assert failed < before  # what the refused report's transaction would have taken along
    assert before <= seen_at(stored, other)


@ON_SQLITE
def test_a_last_contact_that_cannot_be_written_is_kept_for_the_next_time(api, database, stored, caplog):
    phone = phone_number(1)

    def rename(table, name):
        with database.writer.begin() as connection:
            connection.execute(text(f"ALTER TABLE {table} RENAME TO {name}"))

    async def report_twice():
        batcher = Batcher(api)
        await batcher.answer(call_of(phone))
        first = seen_at(stored, phone)
        await batcher.answer(call_of(phone))
        rename("device_seen", "elsewhere")
        await batcher.flush()
        rename("elsewhere", "device_seen")
        kept = seen_at(stored, phone)
        await batcher.flush()
        return first, kept

    first, kept = asyncio.run(report_twice())
    assert kept == first
    assert seen_at(stored, phone) > first
    assert "could not write" in caplog.text


@ON_SQLITE
def test_closing_answers_what_waits_and_writes_what_is_left(api, database, stored):
    gate = Gate(database, "begin")
    phone = phone_number(1)

    async def storm():
        batcher = Batcher(api)
        answers = await first_one_then_the_rest(
            batcher, gate, [call_of(phone), call_of(phone), call_of(phone_number(2))]
        )
        closing = asyncio.ensure_future(batcher.close())
        await asyncio.sleep(0)
        gate.opened.set()
        await closing
        return [answer.done() and answer.result().status for answer in answers]

    assert asyncio.run(storm()) == [200, 200, 200]
    with stored() as session:
        first, second = session.scalars(select(DeviceSeen.seen_at).order_by(DeviceSeen.mac))
        assert first == second
