"""What operators do to alarms: of many as of one, harmless when done twice, in the timeline and in the journal."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from app.errors import InvalidInputError
from app.models import Alarm, AlarmChange, JournalEntry
from app.models.enums import AlarmDeed, ClearedBy, Severity
from app.security.tenant_scope import ALL_TENANTS, only_tenants, set_scope
from app.services import alarm_search
from app.services.alarm_search import AlarmFilter, OperatorState
from app.services.alarms import deeds, due
from app.services.alarms.deeds import Deed, Order
from app.services.author import Author
from tests import factories
from tests.factories import NOW
from tests.services.statements import Statements

ON_SQLITE = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
HOUR = timedelta(hours=1)
ANNA = Author("anna", "192.0.2.1")


def do(session, deed, *alarms, now=NOW, **said):
    ids = [alarm.id for alarm in alarms]
    return deeds.do(session, ids, Order(deed=deed, **said), author=ANNA, now=now)


def fresh(session, alarm):
    return session.get_one(Alarm, alarm.id, populate_existing=True)


def timeline_of(session, alarm):
    changes = select(AlarmChange).where(AlarmChange.alarm_id == alarm.id).order_by(AlarmChange.id)
    return [(change.deed, change.actor, change.note) for change in session.scalars(changes)]


def journal_of(session):
    return session.scalars(select(JournalEntry.text).order_by(JournalEntry.id)).all()


def listed(session, **wanted):
    page = alarm_search.search(session, AlarmFilter(**wanted), number=1, size=50)
    return [alarm.id for alarm in page.rows]


def test_each_deed_is_told_in_the_timeline_and_done_twice_it_is_nothing(session):
    alarm = factories.make_alarm(session, tenant=factories.make_tenant(session, "Acme"))
    for deed, said in (
        (Deed.ACKNOWLEDGE, {}),
        (Deed.UNACKNOWLEDGE, {}),
        (Deed.SHELVE, {"until": NOW + HOUR, "note": "moving house"}),
        (Deed.UNSHELVE, {}),
        (Deed.DELETE, {}),
    ):
        assert do(session, deed, alarm, **said) == 1, deed
        assert do(session, deed, alarm, **said) == 0, deed
    assert timeline_of(session, alarm) == [
        (AlarmDeed.ACKNOWLEDGE, "anna", ""),
        (AlarmDeed.UNACKNOWLEDGE, "anna", ""),
        (AlarmDeed.SHELVE, "anna", "moving house"),
        (AlarmDeed.UNSHELVE, "anna", ""),
        (AlarmDeed.CLEAR, "anna", ""),
    ]
    row = fresh(session, alarm)
    assert (row.cleared_at, row.cleared_by) == (NOW, ClearedBy.OPERATOR)


@ON_SQLITE
def test_a_comment_may_be_added_to_what_has_ended_as_often_as_one_likes(session):
    alarm = factories.make_alarm(session, cleared_at=NOW, cleared_by=ClearedBy.PHONE)
    assert [do(session, Deed.COMMENT, alarm, note=note) for note in ("a cable", "a cable")] == [1, 1]
    assert timeline_of(session, alarm) == [(AlarmDeed.COMMENT, "anna", "a cable")] * 2


@ON_SQLITE
@pytest.mark.parametrize(
    ("deed", "said"),
    [
        (Deed.COMMENT, {}),
        (Deed.SHELVE, {}),
        (Deed.SHELVE, {"until": NOW}),
        (Deed.SHELVE, {"until": NOW + timedelta(days=91)}),
        (Deed.ACKNOWLEDGE, {"until": NOW - HOUR}),
        (Deed.ACKNOWLEDGE, {"note": "x" * 1001}),
    ],
)
def test_what_says_too_little_or_something_impossible_is_refused(session, deed, said):
    with pytest.raises(InvalidInputError):
        do(session, deed, factories.make_alarm(session), **said)


@ON_SQLITE
def test_the_journal_names_one_alarm_and_counts_many_by_their_tenants(session):
    acme, globex = factories.make_tenant(session, "Acme"), factories.make_tenant(session, "Globex")
    alarms = [factories.make_alarm(session, tenant=tenant) for tenant in (acme, acme, globex)]
    server = factories.make_alarm(session, mac="", source="Server", name="Scheduler Late")
    do(session, Deed.ACKNOWLEDGE, server, until=NOW + HOUR, note="on it")
    do(session, Deed.DELETE, *alarms, server)
    assert journal_of(session) == [
        "anna acknowledged the alarm Scheduler Late of Server until 2026-03-09 15:00 UTC: on it",
        "anna deleted 2 alarms of Acme.",
        "anna deleted 1 alarm of Globex.",
        "anna deleted 1 alarm of no tenant.",
    ]


def test_many_take_as_many_statements_as_one(session):
    alarms = [factories.make_alarm(session) for _ in range(60)]
    statements = Statements(session)
    for deed, said in ((Deed.ACKNOWLEDGE, {}), (Deed.SHELVE, {"until": NOW + HOUR}), (Deed.DELETE, {})):
        one = statements.of(session, lambda: do(session, deed, *alarms[:2], **said))  # noqa: B023
        many = statements.of(session, lambda: do(session, deed, *alarms[2:], **said))  # noqa: B023
        assert one == many, deed


def test_nobody_does_anything_to_alarms_of_another_tenant(session):
    acme = factories.make_tenant(session, "Acme")
    ours, theirs = factories.make_alarm(session, tenant=acme), factories.make_alarm(session)
    theirs.tenant = factories.make_tenant(session, "Globex")
    session.flush()
    set_scope(session, only_tenants([acme.id]))
    assert do(session, Deed.DELETE, ours, theirs) == 1
    set_scope(session, ALL_TENANTS)
    assert fresh(session, theirs).is_active


@ON_SQLITE
def test_all_that_match_are_found_and_none_that_came_later(session):
    wanted = AlarmFilter(severity=Severity.MAJOR)
    major = [factories.make_alarm(session, severity=Severity.MAJOR).id for _ in range(5)]
    factories.make_alarm(session)
    up_to = deeds.latest_id(session)
    factories.make_alarm(session, severity=Severity.MAJOR)
    assert deeds.find_matching(session, wanted, up_to=up_to) == major


class TestTheList:
    def test_has_what_is_not_on_the_shelf(self, session):
        plain, acknowledged, shelved = (factories.make_alarm(session) for _ in range(3))
        do(session, Deed.ACKNOWLEDGE, acknowledged)
        do(session, Deed.SHELVE, shelved, until=NOW + HOUR)
        assert set(listed(session)) == {plain.id, acknowledged.id}
        assert listed(session, state=OperatorState.OPEN) == [plain.id]
        assert listed(session, state=OperatorState.ACKNOWLEDGED) == [acknowledged.id]
        assert listed(session, state=OperatorState.SHELVED) == [shelved.id]
        assert alarm_search.count_active(session) == {Severity.CRITICAL: 2}

    @ON_SQLITE
    @pytest.mark.parametrize(
        "wanted",
        [
            {"description": "PROXY"},
            {"info": "line"},
            {"info": "401"},
            {"remote_host": "192.0.2"},
            {"source": "ipphone/00908f00ab"},
            {"type_title": "IPPhone Lync Login Failure"},
            {"tenant_name": "acme"},
            {"words": "lync"},
        ],
    )
    def test_is_narrowed_by_each_field(self, session, wanted):
        factories.make_alarm(session)
        found = factories.make_alarm(
            session, tenant=factories.make_tenant(session, "Acme"), text="the Proxy is away", info1="Line 1",
            info2="401", remote_host="192.0.2.7", source="IPPhone/00908F00AB01", name="IPPhone Lync Login Failure",
        )  # fmt: skip
        assert listed(session, **wanted) == [found.id]

    @ON_SQLITE
    def test_counts_each_severity_and_stops(self, session, monkeypatch):
        monkeypatch.setattr(alarm_search, "COUNTED_ALARMS", 3)
        for severity, number in ((Severity.MINOR, 5), (Severity.MAJOR, 2)):
            for _ in range(number):
                factories.make_alarm(session, severity=severity)
        factories.make_alarm(session, severity=Severity.MINOR, is_event=True)
        assert alarm_search.count_active(session) == {Severity.MINOR: 3, Severity.MAJOR: 2}

    def test_history_has_the_last_that_ended_first(self, session):
        first, second = (
            factories.make_alarm(session, cleared_at=NOW + HOUR * hours, last_raised_at=NOW - HOUR * hours)
            for hours in (2, 1)
        )
        assert listed(session, is_history=True) == [first.id, second.id]


class TestWhatIsDue:
    def settle(self, session, now):
        return due.settle(session, due.find_due(session, now=now), now=now)

    def test_an_acknowledgement_and_a_shelf_run_out(self, session):
        alarm = factories.make_alarm(session)
        do(session, Deed.ACKNOWLEDGE, alarm, until=NOW + HOUR)
        do(session, Deed.SHELVE, alarm, until=NOW + 2 * HOUR)
        assert [self.settle(session, NOW + HOUR * hours) for hours in (0, 1, 2, 3)] == [0, 1, 1, 0]
        row = fresh(session, alarm)
        assert (row.is_acknowledged, row.is_shelved, row.is_active, row.next_due_at) == (
            False,
            False,
            True,
            None,
        )
        assert timeline_of(session, alarm)[2:] == [
            (AlarmDeed.UNACKNOWLEDGE, "", ""),
            (AlarmDeed.UNSHELVE, "", ""),
        ]

    def test_one_that_is_only_to_be_looked_at_is_looked_at_once(self, session):
        alarm = factories.make_alarm(session, next_due_at=NOW)
        assert due.find_due(session, now=NOW) == [alarm.id]
        assert self.settle(session, NOW) == 0
        assert due.find_due(session, now=NOW + HOUR) == []

    def test_old_history_goes_with_what_happened(self, session):
        old, young = (
            factories.make_alarm(session, cleared_at=NOW - timedelta(days=days)) for days in (366, 364)
        )
        do(session, Deed.COMMENT, old, note="gone")
        assert due.drop_old(session, due.find_old(session, now=NOW)) == 1
        assert session.scalars(select(Alarm.id)).all() == [young.id]
        assert session.scalars(select(AlarmChange.id)).all() == []
