"""A scheduler sends what waits in the outbox to real receivers, each destination by itself."""

import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update

from app.database import Database
from app.models import Delivery, Destination
from app.models.enums import DeliveryState, DestinationKind, NoticeReason
from app.rendering.notices.webhook import DELIVERY_HEADER, SIGNATURE_HEADER, signature_of
from app.scheduler.chores import EventTelling
from app.scheduler.courier import Courier
from app.security.tenant_scope import ALL_TENANTS
from app.services.destinations import keeping
from app.services.notices import telling
from app.transaction import reading, writing
from tests.receivers import Authority, mail_server, make_authority, trap_receiver, until, web_server
from tests.services.happenings import happens
from tests.services.noticing import ALICE, end, make_alarms, make_destination, put

MAIL, SNMP, WEBHOOK, SYSLOG, EVENTS = DestinationKind
ON_SQLITE = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return make_authority(tmp_path_factory.mktemp("authority"))


@contextmanager
def sending(database: Database, *, leads: bool = True) -> Iterator[None]:
    courier = Courier(database, leads=lambda: leads, looks_every=0.05)
    courier.start()
    try:
        yield
    finally:
        courier.stop()


def now() -> datetime:
    return datetime.now(UTC)


def tell(session, *, hours: int = 1) -> int:
    later = now() + timedelta(hours=hours)
    number = telling.tell(session, telling.find_due(session, now=later), now=later)
    for delivery in session.scalars(select(Delivery).where(Delivery.created_at == later)):
        delivery.next_try_at = now()
    return number


def states(database: Database) -> list[DeliveryState]:
    with reading(database, ALL_TENANTS) as session:
        return list(session.scalars(select(Delivery.state).order_by(Delivery.id)))


def all_sent(database: Database) -> bool:
    return set(states(database)) == {DeliveryState.SENT}


def test_an_outage_of_500_phones_is_one_message_to_each_and_so_is_its_end(database, authority):
    with mail_server(tls=authority, auth=True) as mail, web_server(authority) as hook:
        with writing(database, ALL_TENANTS) as session:
            made = [
                make_destination(
                    session, MAIL, "Mail", port=str(mail.port), host="localhost", user="anna", password="secret",
                    certificates=authority.text,
                ),
                make_destination(
                    session, WEBHOOK, "Hook", url=f"https://localhost:{hook.port}/", certificates=authority.text
                ),
            ]  # fmt: skip
            alarms = make_alarms(session, 500)
            for destination in made:
                put(session, destination, alarms, now=now())
            assert tell(session) == 2
        with sending(database):
            until(lambda: all_sent(database))
            with writing(database, ALL_TENANTS) as session:
                end(session, alarms, now())
                for destination in made:
                    put(session, destination, alarms, NoticeReason.CLEAR, now=now())
                assert tell(session, hours=2) == 2
            until(lambda: all_sent(database))
    subjects = [each["Subject"] for each in mail.mails]
    assert subjects == [
        "[CRITICAL] IPPhone Register Failure: 500 phones, emea/Berlin",
        "[CLEARED] IPPhone Register Failure: 500 phones, emea/Berlin",
    ]
    assert len({each["References"] for each in mail.mails}) == 1
    assert [(said["status"], said["told_alarms"]) for said in hook.said] == [
        ("firing", 500),
        ("resolved", 500),
    ]


@ON_SQLITE
def test_a_dead_destination_holds_up_no_other_and_its_message_stays(database):
    with web_server(None) as hook:
        with writing(database, ALL_TENANTS) as session:
            alarms = make_alarms(session, 1)
            dead = make_destination(session, WEBHOOK, "A dead one", url="http://localhost:9/", secret="")
            alive = make_destination(
                session, WEBHOOK, "Alive", url=f"http://localhost:{hook.port}/", secret=""
            )
            for destination in (dead, alive):
                put(session, destination, alarms, now=now())
            tell(session)
        with sending(database):
            until(lambda: states(database) == [DeliveryState.FAILED, DeliveryState.SENT])
    with reading(database, ALL_TENANTS) as session:
        failed = session.scalars(select(Delivery).order_by(Delivery.id)).first()
        assert failed.answer.startswith("localhost cannot be reached")
        assert failed.next_try_at > now()
        destination = session.get_one(Destination, dead.id)
        assert (destination.failures, destination.owner) == (1, "")


@ON_SQLITE
def test_only_the_one_that_leads_sends_snmp_and_all_of_it_arrives(database, tmp_path):
    with trap_receiver(tmp_path) as snmptrapd:
        with writing(database, ALL_TENANTS) as session:
            destination = make_destination(
                session, SNMP, port=str(snmptrapd.port), host="localhost", community="s3cret-community"
            )
            put(session, destination, make_alarms(session, 30), now=now())
            assert tell(session) == 30
            syslog = make_destination(session, SYSLOG, "Tests", host="localhost", transport="udp", port="9")
            test = keeping.send_test(session, syslog, author=ALICE, now=now())
        with sending(database, leads=False):
            # The test is sent by whoever comes first; by then the traps would have been as well.
            until(lambda: state_of(database, test.id) is not DeliveryState.WAITING)
        assert Counter(states(database))[DeliveryState.WAITING] == 30
        with sending(database):
            until(lambda: DeliveryState.WAITING not in states(database))
        until(lambda: len(snmptrapd.traps) == 30)
    assert Counter(states(database))[DeliveryState.SENT] >= 30


def state_of(database: Database, delivery_id: int) -> DeliveryState:
    with reading(database, ALL_TENANTS) as session:
        return session.get_one(Delivery, delivery_id).state


def test_killed_between_sending_and_noting_sends_one_message_twice_and_loses_none(database, database_url):
    with web_server(None) as hook:
        with writing(database, ALL_TENANTS) as session:
            url = f"http://localhost:{hook.port}/"
            destination = make_destination(session, WEBHOOK, url=url, secret="")
            for number in range(3):
                delivery = keeping.send_test(
                    session, destination, author=ALICE, now=now() - timedelta(seconds=number)
                )
                delivery.is_test = False
        words = [sys.executable, "-m", "tests.scheduler.courier_process", database_url]
        hook.hold()
        process = subprocess.Popen(words)
        try:
            until(lambda: hook.bodies)
        finally:
            # It has sent the first message, and waits for the answer that it would note.
            process.kill()
            process.wait()
        hook.go_on()
        with writing(database, ALL_TENANTS) as session:
            assert {each.state for each in session.scalars(select(Delivery))} == {DeliveryState.WAITING}
            session.execute(update(Destination).values(lease_until=now() - timedelta(seconds=1)))
        with sending(database):
            until(lambda: all_sent(database))
    came = Counter(said["delivery"] for said in hook.said)
    assert sorted(came.values()) == [1, 1, 2]


def test_events_reach_a_receiver_over_https_signed_and_in_their_order(database, authority):
    with web_server(authority) as hook:
        with writing(database, ALL_TENANTS) as session:
            made = make_destination(
                session, EVENTS, "CMDB", url=f"https://localhost:{hook.port}/hooks", topics="users",
                certificates=authority.text, secret="signing-secret",
            )  # fmt: skip
            keeping.send_test(session, made, author=ALICE, now=now())
        telling_events = EventTelling()
        with sending(database):
            until(lambda: len(hook.bodies) == 1)
            for number in range(3):
                with writing(database, ALL_TENANTS) as session:
                    happens(session, f"user {number}")
            until(lambda: _told(database, telling_events))
            until(lambda: set(states(database)) == {DeliveryState.SENT})
    test, *messages = hook.said
    assert (test["number"], test["events"][0]["type"]) == (0, "test")
    assert [message["number"] for message in messages] == list(range(1, len(messages) + 1))
    events = [event for message in messages for event in message["events"]]
    assert [event["subject"] for event in events] == ["user 0", "user 1", "user 2"]
    for body, headers in zip(hook.bodies, hook.seen, strict=True):
        signed_at = int(headers[SIGNATURE_HEADER].split(",")[0].removeprefix("t="))
        assert headers[SIGNATURE_HEADER] == signature_of(body, "signing-secret", at=signed_at)
    assert [headers[DELIVERY_HEADER] for headers in hook.seen[1:]] == [each["delivery"] for each in messages]


def _told(database: Database, telling_events: EventTelling) -> bool:
    """Do what the leader does each second; say whether all was told."""
    with reading(database, ALL_TENANTS) as session:
        ids = telling_events.find(session, now())
    if ids:
        with writing(database, ALL_TENANTS) as session:
            telling_events.tell(session, ids, now())
    with reading(database, ALL_TENANTS) as session:
        told = [delivery.payload for delivery in session.scalars(select(Delivery).where(~Delivery.is_test))]
    return sum(len(payload["events"]) for payload in told) == 3
