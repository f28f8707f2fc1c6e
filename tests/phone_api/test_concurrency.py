"""Two planes record the same phones at the same time, on a PostgreSQL that lets them."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import partial

import pytest
from sqlalchemy import event, func, select, text

from app.database import Database, make_engine
from app.errors import ConflictError
from app.models import Alarm, Device, DeviceStatus, PendingAction, PhoneUser
from app.phone_api.answering import PhoneApi
from app.phone_api.calls import prepare
from app.phone_api.messages import PhoneRequest
from app.services import approval, pending_actions, silence
from app.services import settings as system_settings
from app.services.approval import ApprovalRequest
from app.services.author import Author
from tests import factories
from tests.phone_api.doors import ADDRESS, ALERT, KEEP_ALIVE, PATIENCE_SECONDS, Phone
from tests.services.reporting import sweep

pytestmark = [
    pytest.mark.postgresql,
    pytest.mark.parametrize("database_kind", ["postgresql"], indirect=True),
]
ROUNDS = 6


@pytest.fixture
def planes(database_url, database, tmp_path):
    """Two of them, each with connections of its own."""
    databases = [Database(make_engine(database_url)) for _ in range(2)]
    yield [PhoneApi(each, tmp_path) for each in databases]
    for each in databases:
        each.reader.dispose()


def at_once(*orders):
    """Give orders to threads that begin together, and return what each of them returned."""
    barrier = threading.Barrier(len(orders))

    def begin(order):
        barrier.wait(PATIENCE_SECONDS)
        return order()

    with ThreadPoolExecutor(len(orders)) as threads:
        return list(threads.map(begin, orders))


def call_of(target, body):
    return prepare(PhoneRequest("POST", target, {}, json.dumps(body).encode(), ADDRESS))


def reports(numbers, status="registered", **members):
    phones = [Phone(None, None, f"00908f{number:06x}") for number in numbers]
    return [call_of(KEEP_ALIVE, phone.report_of(status, region="Acme", **members)) for phone in phones]


def test_the_same_phones_become_one_device_each(planes, stored, acme):
    for number in range(ROUNDS):
        numbers, user = range(number * 20, number * 20 + 20), f"user{number}@acme.com"
        recorded = at_once(
            partial(planes[0].record, reports(numbers, userId=user)),
            partial(planes[1].record, reports(reversed(numbers), userId=user)),
        )
        assert {answer.status for answers, _ in recorded for answer in answers} == {200}
    with stored() as session:
        assert session.scalar(select(func.count()).select_from(Device)) == ROUNDS * 20
        assert session.scalar(select(func.count()).where(DeviceStatus.device_id.is_not(None))) == ROUNDS * 20
        assert session.scalar(select(func.count()).where(~PhoneUser.is_system)) == ROUNDS


def test_users_that_come_in_different_orders_stop_nobody(planes, stored, acme):
    def batch(numbers):
        return [
            call for number in numbers for call in reports([number], userId=f"user{number % 10}@acme.com")
        ]

    recorded = at_once(
        lambda: planes[0].record(batch(range(20))), lambda: planes[1].record(batch(range(39, 19, -1)))
    )
    assert {answer.status for answers, _ in recorded for answer in answers} == {200}
    with stored() as session:
        assert session.scalar(select(func.count()).where(~PhoneUser.is_system)) == 10


def test_the_same_alarm_is_counted_as_often_as_it_was_sent(planes, stored):
    phone = Phone(None, None)
    planes[0].record([call_of(KEEP_ALIVE, phone.report_of())])
    alarm = [call_of(ALERT, {"alerts": [phone.alarm_of()]})]
    for _ in range(ROUNDS):
        answers = at_once(lambda: planes[0].record(alarm), lambda: planes[1].record(alarm))
        assert [answer.status for (answer,), _ in answers] == [200, 200]
    with stored() as session:
        assert session.scalars(select(Alarm)).one().count == 2 * ROUNDS


def test_an_action_is_handed_over_by_one_of_them(planes, stored, setting_up):
    (report,) = reports([1], "started")
    planes[0].record([report])
    for _ in range(ROUNDS):
        with setting_up() as session:
            pending_actions.add(
                session,
                "00908f000001",
                pending_actions.RESET,
                asked_by="alice",
                tenant_id=None,
                now=datetime.now(UTC),
            )
        answers = at_once(lambda: planes[0].record([report]), lambda: planes[1].record([report]))
        assert sorted(len(json.loads(answer.body)["requests"]) for (answer,), _ in answers) == [0, 1]
    with stored() as session:
        assert (
            session.scalars(select(PendingAction.id).where(PendingAction.handed_over_at.is_(None))).all()
            == []
        )


def hold(database, moment="commit"):
    """Hold up the next transaction of a database before its end; return what lets it go, and what tells it is there."""
    reached, opened = threading.Event(), threading.Event()

    def wait(_connection):
        reached.set()
        assert opened.wait(PATIENCE_SECONDS)

    event.listen(database.writer, moment, wait)
    return reached, opened


def waits_for_a_lock(session):
    waiting = text(
        "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    )
    return session.execute(waiting).scalar_one() > 0


def until_someone_waits(stored):
    for _ in range(PATIENCE_SECONDS * 100):
        with stored() as session:
            if waits_for_a_lock(session):
                return
        threading.Event().wait(0.01)
    pytest.fail("nobody waited for a lock")


def test_a_report_does_not_undo_an_approval_that_comes_between(planes, setting_up, stored, acme):
    planes[0].record(reports([1], "started", fwVersion="UC_2.0.13.121"))
    with setting_up() as session, ThreadPoolExecutor(1) as threads:
        request = ApprovalRequest(tenant_id=acme)
        approval.approve(session, "00908f000001", request, author=Author("alice"), now=datetime.now(UTC))
        report = threads.submit(planes[0].record, reports([1], "unregistered", fwVersion="UC_3.0"))
        until_someone_waits(stored)
        session.commit()
        ((answer,), _) = report.result(PATIENCE_SECONDS)
    assert answer.status == 200
    with stored() as session:
        row = session.get_one(DeviceStatus, "00908f000001")
        assert (row.device_id is not None, row.approval, row.status, row.firmware_version) == (
            True,
            "not_needed",
            "unregistered",
            "UC_3.0",
        )


def test_of_two_who_approve_a_phone_the_second_is_told(planes, setting_up, stored, acme):
    planes[0].record(reports([1], "started"))
    request = ApprovalRequest(tenant_id=acme)

    def approve():
        with setting_up() as session:
            approval.approve(session, "00908f000001", request, author=Author("alice"), now=datetime.now(UTC))

    def approve_or_say_why():
        try:
            approve()
        except ConflictError as error:
            return str(error)
        return "approved"

    answers = at_once(approve_or_say_why, approve_or_say_why)
    assert sorted(answers) == [
        "The phone 00908f000001 is a device already; there is nothing to approve.",
        "approved",
    ]


def test_the_sweep_leaves_a_phone_that_reports_at_that_moment(planes, setting_up, stored, database):
    now = datetime.now(UTC)
    timeout = system_settings_timeout(setting_up)
    with setting_up() as session:
        factories.make_heartbeat(session, beat_at=now, running_since=now - 3 * timeout)
        factories.make_status(session, mac="00908f000001", seen_at=now - 2 * timeout)
    reached, opened = hold(planes[0].database)
    with ThreadPoolExecutor(1) as threads:
        report = threads.submit(planes[0].record, reports([1], "registered"))
        assert reached.wait(PATIENCE_SECONDS)
        with setting_up() as session:
            assert sweep(session, now=now) == 0
        opened.set()
        report.result(PATIENCE_SECONDS)
    with setting_up() as session:
        assert sweep(session, now=now) == 0
        assert session.get_one(DeviceStatus, "00908f000001").status == "registered"


def system_settings_timeout(setting_up):
    with setting_up() as session:
        return system_settings.read(session).disconnected_timeout


def test_planes_that_start_together_make_one_heartbeat(setting_up):
    now = datetime.now(UTC)

    def beat():
        with setting_up() as session:
            silence.beat(session, now=now)

    at_once(beat, beat, beat)
    with setting_up() as session:
        assert silence.deadline(session, now=now) is None
