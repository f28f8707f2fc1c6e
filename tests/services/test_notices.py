"""Notices collect in groups, and groups become deliveries."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from app.models import Alarm, GroupedNotice, NoticeGroup
from app.models.enums import DestinationKind, NoticeFate, NoticeReason, Severity
from app.rules.alarms.catalogue import DELIVERY_FAILING
from app.services.alarms.own import OwnAlarm, raise_own
from app.services.notices import putting, retention
from app.services.notices.putting import Group
from tests import factories
from tests.factories import NOW
from tests.services.noticing import (
    LATER,
    SECONDS,
    deliveries,
    end,
    make_alarms,
    make_destination,
    messages,
    put,
    tell,
)
from tests.services.statements import Statements

ON_SQLITE = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
HOURS = timedelta(hours=1)
EACH = pytest.mark.parametrize("kind", [DestinationKind.SNMP, DestinationKind.SYSLOG])


def fates(session):
    session.expire_all()
    return session.scalars(select(GroupedNotice.fate).order_by(GroupedNotice.id)).all()


class TestPutting:
    def test_the_same_step_is_put_once(self, session):
        destination, alarms = make_destination(session), make_alarms(session, 2)
        assert [put(session, destination, alarms) for _ in range(2)] == [2, 0]
        assert put(session, destination, alarms, step="raise/2") == 2

    def test_a_step_is_not_told_again_after_it_was_told(self, session):
        destination, alarms = make_destination(session), make_alarms(session, 1)
        put(session, destination, alarms)
        assert tell(session) == 1
        assert put(session, destination, alarms) == 0
        assert tell(session, LATER + 24 * HOURS) == 1  # that it is still so

    def test_many_take_as_many_statements_as_one(self, session):
        destination = make_destination(session)
        alarms = make_alarms(session, 41)
        statements = Statements(session)
        own = [Group(rule_key="rule", key=str(number)) for number in range(3)]
        one = statements.of(session, lambda: put(session, destination, alarms[:1], group=own[0]))
        many = statements.of(session, lambda: put(session, destination, alarms[1:], group=own[1]))
        # Each alarm's row is read by the test itself.
        assert many - 40 == one - 1

    @ON_SQLITE
    def test_nothing_is_put_for_a_destination_that_is_off_or_gone(self, session):
        destination, alarms = make_destination(session, is_enabled=False), make_alarms(session, 1)
        assert put(session, destination, alarms) == 0
        destination.id += 1
        session.expunge(destination)
        assert put(session, destination, alarms) == 0

    @ON_SQLITE
    def test_a_tenants_destination_hears_of_that_tenant_only(self, session):
        (ours,), (theirs,) = make_alarms(session, 1), make_alarms(session, 1)
        destination = make_destination(session, tenant_id=ours.tenant_id)
        assert put(session, destination, [ours, theirs]) == 1
        assert session.scalars(select(GroupedNotice.alarm_id)).all() == [ours.id]

    @ON_SQLITE
    def test_no_destination_is_told_of_its_own_failing(self, session):
        failing, other = make_destination(session), make_destination(session, name="Others")
        raise_own(session, [OwnAlarm(kind=DELIVERY_FAILING, qualifier=failing.name)], now=NOW)
        alarms = session.scalars(select(Alarm)).all()
        assert [put(session, failing, alarms), put(session, other, alarms)] == [0, 1]

    @ON_SQLITE
    def test_what_waits_is_taken_back_and_stays_so(self, session):
        destination, alarms = make_destination(session), make_alarms(session, 2)
        put(session, destination, alarms)
        assert putting.withdraw(session, [alarms[0].id]) == 1
        assert put(session, destination, alarms) == 0
        assert tell(session) == 1
        assert [alarm.id for alarm in messages(session)[0].alarms] == [alarms[1].id]
        assert fates(session) == [NoticeFate.WITHDRAWN, NoticeFate.TOLD]


class TestTimes:
    @ON_SQLITE
    def test_a_group_waits_for_others_and_then_for_its_interval(self, session):
        destination, alarms = make_destination(session), make_alarms(session, 3)
        put(session, destination, alarms[:1], now=NOW)
        put(session, destination, alarms[1:2], now=NOW + 20 * SECONDS)
        assert [tell(session, NOW + 29 * SECONDS), tell(session, NOW + 30 * SECONDS)] == [0, 1]
        put(session, destination, alarms[2:], now=NOW + 40 * SECONDS)
        assert [tell(session, NOW + 329 * SECONDS), tell(session, NOW + 330 * SECONDS)] == [0, 1]
        assert [message.told for message in messages(session)] == [2, 1]

    @ON_SQLITE
    def test_what_is_urgent_takes_the_others_along(self, session):
        destination, alarms = make_destination(session), make_alarms(session, 2)
        slow = Group(rule_key="rule", wait=timedelta(minutes=10))
        put(session, destination, alarms[:1], group=slow)
        put(session, destination, alarms[1:], group=Group(rule_key="rule", wait=timedelta(0)))
        assert tell(session, NOW) == 1
        assert messages(session)[0].told == 2

    @ON_SQLITE
    def test_it_is_said_again_that_an_alarm_stands_until_somebody_takes_it(self, session):
        destination, alarms = make_destination(session), make_alarms(session, 2)
        put(session, destination, alarms)
        tell(session, LATER)
        assert [tell(session, LATER + 3 * HOURS), tell(session, LATER + 4 * HOURS)] == [0, 1]
        again = messages(session)[-1]
        assert (again.reason, again.told, again.phones) == (NoticeReason.REPEAT, 2, 2)
        session.execute(update(Alarm).values(acknowledged_at=NOW))
        assert tell(session, LATER + 8 * HOURS) == 0
        end(session, alarms)
        assert tell(session, LATER + 12 * HOURS) == 0
        assert session.scalars(select(NoticeGroup.due_at)).all() == [None]


class TestTogether:
    def test_an_outage_is_one_message_and_its_end_another(self, session):
        destination = make_destination(session, DestinationKind.WEBHOOK)
        alarms = make_alarms(session, 120, severity=Severity.CRITICAL)
        put(session, destination, alarms)
        assert tell(session) == 1
        end(session, alarms)
        put(session, destination, alarms, NoticeReason.CLEAR)
        assert tell(session, LATER + HOURS) == 1
        raised, cleared = messages(session)
        assert (raised.told, raised.phones, raised.active, raised.severity) == (
            120,
            120,
            120,
            Severity.CRITICAL,
        )
        assert (len(raised.alarms), raised.not_listed, raised.is_resolved) == (100, 20, False)
        assert (cleared.told, cleared.active, cleared.severity) == (120, 0, Severity.CLEARED)
        assert cleared.is_resolved
        assert cleared.group_key == raised.group_key
        assert [delivery.subject for delivery in deliveries(session)] == [
            "[CRITICAL] IPPhone Register Failure: 120 phones, emea/Berlin",
            "[CLEARED] IPPhone Register Failure: 120 phones, emea/Berlin",
        ]

    @ON_SQLITE
    def test_a_parent_stands_for_its_phones(self, session):
        destination, (parent,) = make_destination(session), make_alarms(session, 1, mac="")
        put(session, destination, [parent], phones=500)
        tell(session)
        assert (
            deliveries(session)[0].subject == "[CRITICAL] IPPhone Register Failure: 500 phones, emea/Berlin"
        )

    @ON_SQLITE
    def test_one_alarm_has_its_phone_in_the_subject_and_a_link(self, session):
        destination, (alarm,) = make_destination(session), make_alarms(session, 1)
        put(session, destination, [alarm])
        tell(session)
        (delivery,) = deliveries(session)
        assert delivery.subject == f"[CRITICAL] IPPhone Register Failure: {alarm.mac}, emea/Berlin"
        assert delivery.alarm_id == alarm.id
        assert messages(session)[0].link.endswith(f"/alarms/{alarm.id}/")

    @ON_SQLITE
    def test_what_was_over_before_it_was_told_is_not_told(self, session):
        destination, alarms = make_destination(session), make_alarms(session, 2)
        put(session, destination, alarms)
        end(session, alarms[:1])
        put(session, destination, alarms[:1], NoticeReason.CLEAR)
        assert tell(session) == 1
        assert [alarm.id for alarm in messages(session)[0].alarms] == [alarms[1].id]
        assert fates(session) == [NoticeFate.NEEDLESS, NoticeFate.TOLD, NoticeFate.NEEDLESS]

    @ON_SQLITE
    def test_an_end_is_told_to_who_knew_of_the_beginning_only(self, session):
        destination, alarms = make_destination(session), make_alarms(session, 1)
        end(session, alarms)
        put(session, destination, alarms, NoticeReason.CLEAR)
        assert tell(session) == 0

    @ON_SQLITE
    def test_what_a_message_says_is_kept_as_it_was(self, session):
        destination, (alarm,) = make_destination(session), make_alarms(session, 1, text="before")
        factories.make_device(session, mac=alarm.mac, display_name="Lobby", serial_number="AC123")
        put(session, destination, [alarm])
        tell(session)
        alarm.text = "after"
        session.flush()
        (told,) = messages(session)[0].alarms
        assert (told.text, told.device_name, told.serial_number) == ("before", "Lobby", "AC123")
        assert told.place == f"{alarm.tenant.name}/Berlin"

    @ON_SQLITE
    def test_nothing_leaves_once_a_destination_is_off(self, session):
        destination, alarms = make_destination(session), make_alarms(session, 1)
        put(session, destination, alarms)
        destination.is_enabled = False
        assert tell(session) == 0
        assert fates(session) == [NoticeFate.NEEDLESS]


class TestEach:
    @EACH
    def test_each_alarm_has_a_message_of_its_own(self, session, kind):
        destination, alarms = make_destination(session, kind), make_alarms(session, 3)
        put(session, destination, alarms)
        assert tell(session) == 3
        end(session, alarms[:2])
        put(session, destination, alarms[:2], NoticeReason.CLEAR)
        assert tell(session, LATER + HOURS) == 2
        told = messages(session)
        assert [len(message.alarms) for message in told] == [1] * 5
        assert [message.alarms[0].is_active for message in told] == [True] * 3 + [False] * 2
        assert {delivery.alarm_id for delivery in deliveries(session)} == {alarm.id for alarm in alarms}

    @ON_SQLITE
    def test_who_keeps_a_list_is_told_neither_of_acknowledgements_nor_again(self, session):
        destination, alarms = make_destination(session, DestinationKind.SYSLOG), make_alarms(session, 1)
        put(session, destination, alarms)
        tell(session)
        put(session, destination, alarms, NoticeReason.ACKNOWLEDGE)
        assert [tell(session, LATER + HOURS), tell(session, LATER + 9 * HOURS)] == [0, 0]

    @ON_SQLITE
    def test_a_type_without_an_identifier_is_a_trap_with_a_base_only(self, session):
        plain = make_destination(session, DestinationKind.SNMP, "Plain")
        based = make_destination(session, DestinationKind.SNMP, "Based", oid_base="1.3.6.1.4.1.99999.1")
        alarms = make_alarms(session, 1, name="Phone Disconnected")
        put(session, plain, alarms)
        put(session, based, alarms)
        assert tell(session) == 1
        assert deliveries(session)[0].destination_id == based.id


@ON_SQLITE
def test_old_rows_go_but_those_that_say_who_knows_of_an_active_alarm(session):
    destination, alarms = make_destination(session), make_alarms(session, 2)
    put(session, destination, alarms, group=Group(rule_key="rule", repeat=timedelta(0)))
    tell(session)
    end(session, alarms[:1])
    session.execute(update(GroupedNotice).values(at=NOW))
    much_later = NOW + timedelta(days=31)
    for delivery in deliveries(session):
        delivery.next_try_at = None
    session.flush()
    old = retention.find_old_deliveries(session, now=much_later)
    assert retention.drop_deliveries(session, old, now=much_later) == 1
    notices = retention.find_old_notices(session, now=much_later)
    assert retention.drop_notices(session, notices, now=much_later) == 1
    assert retention.find_empty_groups(session, now=much_later) == []
    end(session, alarms)
    retention.drop_notices(session, retention.find_old_notices(session, now=much_later), now=much_later)
    groups = retention.find_empty_groups(session, now=much_later)
    assert retention.drop_groups(session, groups, now=much_later) == 1
