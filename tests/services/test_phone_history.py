"""The history of phones: what reports, silence and people change is kept, once, and for those who may see it."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from app.models import Device, PhoneChange, Tenant
from app.models.enums import Aspect, Status
from app.scheduler.busy_phones import BusyPhones
from app.security.tenant_scope import ALL_TENANTS, only_tenants, set_scope
from app.services import approval, device_moves, device_replacement, settings, tenancy
from app.services.approval import ApprovalRequest
from app.services.author import Author
from app.services.phone_history import filing, reading, retention
from app.services.phone_history.reading import ELSEWHERE, Group
from tests import factories
from tests.factories import NOW
from tests.services.reporting import ANNA, MAC, make_report, record, report, sweep
from tests.services.statements import Statements

ON_SQLITE = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
ALICE = Author("alice")
AT_ACME = {"region": "Acme"}
LATER = NOW + timedelta(minutes=5)


@pytest.fixture
def acme(session):
    return factories.make_tenant(session, "Acme")


def history(session, mac=MAC, **wanted):
    return [
        (line.what.value, line.before, line.after)
        for line in reading.read(session, [mac], most=100, **wanted)[::-1]
    ]


def add_changes(session, count, mac=MAC, at=NOW):
    said = {"mac": mac, "tenant_id": None, "at": at, "what": Aspect.STATUS, "before": "a", "after": "b"}
    session.add_all([PhoneChange(**said) for _ in range(count)])
    session.flush()


def file_all(session):
    return filing.file(session, filing.find_to_file(session))


def count_changes(session, mac=MAC):
    return session.scalar(select(func.count()).select_from(PhoneChange).where(PhoneChange.mac == mac))


@pytest.mark.usefixtures("acme")
def test_reports_leave_what_they_changed_and_from_what(session):
    report(session, Status.STARTED, **AT_ACME)
    report(session, Status.REGISTERED, **AT_ACME, **ANNA)
    report(session, Status.REGISTERED, **AT_ACME, **ANNA, location="Floor 3", peer="10.1.2.4")
    report(session, Status.REGISTERED, **{**AT_ACME, **ANNA, "firmware_version": "UC_3.0"}, peer="10.1.2.4")
    assert sorted(history(session)) == sorted(
        [
            ("place", "", "Acme / AutoDetection"),
            ("status", "", "started"),
            ("status", "started", "registered"),
            ("user", "", "Anna A (Anna@acme.com)"),
            ("phone_number", "", "+97239764713"),
            ("location", "", "Floor 3"),
            ("external_ip", "10.1.2.3", "10.1.2.4"),
            ("firmware_version", "UC_2.0.13.121", "UC_3.0"),
        ]
    )


@pytest.mark.usefixtures("acme")
def test_what_says_nothing_new_leaves_nothing(session):
    report(session, Status.REGISTERED, **AT_ACME, **ANNA)
    before = count_changes(session)
    for minutes in range(3):
        report(session, Status.REGISTERED, **AT_ACME, **ANNA, now=LATER + timedelta(minutes=minutes))
    assert count_changes(session) == before


@ON_SQLITE
@pytest.mark.usefixtures("acme")
def test_changes_of_many_phones_are_written_with_one_statement(session):
    macs = [f"00908f{number:06x}" for number in range(40)]
    record(session, *[make_report(Status.REGISTERED, mac=mac, **AT_ACME, **ANNA) for mac in macs])
    statements = Statements(session)
    moved = [make_report(Status.REGISTERED, mac=mac, **AT_ACME, **ANNA, location="2") for mac in macs]
    statements.of(session, lambda: record(session, *moved))
    assert len([text for text in statements.texts if "INTO phone_change" in text]) == 1


@pytest.mark.usefixtures("acme")
def test_a_phone_that_falls_silent_and_comes_back(session):
    report(session, Status.REGISTERED, **AT_ACME, **ANNA)
    much_later = NOW + timedelta(hours=9)
    factories.make_heartbeat(session, beat_at=much_later, running_since=NOW)
    sweep(session, now=much_later)
    report(session, Status.REGISTERED, **AT_ACME, **ANNA, now=much_later + timedelta(minutes=1))
    assert history(session, group=Group.STATUS)[-2:] == [
        ("status", "registered", "disconnected"),
        ("status", "disconnected", "registered"),
    ]


def test_several_reports_in_one_batch_leave_each_of_their_states(session):
    record(session, make_report(Status.STARTED), make_report(Status.REGISTERED), make_report(Status.OFFLINE))
    assert history(session, group=Group.STATUS) == [
        ("status", "", "started"),
        ("status", "started", "registered"),
        ("status", "registered", "offline"),
    ]


def test_who_approves_or_moves_a_phone_is_in_its_history_and_other_tenants_stay_unnamed(session, acme):
    report(session, Status.REGISTERED, **ANNA)
    approval.approve(session, MAC, ApprovalRequest(tenant_id=acme.id), author=ALICE, now=NOW)
    globex = factories.make_tenant(session, "Globex")
    device = session.scalars(select(Device)).one()
    device_moves.carry_out(
        session, device_moves.plan(session, [device], globex, now=LATER), author=ALICE, now=LATER
    )
    moves = [
        ("place", "", "Default / AutoDetection"),
        ("place", "Default / AutoDetection", "Acme / AutoDetection"),
        ("place", "Acme / AutoDetection", "Globex / AutoDetection"),
    ]
    assert history(session, group=Group.PLACE) == moves
    session.flush()
    set_scope(session, only_tenants([globex.id]))
    assert history(session) == [("place", ELSEWHERE, "Globex / AutoDetection")]
    set_scope(session, only_tenants([acme.id]))
    assert history(session) == [("place", ELSEWHERE, "Acme / AutoDetection")]
    set_scope(session, ALL_TENANTS)


@ON_SQLITE
@pytest.mark.usefixtures("acme")
def test_the_history_of_a_phone_that_was_replaced_stays(session):
    report(session, Status.REGISTERED, **AT_ACME, **ANNA)
    device = session.scalars(select(Device)).one()
    agreed = device_replacement.plan(session, device, "00908f0000ff")
    device_replacement.replace(
        session, device.id, "00908f0000ff", device.template_id, agreed.fingerprint, author=ALICE, now=LATER
    )
    assert count_changes(session) > 0


@ON_SQLITE
def test_pages_follow_one_another_and_texts_are_cut(session):
    for number in range(5):
        report(session, Status.REGISTERED, location=f"{number}" * 400)
        if number == 2:
            assert file_all(session) > 0
    first = reading.read(session, [MAC], group=Group.PLACE, most=2)
    rest = reading.read(session, [MAC], group=Group.PLACE, before=first[-1].id, most=100)
    assert [line.after[0] for line in [*first, *rest][:4]] == ["4", "3", "2", "1"]
    assert {len(line.after) for line in first} == {255}


@ON_SQLITE
@pytest.mark.parametrize("is_filed", [False, True])
def test_changes_of_a_phone_are_found_by_an_index_filed_or_not(session, is_filed):
    add_changes(session, 3)
    if is_filed:
        file_all(session)
    for condition, index in ((filing.IS_FILED, "filed"), (filing.IS_TO_FILE, "to_file")):
        wanted = (
            select(PhoneChange.id).where(PhoneChange.mac == MAC, condition).order_by(PhoneChange.id.desc())
        )
        text = str(wanted.compile(session.connection(), compile_kwargs={"literal_binds": True}))
        plan = session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {text}").all()
        assert f"ix_phone_change_{index}" in plan[0][3]
    assert len(history(session)) == 3


def test_old_changes_are_found_and_dropped(session):
    add_changes(session, 2, at=NOW - timedelta(days=91))
    add_changes(session, 1)
    old = retention.find_old(session, now=NOW)
    assert (len(old), retention.drop(session, old), count_changes(session)) == (2, 2, 1)
    settings.change(session, "phone_history_days", "1", author=ALICE, now=NOW)
    assert len(retention.find_old(session, now=NOW + timedelta(days=2))) == 1


def test_a_phone_that_flaps_keeps_its_newest_changes_and_is_not_looked_at_again(session):
    busy = BusyPhones()
    add_changes(session, retention.MOST_OF_A_PHONE + 3)
    add_changes(session, 3, mac="00908f0000ff")
    assert busy.find(session, NOW) == []
    file_all(session)
    surplus = busy.find(session, NOW)
    assert len(surplus) == 3
    retention.drop(session, surplus)
    busy.note_done()
    statements = Statements(session)
    assert busy.find(session, NOW) == []
    assert len(statements.texts) == 2
    assert count_changes(session) == retention.MOST_OF_A_PHONE
    assert surplus[0] not in set(session.scalars(select(PhoneChange.id)))


@ON_SQLITE
def test_the_history_outlives_the_tenant_for_those_who_see_all(session, acme):
    add_changes(session, 1)
    session.scalars(select(PhoneChange)).one().tenant_id = acme.id
    session.flush()
    tenancy.clear_tenant(session, acme)
    assert session.scalars(select(PhoneChange.tenant_id)).all() == [None]
    assert session.get(Tenant, acme.id) is not None
