"""Which scheduler sends to which destination, what becomes of messages, and when an alarm says that they do not get
through."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from app.models import Alarm, Delivery, Destination, GroupedNotice
from app.models.enums import DeliveryState, DestinationKind
from app.rules.alarms.catalogue import DELIVERY_FAILING
from app.security.tenant_scope import ALL_TENANTS
from app.services.destinations import keeping
from app.services.notices import delivery_log, engine_identity, outbox
from app.services.notices.outbox import Outcome
from app.transaction import writing
from tests.factories import NOW
from tests.services.noticing import ALICE, SECONDS, make_alarms, make_destination, put, tell, wish

ON_SQLITE = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
MINUTES = timedelta(minutes=1)
LATER = NOW + MINUTES
SENT = Outcome(is_sent=True, answer="250 2.0.0 Ok: queued as 1")
DEAD = Outcome(is_sent=False, answer="127.0.0.1, port 25: it refuses connections.")
REFUSED = Outcome(is_sent=False, answer="550 no such user", is_of_message=True)


def fill(session, number=1, kind=DestinationKind.SYSLOG, name="Operations", **changed):
    destination = make_destination(session, kind, name, **changed)
    put(session, destination, make_alarms(session, number))
    assert tell(session, LATER) == number
    return destination


def claim(session, *, owner="one", now=LATER, room=10, with_snmp=True):
    ids = outbox.find_due(session, with_snmp=with_snmp, now=now)
    return outbox.claim(session, ids, owner=owner, room=room, with_snmp=with_snmp, now=now)


def note(session, delivery, outcome, *, owner="one", now=LATER):
    return outbox.note(session, delivery.id, outcome, owner=owner, chance=0.5, now=now)


def the_alarm(session):
    session.expire_all()
    return session.scalar(select(Alarm).where(Alarm.name == DELIVERY_FAILING.title))


class TestClaiming:
    def test_messages_come_in_their_order_to_one_scheduler(self, session):
        fill(session, 3)
        (claimed,) = claim(session)
        assert [delivery.id for delivery in claimed.deliveries] == sorted(
            session.scalars(select(Delivery.id))
        )
        assert claim(session, owner="two") == []
        for delivery in claimed.deliveries:
            assert note(session, delivery, SENT)
        outbox.let_go(session, claimed.destination.id, owner="one")
        assert claim(session, owner="two", now=LATER + SECONDS) == []
        assert {delivery.state for delivery in session.scalars(select(Delivery))} == {DeliveryState.SENT}

    @pytest.mark.parametrize(
        "database_kind", ["postgresql"], indirect=True
    )  # SQLite has one writer at a time
    @pytest.mark.postgresql
    def test_two_that_look_at_once_do_not_get_the_same(self, database):
        with writing(database, ALL_TENANTS) as session:
            fill(session, 1)
            fill(session, 1, name="Others")
        with writing(database, ALL_TENANTS) as first, writing(database, ALL_TENANTS) as second:
            ids = outbox.find_due(first, with_snmp=True, now=LATER)
            claimed = [
                outbox.claim(each, ids, owner=name, room=1, with_snmp=True, now=LATER)
                for each, name in ((first, "one"), (second, "two"))
            ]
        names = [each.destination.name for (each,) in claimed]
        assert sorted(names) == ["Operations", "Others"]

    def test_what_a_scheduler_leaves_when_it_is_killed_is_sent_by_another(self, session):
        fill(session, 3)
        (left,) = claim(session)
        note(session, left.deliveries[0], SENT)
        much_later = LATER + outbox.LEASE + SECONDS
        (taken,) = claim(session, owner="two", now=much_later)
        # The second may have been sent, and is sent again; the first is noted, the third was never begun.
        assert [each.id for each in taken.deliveries] == [each.id for each in left.deliveries[1:]]
        assert not note(session, left.deliveries[1], SENT, owner="one", now=much_later)

    @ON_SQLITE
    def test_snmp_is_for_the_one_that_leads(self, session):
        fill(session, 1, DestinationKind.SNMP)
        assert claim(session, with_snmp=False) == []
        assert len(claim(session, with_snmp=True)) == 1

    @ON_SQLITE
    def test_no_more_leaves_in_a_minute_than_the_destination_takes(self, session):
        fill(session, 5, rate_per_minute="2")
        (first,) = claim(session)
        assert len(first.deliveries) == 2
        for delivery in first.deliveries:
            note(session, delivery, SENT)
        outbox.let_go(session, first.destination.id, owner="one")
        assert claim(session, now=LATER + 30 * SECONDS) == []
        (second,) = claim(session, now=LATER + 61 * SECONDS)
        assert len(second.deliveries) == 2

    @ON_SQLITE
    def test_nothing_leaves_to_a_destination_that_is_off_but_a_test(self, session):
        destination = fill(session)
        keeping.switch(session, destination, is_enabled=False, author=ALICE, now=NOW)
        assert claim(session) == []
        test = keeping.send_test(session, destination, author=ALICE, now=LATER)
        (claimed,) = claim(session)
        assert [delivery.id for delivery in claimed.deliveries] == [test.id]


class TestFailing:
    def test_it_is_tried_ever_more_seldom_until_it_is_given_up(self, session):
        destination = fill(session, give_up_after_hours="1")
        now, waits = LATER, []
        while claimed := claim(session, now=now):
            ((delivery,),) = (each.deliveries for each in claimed)
            assert not note(session, delivery, DEAD, now=now)
            outbox.let_go(session, destination.id, owner="one")
            if delivery.next_try_at is None:
                break
            waits.append((delivery.next_try_at - now).total_seconds())
            now = delivery.next_try_at
        assert waits == [10, 20, 40, 80, 160, 320, 640, 900, 900]
        assert (delivery.state, delivery.answer) == (DeliveryState.GIVEN_UP, DEAD.answer)

    def test_an_alarm_says_so_after_three_tries_and_ends_when_it_works_again(self, session):
        destination, now = fill(session), LATER
        for _ in range(3):
            assert the_alarm(session) is None
            (claimed,) = claim(session, now=now)
            note(session, claimed.deliveries[0], DEAD, now=now)
            outbox.let_go(session, destination.id, owner="one")
            now += 5 * MINUTES
        alarm = the_alarm(session)
        assert (alarm.info1, alarm.cleared_at) == ("Operations", None)
        assert alarm.text == f"Messages to Operations cannot be delivered: {DEAD.answer}"
        # A rule that routes every alarm to it does not fill the outbox of the dead destination with this one.
        assert put(session, destination, [alarm]) == 0
        (claimed,) = claim(session, now=now)
        note(session, claimed.deliveries[0], SENT, now=now)
        assert the_alarm(session).cleared_at == now
        assert (destination.failures, destination.last_error) == (0, "")

    @ON_SQLITE
    def test_a_dead_destination_rests_and_one_refused_message_holds_up_no_other(self, session):
        fill(session, 2)
        (claimed,) = claim(session)
        first, second = claimed.deliveries
        assert note(session, first, REFUSED)
        assert not note(session, second, DEAD)
        outbox.let_go(session, claimed.destination.id, owner="one")
        assert claim(session, now=LATER + 5 * SECONDS) == []

    @ON_SQLITE
    def test_what_never_got_its_turn_is_given_up_in_time(self, session):
        destination = fill(session, give_up_after_hours="1")
        late = LATER + 61 * MINUTES
        assert outbox.find_too_late(session, now=LATER) == []
        assert outbox.give_up(session, outbox.find_too_late(session, now=late), now=late) == 1
        session.expire_all()
        (delivery,) = session.scalars(select(Delivery))
        assert (delivery.state, delivery.answer) == (DeliveryState.GIVEN_UP, "It could not be sent in time.")
        delivery_log.try_again(session, delivery, now=late)
        assert len(claim(session, now=late)) == 1
        assert destination.failures == 0

    @ON_SQLITE
    def test_a_change_tries_again_at_once_and_ends_the_alarm(self, session):
        destination, now = fill(session), LATER
        for _ in range(3):
            (claimed,) = claim(session, now=now)
            note(session, claimed.deliveries[0], DEAD, now=now)
            outbox.let_go(session, destination.id, owner="one")
            now += 5 * MINUTES
        other = wish(DestinationKind.SYSLOG, "Renamed", host="192.0.2.1")
        keeping.change(session, destination, other, author=ALICE, now=now)
        assert the_alarm(session).cleared_at == now
        assert len(claim(session, now=now)) == 1


class TestTests:
    @ON_SQLITE
    def test_a_test_is_tried_once_and_fails_nobody(self, session):
        destination = make_destination(session)
        test = keeping.send_test(session, destination, author=ALICE, now=LATER)
        (claimed,) = claim(session)
        note(session, test, DEAD)
        outbox.let_go(session, claimed.destination.id, owner="one")
        assert (test.state, test.answer) == (DeliveryState.GIVEN_UP, DEAD.answer)
        assert (destination.failures, the_alarm(session)) == (0, None)
        assert claim(session, now=LATER + 60 * MINUTES) == []


def test_a_destination_goes_with_all_that_waits_for_it(session):
    destination = fill(session, 2)
    keeping.remove(session, destination, author=ALICE, now=NOW)
    for model in (Destination, Delivery, GroupedNotice):
        assert session.scalars(select(model)).all() == []


@ON_SQLITE
def test_the_engine_is_the_same_for_ever_and_begins_anew_each_time(session):
    assert engine_identity.known_engine_id(session) == ""
    (first, one), (second, two) = engine_identity.begin(session), engine_identity.begin(session)
    assert (first, one, two) == (second, 1, 2)
    assert engine_identity.known_engine_id(session) == first
    assert len(bytes.fromhex(first)) == 13
