"""What rules make of alarms, from the phone's word to the notice for a destination (rules 3.3, 5)."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from app.models import (
    Alarm,
    AlarmChange,
    Destination,
    EscalationStep,
    GroupedNotice,
    NoticeGroup,
    Outage,
    RuleHits,
)
from app.models.enums import (
    AlarmDeed,
    DestinationKind,
    NoticeFate,
    NoticeReason,
    RuleKind,
    Severity,
    SourceKind,
)
from app.security.tenant_scope import ALL_TENANTS, only_tenants, scope_of, set_scope
from app.services import alarm_search
from app.services.alarm_rules import outlook
from app.services.alarms import deeds, due, outages, rearming, recording
from app.services.alarms.deeds import Deed, Order
from app.services.author import Author
from app.services.notices import telling
from app.services.rule_sets import activation, drafts, reading
from tests import factories
from tests.factories import NOW
from tests.services.rule_writing import activate, changing, open_draft
from tests.services.statements import Statements
from tests.services.test_alarms import REGISTRATION, clear, make_alert

ON_SQLITE = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
MINUTE = timedelta(minutes=1)
TITLE = "IPPhone Register Failure"
ROUTE = {"does": "forward", "at_least": "info", "destinations": "NOC"}
WINDOW = {"when": "once", "begins": "2026-01-01T00:00", "ends": "2026-01-01T00:00", "stops_clock": "yes"}
OUTAGE = {"by": "site", "severity": "critical", "percent": "25", "phones": "20", "ends_after": "5"}
STEPS = {
    "step1_after": "15",
    "step1_severity": "",
    "step2_after": "30",
    "step2_severity": "critical",
    "step2_destinations": "NOC",
    "step2_assigns_to": "Anna",
    "step3_severity": "",
    "step4_severity": "",
    "stops_on_acknowledge": "yes",
    "cancels": "yes",
}


@pytest.fixture
def noc(session):
    """A destination for everything."""
    row = Destination(name="NOC", kind=DestinationKind.MAIL, settings={}, rate_per_minute=60, created_at=NOW)
    session.add(row)
    session.flush()
    return row


@pytest.fixture
def site(session):
    return factories.make_site(session, "Berlin", tenant=factories.make_tenant(session, "emea"))


@pytest.fixture
def phone(session, site):
    """A phone in Berlin."""
    device = factories.make_device(session, site=site)
    return factories.make_status(session, device=device).mac


def window(begins=NOW, ends=NOW + 60 * MINUTE, **more):
    return {**WINDOW, "begins": begins.isoformat(), "ends": ends.isoformat(), **more}


def send(session, *alerts, now=NOW):
    recording.record(session, alerts, now=now)


def fail(session, mac, *, now=NOW, severity=Severity.MAJOR, name=REGISTRATION):
    send(session, make_alert(name, mac=mac, severity=severity), now=now)


def settle(session, now):
    """What the scheduler does every few seconds."""
    session.expire_all()
    found = outages.find(session, now=now)
    outages.settle(session, found, now=now)
    return due.settle(session, due.find_due(session, now=now), now=now)


def alarm_of(session, mac=None):
    wanted = select(Alarm).order_by(Alarm.id.desc()).limit(1)
    wanted = wanted.where(Alarm.mac == mac) if mac is not None else wanted
    return session.scalars(wanted.execution_options(populate_existing=True)).one()


def notices(session, *fates):
    """The reasons of the notices with these fates, in order."""
    wanted = select(GroupedNotice.reason).order_by(GroupedNotice.id)
    return session.scalars(wanted.where(GroupedNotice.fate.in_(fates or (NoticeFate.WAITING,)))).all()


def lines(session, mac=None):
    """What the timeline of a phone's alarm tells: deed, old, new, note."""
    told = (
        select(AlarmChange).where(AlarmChange.alarm_id == alarm_of(session, mac).id).order_by(AlarmChange.id)
    )
    return [(each.deed, each.old, each.new, each.note) for each in session.scalars(told)]


def tell_all(session, now):
    """Let whatever is due leave, as the scheduler does, and return how many messages it was."""
    session.expire_all()
    return telling.tell(session, telling.find_due(session, now=now), now=now)


def test_without_rules_nothing_is_asked_and_nothing_is_written(session, phone):
    # The phone's row, that there are no rules, what stands, what ended just now, the alarm, and the phone's digest.
    assert Statements(session).of(session, lambda: fail(session, phone)) == 6
    alarm = alarm_of(session)
    assert (alarm.suppressed_until, alarm.transitions, alarm.holds, alarm.group_key) == (None, None, 0, "")


class TestRoute:
    def test_a_raised_alarm_is_told_by_the_first_rule_that_matches(self, session, phone, noc):
        activate(session, RuleKind.ROUTE, ("severity >= critical", ROUTE), ("tenant = emea", ROUTE))
        fail(session, phone)

        assert notices(session) == [NoticeReason.RAISE]
        (group,) = session.scalars(select(NoticeGroup)).all()
        assert (group.destination_id, group.due_at) == (noc.id, NOW + timedelta(seconds=30))
        assert lines(session) == [(AlarmDeed.NOTIFY, "raise", "NOC", 'rule 2 "tenant = emea"')]
        assert session.scalars(select(RuleHits.hits)).all() == [1]

    @pytest.mark.usefixtures("noc")
    def test_repeats_and_what_is_over_are_told_once(self, session, phone):
        activate(session, RuleKind.ROUTE, ("", ROUTE))
        for minute in range(3):
            fail(session, phone, now=NOW + minute * MINUTE)
        send(session, clear(mac=phone), now=NOW + 3 * MINUTE)

        assert notices(session) == [NoticeReason.RAISE, NoticeReason.CLEAR]

    @pytest.mark.usefixtures("noc")
    def test_a_rule_that_prevents_stops_those_after_it_and_says_so(self, session, phone):
        prevent = {"does": "prevent", "at_least": "info"}
        activate(session, RuleKind.ROUTE, ("model = 430HD", prevent), ("", ROUTE))
        fail(session, phone)

        assert notices(session) == []
        assert lines(session) == [(AlarmDeed.PREVENT, "raise", "", 'rule 1 "model = 430HD"')]

    @pytest.mark.usefixtures("noc")
    def test_rules_after_one_that_continues_are_asked_as_well(self, session, phone):
        activate(session, RuleKind.ROUTE, ("", {**ROUTE, "continues": "yes"}), ("", ROUTE), ("", ROUTE))
        fail(session, phone)

        assert notices(session) == [NoticeReason.RAISE, NoticeReason.RAISE]

    @pytest.mark.usefixtures("noc")
    def test_below_its_severity_and_for_other_happenings_a_rule_says_nothing(self, session, phone):
        activate(
            session,
            RuleKind.ROUTE,
            ("", {**ROUTE, "at_least": "critical"}),
            ("", {**ROUTE, "on": "acknowledge"}),
        )
        fail(session, phone)
        assert notices(session) == []

        acknowledge(session, NOW + MINUTE)
        assert notices(session) == [NoticeReason.ACKNOWLEDGE]


def acknowledge(session, now, deed=Deed.ACKNOWLEDGE):
    order = Order(deed=deed)
    deeds.do(session, [alarm_of(session).id], order, author=Author("alice", "10.0.0.1"), now=now)
    session.expire_all()


@pytest.mark.usefixtures("noc")
class TestSuppress:
    def test_nobody_is_told_in_a_window_and_afterwards_of_what_still_stands(self, session, phone):
        activate(session, RuleKind.SUPPRESS, ("site = Berlin", window(hides="yes", reason="new switches")))
        activate(session, RuleKind.ROUTE, ("", ROUTE))
        fail(session, phone)
        assert notices(session) == []
        assert lines(session)[0] == (
            AlarmDeed.SUPPRESS,
            "",
            (NOW + 60 * MINUTE).isoformat(timespec="seconds"),
            'rule 1 "site = Berlin": new switches',
        )
        alarm = alarm_of(session)
        assert (alarm.is_hidden, alarm.next_due_at) == (True, NOW + 60 * MINUTE)

        assert settle(session, NOW + 59 * MINUTE) == 0
        assert settle(session, NOW + 60 * MINUTE) == 1
        assert notices(session) == [NoticeReason.RAISE]
        assert (alarm_of(session).is_hidden, alarm_of(session).suppressed_by) == (False, "")

    def test_what_was_over_in_the_window_is_not_raised_afterwards(self, session, phone):
        activate(session, RuleKind.SUPPRESS, ("", window()))
        activate(session, RuleKind.ROUTE, ("", ROUTE))
        fail(session, phone)
        send(session, clear(mac=phone), now=NOW + MINUTE)
        settle(session, NOW + 60 * MINUTE)

        assert NoticeReason.RAISE not in notices(session)

    def test_a_window_that_ends_as_another_begins_goes_on(self, session, phone):
        later = window(NOW + 60 * MINUTE, NOW + 90 * MINUTE)
        activate(session, RuleKind.SUPPRESS, ("", window()), ("", later))
        activate(session, RuleKind.ROUTE, ("", ROUTE))
        fail(session, phone)
        settle(session, NOW + 60 * MINUTE)

        assert notices(session) == []
        assert alarm_of(session).suppressed_until == NOW + 90 * MINUTE

    def test_escalation_waits_for_the_end_of_the_window(self, session, phone):
        activate(session, RuleKind.ESCALATE, ("", STEPS))
        fail(session, phone)
        activate(session, RuleKind.SUPPRESS, ("", window(NOW + 10 * MINUTE, NOW + 70 * MINUTE)))
        fail(session, phone, now=NOW + 10 * MINUTE, severity=Severity.MINOR)
        assert alarm_of(session).escalates_at is None

        settle(session, NOW + 70 * MINUTE)
        assert alarm_of(session).escalates_at == NOW + 75 * MINUTE


@pytest.mark.usefixtures("noc")
class TestFlap:
    @pytest.mark.parametrize(("wait", "told_meanwhile"), [("30", 0), ("20", 1)])
    def test_forty_changes_in_twenty_minutes_are_at_most_two_messages(
        self, session, phone, wait, told_meanwhile
    ):
        activate(session, RuleKind.FLAP, ("", {}))
        activate(session, RuleKind.ROUTE, ("", {**ROUTE, "wait": wait}))
        messages = 0
        for number in range(40):
            now = NOW + number * MINUTE / 2
            if number % 2:
                send(session, clear(mac=phone), now=now)
            else:
                fail(session, phone, now=now)
            settle(session, now)
            messages += tell_all(session, now + timedelta(seconds=20))
        fail(session, phone, now=NOW + 20 * MINUTE)
        assert messages == told_meanwhile
        assert alarm_of(session).flaps_until == NOW + 35 * MINUTE
        assert [deed for deed, *_ in lines(session)].count(AlarmDeed.FLAP) == 1

        settle(session, NOW + 35 * MINUTE)
        assert notices(session) == [NoticeReason.RAISE]
        assert tell_all(session, NOW + 36 * MINUTE) == 1
        assert alarm_of(session).flaps_until is None

    def test_one_that_is_quiet_because_it_is_over_is_told_as_over(self, session, phone):
        activate(session, RuleKind.FLAP, ("", {"changes": "4"}))
        activate(session, RuleKind.ROUTE, ("", ROUTE))
        for number in range(4):
            now = NOW + number * MINUTE
            send(session, clear(mac=phone), now=now) if number % 2 else fail(session, phone, now=now)
        assert notices(session) == []

        settle(session, NOW + 18 * MINUTE)
        assert notices(session) == [NoticeReason.CLEAR]


class TestCorrelate:
    @pytest.fixture(autouse=True)
    def rules(self, session, noc):
        del noc  # which the rules name
        activate(session, RuleKind.CORRELATE, (f'alarm = "{TITLE}"', OUTAGE))
        activate(session, RuleKind.ROUTE, ("", {**ROUTE, "wait": "0"}))

    def phones(self, session, site, number):
        devices = [factories.make_device(session, site=site) for _ in range(number)]
        return [factories.make_status(session, device=device).mac for device in devices]

    def parent(self, session):
        wanted = select(Alarm).where(Alarm.source_kind == SourceKind.GROUP)
        return session.scalars(wanted.execution_options(populate_existing=True)).one()

    @ON_SQLITE
    def test_an_outage_of_five_hundred_phones_is_told_once(self, session, site):
        macs = self.phones(session, site, 500)
        for first in range(0, 500, 50):
            now = NOW + timedelta(seconds=first // 50)
            send(
                session,
                *(make_alert(mac=mac, severity=Severity.MAJOR) for mac in macs[first : first + 50]),
                now=now,
            )
            settle(session, now + timedelta(milliseconds=500))
            tell_all(session, now + timedelta(milliseconds=600))
        settle(session, NOW + MINUTE)
        tell_all(session, NOW + MINUTE)

        assert notices(session, NoticeFate.TOLD) == [NoticeReason.RAISE]
        assert notices(session, NoticeFate.WAITING) == []
        parent = self.parent(session)
        assert (parent.source, parent.severity, parent.name) == (
            "Tenant/emea/Site/Berlin",
            Severity.CRITICAL,
            TITLE,
        )
        assert outlook.count_children(session, [parent]) == {parent.id: 500}

    def test_an_outage_ends_when_few_phones_are_left_and_those_are_told(self, session, site):
        macs = self.phones(session, site, 20)
        send(session, *(make_alert(mac=mac) for mac in macs[:5]))
        settle(session, NOW)
        parent = self.parent(session)
        assert notices(session) == [NoticeReason.RAISE]
        assert session.scalars(select(Outage.ends_below)).all() == [2]

        send(session, *(clear(mac=mac) for mac in macs[:4]), now=NOW + MINUTE)
        settle(session, NOW + MINUTE)
        settle(session, NOW + 5 * MINUTE)
        assert self.parent(session).is_active
        settle(session, NOW + 6 * MINUTE)
        assert not self.parent(session).is_active
        settle(session, NOW + 6 * MINUTE)
        left = alarm_of(session, macs[4])
        assert (left.parent_id, left.is_active) == (None, True)
        waiting = select(GroupedNotice.reason).where(
            GroupedNotice.fate == NoticeFate.WAITING, GroupedNotice.alarm_id.in_((parent.id, left.id))
        )
        assert sorted(session.scalars(waiting)) == ["clear", "raise", "raise"]

    def test_fewer_phones_or_a_site_of_four_are_no_outage(self, session, site):
        macs = self.phones(session, site, 40)
        send(session, *(make_alert(mac=mac) for mac in macs[:9]))
        small = factories.make_site(session, "Bonn", tenant=site.tenant)
        send(session, *(make_alert(mac=mac) for mac in self.phones(session, small, 4)))
        settle(session, NOW)

        assert session.scalar(select(func.count()).select_from(Outage)) == 0
        assert len(notices(session)) == 13
        send(session, make_alert(mac=macs[9]), now=NOW + 9 * MINUTE)
        settle(session, NOW + 9 * MINUTE)
        assert session.scalar(select(func.count()).select_from(Outage)) == 1

    def test_who_fails_while_the_outage_stands_joins_it(self, session, site):
        macs = self.phones(session, site, 20)
        send(session, *(make_alert(mac=mac) for mac in macs[:5]))
        settle(session, NOW)
        fail(session, macs[6], now=NOW + 30 * MINUTE)

        assert alarm_of(session, macs[6]).parent_id == self.parent(session).id
        assert [(deed, note) for deed, _, _, note in lines(session, macs[6])] == [
            (AlarmDeed.JOIN, f'rule 1 "alarm = "{TITLE}""')
        ]
        assert notices(session) == [NoticeReason.RAISE]


class TestEscalate:
    @pytest.fixture(autouse=True)
    def rules(self, session, noc):
        del noc  # which the rules name
        activate(session, RuleKind.ESCALATE, ("", STEPS))

    def test_each_step_is_taken_once_at_its_time(self, session, phone):
        fail(session, phone)
        assert alarm_of(session).next_due_at == NOW + 15 * MINUTE
        settle(session, NOW + 15 * MINUTE)
        settle(session, NOW + 16 * MINUTE)
        assert (alarm_of(session).level, notices(session)) == (1, [])
        settle(session, NOW + 31 * MINUTE)
        settle(session, NOW + 32 * MINUTE)

        alarm = alarm_of(session)
        assert (alarm.level, alarm.severity, alarm.assigned_to) == (2, Severity.CRITICAL, "Anna")
        assert notices(session) == [NoticeReason.ESCALATE]
        steps = select(EscalationStep.step).order_by(EscalationStep.step)
        assert session.scalars(steps).all() == [0, 1]
        assert lines(session)[1] == (
            AlarmDeed.ESCALATE,
            "major",
            "critical",
            'Step 2 of rule 1 "everything"; assigned to Anna.',
        )

    def test_what_it_was_raised_to_stays_until_it_is_over_which_is_told(self, session, phone):
        fail(session, phone)
        settle(session, NOW + 15 * MINUTE)
        settle(session, NOW + 30 * MINUTE)
        fail(session, phone, now=NOW + 31 * MINUTE, severity=Severity.MINOR)
        assert alarm_of(session).severity is Severity.CRITICAL

        send(session, clear(mac=phone), now=NOW + 32 * MINUTE)
        assert notices(session) == [NoticeReason.ESCALATE, NoticeReason.CANCEL]
        assert alarm_of(session).next_due_at is None

    def test_who_acknowledges_stops_the_clock_and_it_begins_anew_afterwards(self, session, phone):
        fail(session, phone)
        acknowledge(session, NOW + 10 * MINUTE)
        assert alarm_of(session).escalates_at is None
        acknowledge(session, NOW + 20 * MINUTE, Deed.UNACKNOWLEDGE)
        assert alarm_of(session).escalates_at == NOW + 35 * MINUTE

    def test_on_the_shelf_nobody_is_told_and_the_clock_stands(self, session, phone):
        activate(session, RuleKind.ROUTE, ("", ROUTE))
        fail(session, phone)
        order = Order(deed=Deed.SHELVE, until=NOW + 60 * MINUTE)
        deeds.do(session, [alarm_of(session).id], order, author=Author("alice", ""), now=NOW + 10 * MINUTE)
        assert notices(session) == []
        assert alarm_of(session).escalates_at is None

        settle(session, NOW + 60 * MINUTE)
        assert notices(session) == [NoticeReason.RAISE]
        assert alarm_of(session).escalates_at == NOW + 65 * MINUTE

    def test_another_rule_takes_over_where_it_becomes_active(self, session, phone):
        fail(session, phone)
        before = rearming.active_versions(session)
        activate(session, RuleKind.ESCALATE, ("severity >= major", {**STEPS, "step1_after": "5"}))
        assert rearming.active_versions(session) != before
        # What the first rule began goes on with it as long as it is there.
        standing = rearming.find_standing(session)
        assert rearming.rearm(session, standing, now=NOW + MINUTE) == 0

        draft = open_draft(session, RuleKind.ESCALATE)
        drafts.remove(session, changing(draft), reading.rows_of(session, draft.id)[1].key)
        activation.activate(session, changing(draft))
        assert rearming.rearm(session, standing, now=NOW + 2 * MINUTE) == 1
        session.expire_all()
        assert alarm_of(session).escalates_at == NOW + 7 * MINUTE


@pytest.mark.usefixtures("noc")
class TestOtherRules:
    """What becomes of alarms that stand when other rules become active."""

    def without(self, session, kind, position=0):
        """Let a list be active without one of its rules, and everything be asked anew."""
        draft = open_draft(session, kind)
        drafts.remove(session, changing(draft), reading.rows_of(session, draft.id)[position].key)
        activation.activate(session, changing(draft))

    def test_a_suppression_whose_rule_is_gone_ends_and_what_stands_is_told(self, session, phone):
        activate(session, RuleKind.SUPPRESS, ("", window(hides="yes")))
        activate(session, RuleKind.ROUTE, ("", ROUTE))
        fail(session, phone)
        self.without(session, RuleKind.SUPPRESS)
        assert rearming.rearm(session, rearming.find_standing(session), now=NOW + MINUTE) == 1

        assert notices(session) == [NoticeReason.RAISE]
        assert alarm_of(session).is_hidden is False

    def test_an_outage_whose_rule_is_gone_ends(self, session, site):
        activate(session, RuleKind.CORRELATE, ("", OUTAGE))
        devices = [factories.make_device(session, site=site) for _ in range(6)]
        macs = [factories.make_status(session, device=device).mac for device in devices]
        send(session, *(make_alert(mac=mac) for mac in macs))
        settle(session, NOW)
        parent_id = alarm_of(session, macs[0]).parent_id
        assert parent_id is not None

        self.without(session, RuleKind.CORRELATE)
        settle(session, NOW + MINUTE)
        assert alarm_of(session, macs[0]).parent_id is None
        assert not session.get_one(Alarm, parent_id, populate_existing=True).is_active

    def test_alarms_without_escalation_get_one_whose_clock_begins_then(self, session, phone):
        fail(session, phone)
        activate(session, RuleKind.ESCALATE, ("", STEPS))
        rearming.rearm(session, rearming.find_standing(session), now=NOW + 60 * MINUTE)

        assert alarm_of(session).escalates_at == NOW + 75 * MINUTE
        assert rearming.rearm(session, rearming.find_standing(session), now=NOW + 61 * MINUTE) == 0


@pytest.mark.usefixtures("noc")
def test_an_operator_of_a_tenant_has_a_destination_of_the_system_told(session, site, phone):
    activate(session, RuleKind.ROUTE, ("", {**ROUTE, "on": "acknowledge"}))
    fail(session, phone)
    set_scope(session, only_tenants([site.tenant_id]))
    acknowledge(session, NOW + MINUTE)
    scope = scope_of(session)
    set_scope(session, ALL_TENANTS)

    assert notices(session) == [NoticeReason.ACKNOWLEDGE]
    assert not scope.is_everything


def test_what_a_rule_hides_is_neither_listed_nor_counted(session, phone):
    activate(session, RuleKind.SUPPRESS, ("", window(hides="yes")))
    fail(session, phone)
    assert alarm_search.count_active(session) == {}
    suppressed = alarm_search.AlarmFilter(state=alarm_search.OperatorState.SUPPRESSED)
    assert len(alarm_search.search(session, suppressed, number=1, size=5).rows) == 1


@pytest.mark.usefixtures("noc")
class TestRepeats:
    """Rules that ask how often an alarm came are asked when it comes that often, though nothing else has changed."""

    def repeat(self, session, mac, times):
        for number in range(times):
            fail(session, mac, now=NOW + number * MINUTE)
            session.expire_all()

    def test_an_escalation_begins_with_the_fifth(self, session, phone):
        activate(session, RuleKind.ESCALATE, ("count >= 5", STEPS))
        self.repeat(session, phone, 4)
        assert alarm_of(session).escalates_at is None
        fail(session, phone, now=NOW + 4 * MINUTE)
        assert alarm_of(session).escalates_at == NOW + 19 * MINUTE
        fail(session, phone, now=NOW + 5 * MINUTE)
        assert alarm_of(session).escalates_at == NOW + 19 * MINUTE

    def test_a_route_tells_of_the_fifth_once_and_others_nothing_again(self, session, phone):
        everything = {**ROUTE, "continues": "yes"}
        activate(session, RuleKind.ROUTE, ("severity >= major", everything), ("count >= 5", ROUTE))
        self.repeat(session, phone, 4)
        assert notices(session) == [NoticeReason.RAISE]
        fail(session, phone, now=NOW + 4 * MINUTE)
        fail(session, phone, now=NOW + 5 * MINUTE)
        assert notices(session) == [NoticeReason.RAISE] * 2
        assert [note for deed, _, _, note in lines(session) if deed is AlarmDeed.NOTIFY] == [
            'rule 1 "severity >= major"',
            'rule 2 "count >= 5"',
        ]

    def test_nothing_is_asked_of_other_repeats(self, session, phone):
        activate(session, RuleKind.ROUTE, ("count >= 5", ROUTE))
        self.repeat(session, phone, 2)
        plain = Statements(session).of(session, lambda: fail(session, phone, now=NOW + 2 * MINUTE))
        activate(session, RuleKind.ESCALATE, ("count >= 4", STEPS))
        asked = Statements(session).of(session, lambda: fail(session, phone, now=NOW + 3 * MINUTE))
        assert asked > plain


class TestStragglers:
    """Phones whose alarms are raised while an outage begins are part of it, and are not told before that is known."""

    @pytest.fixture(autouse=True)
    def rules(self, session, noc):
        del noc  # which the rules name
        activate(session, RuleKind.CORRELATE, ("", OUTAGE))
        activate(session, RuleKind.ROUTE, ("", {**ROUTE, "wait": "0"}))

    def test_one_that_nobody_saw_joins_with_the_next_look(self, session, site):
        macs = [
            factories.make_status(session, device=factories.make_device(session, site=site)).mac
            for _ in range(20)
        ]
        send(session, *(make_alert(mac=mac) for mac in macs[:6]))
        settle(session, NOW)
        straggler = alarm_of(session, macs[0])
        straggler.parent_id = None  # as another transaction would have left it, which did not see the outage
        session.flush()
        settle(session, NOW + timedelta(seconds=5))
        assert alarm_of(session, macs[0]).parent_id is not None
        assert session.scalar(select(func.count()).select_from(Outage)) == 1

    def test_the_message_of_the_outage_does_not_tell_of_those_that_wait(self, session, site):
        macs = [
            factories.make_status(session, device=factories.make_device(session, site=site)).mac
            for _ in range(20)
        ]
        send(session, *(make_alert(mac=mac) for mac in macs[:5]))
        fail(session, macs[5], now=NOW + timedelta(seconds=1))
        (group,) = session.scalars(select(NoticeGroup)).all()
        group.due_at = NOW + timedelta(seconds=2)  # as the alarm of the outage has it, which does not wait
        session.flush()
        assert tell_all(session, NOW + timedelta(seconds=2)) == 0
        session.refresh(group)
        assert group.due_at == NOW + timedelta(seconds=15)
        assert tell_all(session, NOW + timedelta(seconds=16)) == 1
        assert notices(session, NoticeFate.WAITING) == []
