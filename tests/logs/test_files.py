"""The files of the log: whole lines by several processes, one file a day, bounded, and read from their end."""

import logging
import multiprocessing
import os
import stat
from datetime import UTC, date, datetime, timedelta
from io import StringIO
from pathlib import Path

import pytest
import time_machine

from app.logs import reading, writing
from app.logs.day_files import DayFiles, Weight, files_in
from app.logs.levels import VERBOSE
from app.logs.throttle import Throttle

NOW = datetime(2026, 3, 9, 12, tzinfo=UTC)


@pytest.fixture
def folder(tmp_path: Path):
    """The folder of a log that this process writes to, and nobody afterwards."""
    root, before = logging.getLogger(), logging.getLogger().handlers[:]
    levels = {name: logging.getLogger(name).level for name in ("", *writing.OURS)}
    stream = StringIO()
    handler = writing.LogHandler(
        "web", writing.Plan(folder=tmp_path / "logs", secrets=("s3cret-key",)), stream
    )
    root.addHandler(handler)
    writing._set_levels(handler)
    yield tmp_path / "logs"
    root.removeHandler(handler)
    handler.close()
    for name, level in levels.items():
        logging.getLogger(name).setLevel(level)
    assert root.handlers == before


def messages(folder: Path, most: int = 100, level: str = "VERBOSE", words: str = "") -> list[str]:
    return [entry.message for entry in reading.last_entries(folder, most, level=level, words=words)]


def test_the_last_lines_of_a_level_are_found_with_the_graver_ones(folder: Path):
    log = logging.getLogger("app.test")
    for number in range(5):
        log.info("%d looked", number)
        log.debug("%d asked", number)
    log.error("It failed with s3cret-key")
    assert messages(folder, 3) == ["4 looked", "4 asked", "It failed with ***"]
    assert messages(folder, 2, "INFO") == ["4 looked", "It failed with ***"]
    assert messages(folder, 9, "ERROR") == ["It failed with ***"]
    assert messages(folder, 9, words="3 LOOKED") == ["3 looked"]


def test_a_level_that_is_set_counts_from_then_on(folder: Path):
    log = logging.getLogger("app.test")
    log.log(VERBOSE, "one")
    writing.keep_to("VERBOSE", 30)
    log.log(VERBOSE, "two")
    writing.keep_to("ERROR", 30)
    log.warning("three")
    log.error("four")
    assert messages(folder) == ["two", "four"]


def test_each_day_has_its_file_and_old_ones_go(folder: Path):
    log = logging.getLogger("app.test")
    with time_machine.travel(NOW, tick=False) as clock:
        for _ in range(4):
            log.info("%s", datetime.now(UTC).date())
            clock.shift(timedelta(days=1))
        assert [day.day.day for day in reading.days_of(folder)] == [12, 11, 10, 9]
        assert messages(folder, 2) == ["2026-03-11", "2026-03-12"]
        writing.keep_to("INFO", 2)
        assert [day.day.day for day in reading.days_of(folder)] == [12, 11]
        (text,) = reading.text_of(reading.days_of(folder)[1])
        assert text.endswith(" web INFO 2026-03-11\n")


def test_a_file_that_is_full_has_room_for_what_weighs_more_and_then_for_nothing(tmp_path: Path):
    files = DayFiles(tmp_path, most=800)
    took = {weight: [files.add("x" * 99, weight=weight, now=NOW) for _ in range(10)] for weight in Weight}
    assert [sum(taken) for taken in took.values()] == [8, 1, 1]
    files.close()
    assert files_in(tmp_path)[0].size == 1000


def test_nobody_but_the_account_of_the_service_opens_its_files(tmp_path: Path):
    before = os.umask(0)
    try:
        files = DayFiles(tmp_path / "logs")
        files.add("x", weight=Weight.ORDINARY, now=NOW)
        files.close()
    finally:
        os.umask(before)
    (file,) = files_in(tmp_path / "logs")
    assert stat.filemode(file.path.stat().st_mode) == "-rw-------"
    assert stat.filemode(file.path.parent.stat().st_mode) == "drwx------"


def write_many(folder: Path, name: str) -> None:
    files = DayFiles(folder)
    for number in range(300):
        files.add(f'{{"at": "{number:03}", "level": "INFO", "process": "{name}", "pid": 1, "logger": "{"x" * 900}", '
                  f'"message": "{name} {number}"}}', weight=Weight.ORDINARY, now=NOW)  # fmt: skip
    files.close()


def test_lines_of_several_processes_stay_whole(tmp_path: Path):
    fork = multiprocessing.get_context("fork")
    writers = [
        fork.Process(target=write_many, args=(tmp_path, name)) for name in ("web", "plane", "scheduler")
    ]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    (day,) = reading.days_of(tmp_path)
    assert len(list(reading.text_of(day))) == 900
    assert len(set(messages(tmp_path, 900))) == 900


def test_a_line_that_was_cut_off_and_a_strange_file_are_passed_over(tmp_path: Path):
    write_many(tmp_path, "web")
    (file,) = files_in(tmp_path)
    with file.path.open("ab") as broken:
        broken.write(b'{"at": "cut o')
    (tmp_path / "web-admin.2026-99-99.host.jsonl").touch()
    (tmp_path / "notes.txt").touch()
    assert messages(tmp_path, 1) == ["web 299"]
    assert [day.day for day in reading.days_of(tmp_path)] == [date(2026, 3, 9)]
    assert reading.days_of(tmp_path / "not there") == []


def test_one_kind_of_line_does_not_fill_the_log():
    minute = 0.0
    throttle = Throttle(most=3, clock=lambda: minute)
    throttle.take_left_out()
    assert [throttle.admit("bad request") for _ in range(5)] == [True, True, True, False, False]
    assert throttle.admit("another")
    minute = 60.0
    assert throttle.take_left_out() == 2
    assert throttle.admit("bad request")
    assert throttle.take_left_out() == 0


def test_kinds_without_end_share_one_count():
    throttle = Throttle(most=3, clock=lambda: 0.0)
    throttle.take_left_out()
    assert sum(throttle.admit(number) for number in range(5_000)) == 1_000 + 3


def test_a_disk_that_is_full_is_told_once_and_ends_nothing(tmp_path: Path):
    (tmp_path / "logs").write_text("where the folder would be")
    stream = StringIO()
    handler = writing.LogHandler("web", writing.Plan(folder=tmp_path / "logs"), stream)
    for _ in range(3):
        handler.handle(logging.LogRecord("app.x", logging.INFO, "", 0, "It goes on.", (), None))
    handler.close()
    assert stream.getvalue().count("cannot be written") == 1
    assert stream.getvalue().count("It goes on.") == 3
