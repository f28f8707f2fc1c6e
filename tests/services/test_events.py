"""Events by web hook: whose they are, that none is lost or told twice, and that little waits however much happens."""

from datetime import timedelta

import pytest
from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from app.database import Database
from app.models import Alarm, Delivery, Destination, EventPlace, JournalEntry, PhoneChange
from app.models.enums import Aspect, DeliveryState, DestinationKind
from app.rendering.notices.events import EventMessage, from_payload
from app.rules.events import TITLES
from app.security.tenant_scope import ALL_TENANTS
from app.services.destinations import keeping
from app.services.events import reading, switching_off
from app.services.events.horizon import Horizon, ends_of
from app.services.events.reading import MOST_EVENTS, MOST_WAITING
from app.services.notices import outbox
from app.services.notices.outbox import Outcome
from app.services.rule_sets import names
from app.transaction import writing
from tests import factories
from tests.factories import NOW
from tests.services.happenings import happens
from tests.services.noticing import ALICE, make_destination

ON_SQLITE = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
EVERYTHING = "\n".join(TITLES)


def make_hook(
    session: Session, name: str = "CMDB", topics: str = EVERYTHING, **fields: object
) -> Destination:
    return make_destination(session, DestinationKind.EVENTS, name, topics=topics, **fields)


def reports(session: Session, mac: str, status: str, *, tenant_id: int | None = None) -> None:
    change = {
        "mac": mac,
        "tenant_id": tenant_id,
        "at": NOW,
        "what": Aspect.STATUS,
        "before": "",
        "after": status,
    }
    session.execute(insert(PhoneChange), [change])


def tell(session: Session) -> int:
    ends = ends_of(session)
    return reading.tell(session, reading.find_behind(session, ends), ends, now=NOW)


def told(session: Session, hook: Destination) -> list[EventMessage]:
    session.expire_all()
    wanted = (
        select(Delivery).where(Delivery.destination_id == hook.id, ~Delivery.is_test).order_by(Delivery.id)
    )
    return [from_payload(delivery.payload) for delivery in session.scalars(wanted)]


def subjects(session: Session, hook: Destination) -> list[str]:
    return [event.subject for message in told(session, hook) for event in message.events]


def test_what_happens_is_told_once_and_in_its_order(session):
    happens(session, "before")
    hook = make_hook(session, topics="users\nphone_status")
    tenant = factories.make_tenant(session, "Initech")
    happens(session, "peter", tenant_id=tenant.id)
    reports(session, "00908f000001", "registered", tenant_id=tenant.id)
    happens(session, "450HD.img", action="firmware added")
    assert (tell(session), tell(session)) == (1, 0)
    happens(session, "milton")
    assert tell(session) == 1
    first, second = told(session, hook)
    assert (first.number, second.number) == (1, 2)
    assert [event.subject for event in first.events] == ["peter", "00908f000001"]
    assert [event.tenant for event in first.events] == ["Initech", "Initech"]
    assert [event.type for event in first.events] == ["user_changed", "phone_status_changed"]
    assert (first.events[1].before, first.events[1].after) == ("", "registered")
    assert [event.subject for event in second.events] == ["milton"]
    payload = session.scalars(select(Delivery.payload)).first()
    assert "rosebud" not in str(payload)


def test_who_said_why_is_told_with_the_reason_and_who_did_not_without(session):
    hook = make_hook(session, topics="users")
    happens(session, "peter", reason="Ticket 4711")
    happens(session, "milton")
    tell(session)
    events = told(session, hook)[0].events
    assert [event.reason for event in events] == ["Ticket 4711", ""]
    kept = session.scalars(select(Delivery.payload)).one()["events"]
    assert [event.get("reason") for event in kept] == ["Ticket 4711", None]


def test_a_tenants_hook_hears_of_that_tenant_alone(session):
    acme, globex = factories.make_tenant(session, "Acme"), factories.make_tenant(session, "Globex")
    hook = make_hook(session, topics="users\nphone_status", tenant_id=acme.id)
    all_hear = make_hook(session, "System")
    for number, tenant_id in enumerate((acme.id, globex.id, None)):
        happens(session, f"entry {number}", tenant_id=tenant_id)
        reports(session, f"00908f00000{number}", "registered", tenant_id=tenant_id)
    tell(session)
    assert subjects(session, hook) == ["entry 0", "00908f000000"]
    assert {"entry 0", "entry 1", "entry 2", "00908f000002"} <= set(subjects(session, all_hear))
    deliveries = session.scalars(select(Delivery).where(Delivery.destination_id == hook.id))
    assert {delivery.tenant_id for delivery in deliveries} == {acme.id}


def test_little_waits_however_much_happens_and_nothing_is_left_out(session):
    hook = make_hook(session, topics="phone_status")
    changes = [
        {
            "mac": f"{number:012x}",
            "tenant_id": None,
            "at": NOW,
            "what": Aspect.STATUS,
            "before": "",
            "after": "x",
        }
        for number in range(3_333)
    ]
    session.execute(insert(PhoneChange), changes)
    seen: list[str] = []
    rounds = 0
    while True:
        tell(session)
        waiting = session.scalars(select(Delivery).where(Delivery.next_try_at.is_not(None))).all()
        assert len(waiting) <= MOST_WAITING + 1_000 // MOST_EVENTS
        if not waiting:
            break
        rounds += 1
        if rounds % 2 == 0:  # a receiver that is slower than what happens
            for delivery in waiting:
                message = from_payload(delivery.payload)
                assert len(message.events) <= MOST_EVENTS
                seen += [event.mac for event in message.events]
                delivery.state, delivery.next_try_at = DeliveryState.SENT, None
            session.flush()
    assert seen == [change["mac"] for change in changes]
    numbers = [message.number for message in told(session, hook)]
    assert numbers == list(range(1, len(numbers) + 1))


@ON_SQLITE
def test_without_hooks_nothing_is_looked_at_and_nothing_told(session):
    happens(session, "peter")
    assert not reading.has_hooks(session)
    hook = make_hook(session)
    assert reading.has_hooks(session)
    keeping.switch(session, hook, is_enabled=False, author=ALICE, now=NOW)
    assert not reading.has_hooks(session)
    assert tell(session) == 0


@ON_SQLITE
def test_what_happens_while_a_hook_is_off_is_not_told_later(session):
    hook = make_hook(session, topics="users")
    keeping.switch(session, hook, is_enabled=False, author=ALICE, now=NOW)
    happens(session, "meanwhile")
    keeping.switch(session, hook, is_enabled=True, author=ALICE, now=NOW)
    happens(session, "afterwards")
    tell(session)
    assert subjects(session, hook) == ["afterwards"]


@ON_SQLITE
def test_a_log_that_was_emptied_begins_anew(session):
    hook = make_hook(session, topics="users")
    happens(session, "old")
    tell(session)
    session.execute(JournalEntry.__table__.delete())
    session.execute(update(EventPlace).values(journal_id=1_000_000))
    happens(session, "new")
    tell(session)
    assert subjects(session, hook)[-1] == "new"


def test_a_hook_that_fails_for_too_long_is_switched_off_with_an_alarm(session):
    hook, other = make_hook(session, give_up_after_hours="2"), make_hook(session, "Other")
    happens(session, "peter")
    tell(session)
    for number in range(3):
        delivery = session.scalars(select(Delivery).where(Delivery.destination_id == hook.id)).first()
        later = NOW + timedelta(minutes=number)
        hook.owner = "scheduler"
        outbox.note(
            session,
            delivery.id,
            Outcome(is_sent=False, answer="refused"),
            owner="scheduler",
            chance=0,
            now=later,
        )
    late = NOW + timedelta(hours=2, minutes=1)
    assert switching_off.find_hopeless(session, now=NOW + timedelta(hours=1)) == []
    found = switching_off.find_hopeless(session, now=late)
    assert switching_off.switch_off(session, found, now=late) == 1
    assert switching_off.switch_off(session, found, now=late) == 0
    assert (hook.is_enabled, other.is_enabled) == (False, True)
    active = select(Alarm.severity, Alarm.text).where(Alarm.cleared_at.is_(None))
    (alarm,) = session.execute(active).all()
    assert (alarm.severity, "CMDB was switched off" in alarm.text, "refused" in alarm.text) == (
        "critical",
        True,
        True,
    )
    keeping.switch(session, hook, is_enabled=True, author=ALICE, now=late)
    assert session.execute(active).all() == []


@ON_SQLITE
def test_rules_for_alarms_cannot_name_a_hook_for_events(session):
    make_hook(session)
    mail = make_destination(session, name="Mail")
    assert names.read_names(session).destinations == {mail.id: "Mail"}


@pytest.mark.parametrize("database_kind", ["postgresql"], indirect=True)
def test_what_commits_late_with_a_lower_id_is_not_passed_over(database: Database):
    horizon = Horizon()

    def look() -> int | None:
        with writing(database, ALL_TENANTS) as session:
            found = horizon.look(session)
        return None if found is None else found.journal_id

    with writing(database, ALL_TENANTS) as slow:
        happens(slow, "slow")
        with writing(database, ALL_TENANTS) as quick:
            happens(quick, "quick")
            newest = quick.scalar(select(func.max(JournalEntry.id)))
        assert {look() for _ in range(5)} == {None}
    assert newest in {look() for _ in range(4)}
