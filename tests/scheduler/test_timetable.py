"""The chores of the timetable: in short chunks, by the one that leads, as long as it does."""

import logging
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.database import Database, make_engine
from app.models import DeviceSeen, DeviceStatus, Heartbeat, Lease, PendingAction
from app.models.enums import Approval, Status
from app.scheduler.candidacy import Candidacy
from app.scheduler.timetable import CHUNK, TIMETABLE, Chore, do_chore, start
from app.security.tenant_scope import ALL_TENANTS
from app.services import silence
from app.services.leases import TIMETABLE as LEASE
from app.transaction import reading, writing

NOW = datetime.now(UTC)
HOUR = timedelta(hours=1)
PATIENCE_SECONDS = 30


@pytest.fixture
def candidacy(database: Database) -> Candidacy:
    """A process that leads."""
    candidacy = Candidacy(database, lasts=HOUR)
    candidacy.stand()
    assert candidacy.leads
    return candidacy


def chore(order: Callable[[Session, datetime], int], report: str = "%d things were done.") -> Chore:
    return Chore("a chore", HOUR, order, report)


def chore_named(name: str) -> Chore:
    return next(entry for entry in TIMETABLE if entry.name == name)


def let_another_take_over(database: Database) -> None:
    with writing(database, ALL_TENANTS) as session:
        lease = session.get_one(Lease, LEASE)
        lease.owner, lease.epoch = "another", lease.epoch + 1


def add_phone(session: Session, number: int, *, seen_at: datetime, status: Status | None) -> None:
    mac = f"00908f{number:06x}"
    session.add(
        DeviceStatus(mac=mac, status=status, approval=Approval.NEEDED, first_seen_at=seen_at, digest=b"x" * 8)
    )
    session.add(DeviceSeen(mac=mac, seen_at=seen_at))


def test_a_chore_is_repeated_until_nothing_is_left_and_tells_how_much_it_was(
    database: Database, candidacy: Candidacy, caplog: pytest.LogCaptureFixture
) -> None:
    left = [500, 500, 7, 0]
    with caplog.at_level(logging.INFO):
        assert do_chore(chore(lambda _session, _now: left.pop(0)), database, candidacy) == 1007
    assert (left, caplog.messages) == ([], ["1007 things were done."])


def test_a_chore_that_finds_nothing_is_not_worth_a_word(
    database: Database, candidacy: Candidacy, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        assert do_chore(chore(lambda _session, _now: 0), database, candidacy) == 0
    assert caplog.messages == []


def test_each_chunk_is_kept_even_when_a_later_one_fails(database: Database, candidacy: Candidacy) -> None:
    chunks = iter("ab")

    def order(session: Session, now: datetime) -> int:
        session.add(Heartbeat(name=next(chunks), beat_at=now, running_since=now))
        return 1

    with pytest.raises(StopIteration):
        do_chore(chore(order), database, candidacy)
    with reading(database, ALL_TENANTS) as session:
        assert session.scalars(select(Heartbeat.name).order_by(Heartbeat.name)).all() == ["a", "b"]


def test_nothing_more_is_done_when_another_has_taken_over(database: Database, candidacy: Candidacy) -> None:
    let_another_take_over(database)
    assert do_chore(chore(lambda _session, _now: 1), database, candidacy) == 0


def test_one_that_stood_in_vain_does_nothing(database: Database, candidacy: Candidacy) -> None:
    other = Candidacy(database, lasts=HOUR)
    other.stand()
    assert not other.leads
    assert do_chore(chore(lambda _session, _now: 1), database, other) == 0


def test_one_that_withdraws_lets_another_lead_at_once(database: Database, candidacy: Candidacy) -> None:
    candidacy.withdraw()
    other = Candidacy(database, lasts=HOUR)
    other.stand()
    assert (candidacy.leads, other.leads) == (False, True)


def test_a_database_that_does_not_answer_elects_nobody(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    engine = make_engine(f"sqlite:///{tmp_path / 'nowhere' / 'x.db'}")
    candidacy = Candidacy(Database(engine), lasts=HOUR)
    candidacy.stand()
    candidacy.withdraw()
    engine.dispose()
    assert not candidacy.leads
    assert [message.partition(":")[0] for message in caplog.messages] == [
        "The database does not answer",
        "The lease could not be given back and runs out by itself",
    ]


def test_leadership_runs_out_by_itself_before_the_lease_does(database: Database) -> None:
    candidacy = Candidacy(database, lasts=timedelta(0))
    candidacy.stand()
    assert not candidacy.leads


def test_the_chores_are_done_at_once_when_the_timetable_starts(
    database: Database, candidacy: Candidacy
) -> None:
    is_done = threading.Event()

    def order(_session: Session, _now: datetime) -> int:
        is_done.set()
        return 0

    running = start(database, candidacy, [chore(order)])
    assert is_done.wait(PATIENCE_SECONDS)
    running.shutdown()


def test_all_phones_that_fell_silent_are_marked_disconnected(
    database: Database, candidacy: Candidacy
) -> None:
    long_ago = NOW - timedelta(days=1)
    with writing(database, ALL_TENANTS) as session:
        session.add(Heartbeat(name=silence.PHONE_PLANE, beat_at=datetime.now(UTC), running_since=long_ago))
        for number in range(CHUNK + 1):
            add_phone(session, number, seen_at=long_ago, status=Status.REGISTERED)
        add_phone(session, 999_999, seen_at=NOW, status=Status.REGISTERED)
    assert do_chore(chore_named("disconnected"), database, candidacy) == CHUNK + 1
    with reading(database, ALL_TENANTS) as session:
        registered = select(DeviceStatus.mac).where(DeviceStatus.status == Status.REGISTERED)
        assert session.scalars(registered).all() == [f"00908f{999_999:06x}"]


def test_phones_that_asked_for_a_file_and_never_reported_are_dropped(
    database: Database, candidacy: Candidacy
) -> None:
    with writing(database, ALL_TENANTS) as session:
        add_phone(session, 1, seen_at=NOW - timedelta(hours=25), status=None)
        add_phone(session, 2, seen_at=NOW - timedelta(hours=23), status=None)
        add_phone(session, 3, seen_at=NOW - timedelta(hours=25), status=Status.STARTED)
    assert do_chore(chore_named("never reported"), database, candidacy) == 1


def test_actions_that_are_past_are_dropped(database: Database, candidacy: Candidacy) -> None:
    times = {"asked_by": "hal", "request": {"cmd": "reset"}, "created_at": NOW}
    with writing(database, ALL_TENANTS) as session:
        session.add(PendingAction(mac="00908f000001", expires_at=NOW - HOUR, **times))
        session.add(PendingAction(mac="00908f000002", expires_at=NOW + HOUR, **times))
    assert do_chore(chore_named("old actions"), database, candidacy) == 1
