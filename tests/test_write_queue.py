"""Writers of one SQLite database take turns, whatever becomes of the others; without a queue they still write."""

import fcntl
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from app.database import Database, make_engine
from app.security.tenant_scope import ALL_TENANTS
from app.transaction import writing
from app.write_queue import QueuedConnection

ROOT = Path(__file__).parent.parent
PATIENCE_SECONDS = 30


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """The file of a database with a table of turns."""
    return tmp_path / "ringmaster.db"


@pytest.fixture
def database(file: Path) -> Iterator[Database]:
    engine = make_engine(f"sqlite:///{file}")
    database = Database(engine)
    with database.writer.begin() as connection:
        connection.execute(text("CREATE TABLE turns (number INTEGER PRIMARY KEY, who TEXT)"))
    yield database
    engine.dispose()


@pytest.fixture
def storm(database: Database) -> Iterator[subprocess.Popen[str]]:
    """A process that writes without a pause, a transaction for each line, and is in its first one."""
    words = [sys.executable, "-m", "tests.writing_process", str(database.writer.url)]
    with subprocess.Popen(
        words, cwd=ROOT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout.readline() == "writing\n"
        yield process
        process.kill()


def write(database: Database, who: str) -> None:
    with writing(database, ALL_TENANTS) as session:
        session.execute(text("INSERT INTO turns (who) VALUES (:who)"), {"who": who})


def turns(database: Database) -> list[str]:
    with database.reader.connect() as connection:
        return list(connection.scalars(text("SELECT who FROM turns ORDER BY number")))


def until_someone_waits(file: Path) -> None:
    """Return when a writer is at the head of the queue, waiting for the one that writes."""
    with Path(f"{file}.turn").open() as turn:
        for _ in range(PATIENCE_SECONDS * 1000):
            try:
                fcntl.flock(turn, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return
            fcntl.flock(turn, fcntl.LOCK_UN)
            threading.Event().wait(0.001)
    pytest.fail("nobody waits")


@contextmanager
def waiting_writer(database: Database, file: Path) -> Iterator[None]:
    """A screen that would write, for the time of the block; afterwards it must have."""
    with ThreadPoolExecutor(1) as threads:
        written = threads.submit(write, database, "a screen")
        until_someone_waits(file)
        yield
        written.result(PATIENCE_SECONDS)


def test_one_that_writes_without_a_pause_lets_one_that_waits_go_first(
    database: Database, file: Path, storm: subprocess.Popen[str]
) -> None:
    for _ in range(10):
        with waiting_writer(database, file):
            storm.stdin.write("\n")
            storm.stdin.flush()
        assert storm.stdout.readline() == "writing\n"
    assert turns(database) == ["the storm", "a screen"] * 10


def test_the_turn_of_one_that_is_killed_ends_with_it(
    database: Database, file: Path, storm: subprocess.Popen[str]
) -> None:
    with waiting_writer(database, file):
        storm.send_signal(signal.SIGKILL)
    assert turns(database) == ["a screen"]


def test_one_that_waits_too_long_is_told_that_the_database_is_locked(
    database: Database, file: Path, storm: subprocess.Popen[str]
) -> None:
    storm.send_signal(signal.SIGSTOP)
    with database.writer.connect() as connection:
        connection.connection.execute("PRAGMA busy_timeout = 20")
        with pytest.raises(OperationalError, match="database is locked"):
            connection.begin()
    storm.send_signal(signal.SIGCONT)
    with waiting_writer(database, file):
        storm.stdin.close()
    assert turns(database) == ["the storm", "a screen"]


def test_one_that_waited_in_vain_keeps_nobody_from_writing(database: Database, file: Path) -> None:
    with closing(QueuedConnection(str(file), timeout=0)) as impatient:
        with closing(QueuedConnection(str(file))) as first:
            assert first.wait_for_turn()
            assert not impatient.wait_for_turn()
        assert impatient.wait_for_turn()


@pytest.mark.parametrize("end", ["commit", "rollback", "close", "leave_queue"])
def test_every_end_of_a_transaction_lets_the_next_one_write(database: Database, file: Path, end: str) -> None:
    with closing(QueuedConnection(str(file), timeout=0)) as second:
        first = QueuedConnection(str(file))
        assert first.wait_for_turn()
        assert not second.wait_for_turn()
        getattr(first, end)()
        assert second.wait_for_turn()
        first.close()


def test_a_database_that_another_program_locks_is_locked_for_the_queue_too(
    database: Database, file: Path
) -> None:
    with database.writer.connect() as connection, closing(QueuedConnection(str(file))) as other:
        connection.connection.execute("PRAGMA busy_timeout = 20")
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(OperationalError, match="database is locked"):
            connection.begin()
        other.rollback()
        with connection.begin():
            connection.execute(text("INSERT INTO turns (who) VALUES ('a screen')"))
    assert turns(database) == ["a screen"]


def test_a_database_in_memory_needs_no_queue() -> None:
    engine = make_engine("sqlite://")
    with Database(engine).writer.begin() as connection:
        assert connection.scalar(text("SELECT 1")) == 1
    engine.dispose()


def test_where_the_queue_cannot_be_made_writers_write_without(database: Database, file: Path) -> None:
    database.writer.dispose()
    for name in ("turn", "writer"):
        Path(f"{file}.{name}").unlink()
        Path(f"{file}.{name}").mkdir()
    write(database, "a screen")
    write(database, "a screen")
    assert turns(database) == ["a screen", "a screen"]
