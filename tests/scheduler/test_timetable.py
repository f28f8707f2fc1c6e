"""The chores of the timetable: in short chunks, by the one that leads, as long as it does."""

import logging
import threading
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.database import Database, make_engine
from app.models import DeviceSeen, DeviceStatus, Heartbeat, Lease, PendingAction
from app.models.enums import Approval, Status
from app.scheduler.candidacy import Candidacy
from app.scheduler.chores import Chore, DisconnectSweep, all_chores
from app.scheduler.job_notes import JobNotes
from app.scheduler.timetable import CHUNK, do_chore, next_size, start
from app.security.tenant_scope import ALL_TENANTS
from app.services import silence
from app.services.leases import TIMETABLE as LEASE
from app.transaction import reading, writing

NOW = datetime.now(UTC)
HOUR = timedelta(hours=1)
SECOND = timedelta(seconds=1)
PATIENCE_SECONDS = 30


@pytest.fixture
def candidacy(database: Database) -> Candidacy:
    """A process that leads."""
    candidacy = Candidacy(database, lasts=HOUR)
    candidacy.stand()
    assert candidacy.leads
    return candidacy


class Pile:
    """A chore's work: so many things, of which each chunk that is done is noted."""

    def __init__(self, count: int) -> None:
        self.left = list(range(count))
        self.chunks: list[int] = []
        self.is_noted_done = False

    def find(self, _session: Session, _now: datetime) -> Sequence[int]:
        return self.left

    def do(self, _session: Session, keys: Sequence[int], _now: datetime) -> int:
        self.chunks.append(len(keys))
        self.left = [key for key in self.left if key not in keys]
        return len(keys)

    def note_done(self) -> None:
        self.is_noted_done = True


def chore(pile: Pile, report: str = "%d things were done.") -> Chore:
    return Chore("a chore", HOUR, pile.find, pile.do, report, pile.note_done)


def chore_named(name: str) -> Chore:
    return next(entry for entry in all_chores() if entry.name == name)


def let_another_take_over(database: Database) -> None:
    with writing(database, ALL_TENANTS) as session:
        lease = session.get_one(Lease, LEASE)
        lease.owner, lease.epoch = "another", lease.epoch + 1


def add_phone(session: Session, number: int, *, seen_at: datetime, status: Status | None) -> None:
    mac = f"00908f{number:06x}"
    session.add(
        DeviceStatus(mac=mac, status=status, approval=Approval.NEEDED, first_seen_at=seen_at, digest="x" * 16)
    )
    session.add(DeviceSeen(mac=mac, seen_at=seen_at))


def test_a_chore_is_done_in_chunks_and_tells_how_much_it_was(
    database: Database, candidacy: Candidacy, caplog: pytest.LogCaptureFixture
) -> None:
    pile = Pile(2 * CHUNK + 7)
    with caplog.at_level(logging.INFO):
        assert do_chore(chore(pile), database, candidacy) == 2 * CHUNK + 7
    assert pile.chunks[0] == CHUNK
    assert max(pile.chunks) == CHUNK
    assert (sum(pile.chunks), pile.is_noted_done) == (2 * CHUNK + 7, True)
    assert caplog.messages == [f"{2 * CHUNK + 7} things were done."]


def test_a_chunk_that_took_long_is_followed_by_a_smaller_one_and_a_short_one_by_one_twice_as_big() -> None:
    assert next_size(100, 0.04) == 50
    assert next_size(50, 0.02) == 50
    assert next_size(30, 0.001) == 60
    assert next_size(80, 0.001) == next_size(80, 0) == CHUNK
    assert next_size(10, 5) == next_size(100, 5) == 10


def test_a_chore_that_finds_nothing_is_not_worth_a_word(
    database: Database, candidacy: Candidacy, caplog: pytest.LogCaptureFixture
) -> None:
    pile = Pile(0)
    with caplog.at_level(logging.INFO):
        assert do_chore(chore(pile), database, candidacy) == 0
    assert (caplog.messages, pile.is_noted_done) == ([], True)


def test_each_chunk_is_kept_even_when_a_later_one_fails(database: Database, candidacy: Candidacy) -> None:
    pile = Pile(3 * CHUNK)
    names = ["b", "a"]

    def do(session: Session, _keys: Sequence[int], now: datetime) -> int:
        session.add(Heartbeat(name=names.pop(), beat_at=now, running_since=now))
        return 1

    with pytest.raises(IndexError):
        do_chore(Chore("a chore", HOUR, pile.find, do, "%d", pile.note_done), database, candidacy)
    with reading(database, ALL_TENANTS) as session:
        assert session.scalars(select(Heartbeat.name).order_by(Heartbeat.name)).all() == ["a", "b"]
    assert not pile.is_noted_done


def test_nothing_more_is_done_when_another_has_taken_over(database: Database, candidacy: Candidacy) -> None:
    let_another_take_over(database)
    pile = Pile(1)
    assert do_chore(chore(pile), database, candidacy) == 0
    assert (pile.chunks, pile.is_noted_done) == ([], False)


def test_one_that_stood_in_vain_does_nothing(database: Database, candidacy: Candidacy) -> None:
    other = Candidacy(database, lasts=HOUR)
    other.stand()
    assert not other.leads
    assert do_chore(chore(Pile(1)), database, other) == 0


def test_one_that_steps_down_ends_with_the_chunk_under_way(database: Database, candidacy: Candidacy) -> None:
    pile = Pile(2 * CHUNK)

    def do(session: Session, keys: Sequence[int], now: datetime) -> int:
        candidacy.step_down()
        return pile.do(session, keys, now)

    assert do_chore(Chore("a chore", HOUR, pile.find, do, "%d"), database, candidacy) == CHUNK


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

    def find(_session: Session, _now: datetime) -> Sequence[int]:
        is_done.set()
        return []

    chores = [Chore("a chore", HOUR, find, Pile(0).do, "%d")]
    running = start(database, candidacy, chores, JobNotes(chores))
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


def test_a_sweep_looks_only_at_those_who_fell_silent_since_the_one_before(
    database: Database, candidacy: Candidacy
) -> None:
    now = datetime.now(UTC)  # the sweep goes by the clock, from which NOW is far away when this comes late
    sweep = DisconnectSweep()
    chore = Chore("the sweep", HOUR, sweep.find, sweep.mark, "%d", sweep.note_done)
    with writing(database, ALL_TENANTS) as session:
        session.add(Heartbeat(name=silence.PHONE_PLANE, beat_at=now, running_since=now - 24 * HOUR))
        add_phone(session, 1, seen_at=now - 3 * HOUR, status=Status.REGISTERED)
    assert do_chore(chore, database, candidacy) == 1
    with writing(database, ALL_TENANTS) as session:
        # Nothing makes such a phone, so that it shows where the sweep looks.
        add_phone(session, 2, seen_at=now - 3 * HOUR, status=Status.REGISTERED)
        add_phone(session, 3, seen_at=now - 2 * HOUR - silence.LONGEST_LAG - SECOND, status=Status.REGISTERED)
    assert do_chore(chore, database, candidacy) == 1
    assert do_chore(chore_named("disconnected"), database, candidacy) == 1


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
