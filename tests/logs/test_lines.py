"""The lines of the log: one for each event, in one form, whatever it says."""

import json
import logging
import re
import subprocess
import sys
from pathlib import Path

from app.logs import context
from app.logs.entries import as_json, as_logfmt, as_text, entry_in, entry_of
from app.logs.redaction import Redaction

ROOT = Path(__file__).parent.parent.parent
LINE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z (\S+) ([A-Z]+) (.*)")


def logged(level: str, statements: str) -> list[str]:
    """Return what a process of its own writes to stdout."""
    code = (
        "import logging\nfrom app.logs import writing as logs\n"
        f"logs.configure('web', logs.Plan({level!r}))\n{statements}"
    )
    ended = subprocess.run([sys.executable, "-c", code], cwd=ROOT, text=True, capture_output=True, check=True)
    return ended.stdout.splitlines()


def record(message: str, *values: object, level: int = logging.INFO) -> logging.LogRecord:
    return logging.LogRecord("app.x", level, "", 0, message, values, None)


def test_a_line_has_time_process_level_and_message():
    (line,) = logged("INFO", "logging.getLogger('x').info('%d phones', 3)")
    assert LINE.fullmatch(line).groups() == ("web", "INFO", "3 phones")


def test_a_line_has_reference_account_and_address_of_its_request():
    with context.about(context.Request("1a2b3c4d", "10.0.0.7", lambda: "olga the second")):
        entry = entry_of(record("Restarted."), "web", Redaction())
    assert as_text(entry).endswith(" web INFO [1a2b3c4d olga_the_second 10.0.0.7] Restarted.")
    assert json.loads(as_json(entry))["account"] == "olga the second"
    assert 'account="olga the second" address=10.0.0.7' in as_logfmt(entry)
    assert entry_in(as_json(entry)) == entry
    assert context.current() == context.Request()


def test_what_somebody_sends_makes_no_line_and_no_field():
    forged = "a\r\n2026-01-01T00:00:00.000Z web ERROR forged\x1b[2J\u2028\u202e\x85\0 level=ERROR"
    entry = entry_of(record("%s", forged), "plane", Redaction())
    for line in (as_text(entry), as_json(entry), as_logfmt(entry)):
        assert len(line.splitlines()) == 1
        assert line.isprintable()
    assert json.loads(as_json(entry))["level"] == "INFO"
    assert " level=INFO " in as_logfmt(entry)


def test_lines_of_a_trace_are_indented():
    lines = logged(
        "INFO",
        r"try: 1 / 0 or 'x'\nexcept ZeroDivisionError: logging.exception('It failed.')".replace(r"\n", "\n"),
    )
    assert LINE.fullmatch(lines[0]).groups() == ("web", "ERROR", "It failed.")
    assert lines[-1] == "  ZeroDivisionError: division by zero"
    try:
        raise ValueError("a\n2026-01-01T00:00:00.000Z web ERROR forged")
    except ValueError:
        failed = logging.LogRecord("app.x", logging.ERROR, "", 0, "It failed.", (), sys.exc_info())
    assert all(
        line.startswith("  ") for line in as_text(entry_of(failed, "web", Redaction())).splitlines()[1:]
    )


def test_what_is_below_the_level_is_not_written():
    assert logged("WARNING", "logging.info('x')") == []


def test_libraries_that_talk_are_heard_at_debug_only():
    statement = "logging.getLogger('alembic.runtime.migration').info('x')"
    assert logged("INFO", statement) == []
    assert len(logged("DEBUG", statement)) == 1


def test_a_long_line_and_one_that_cannot_be_made_end_nothing():
    assert len(as_text(entry_of(record("x" * 100_000), "web", Redaction()))) < 5_000
    (line, other) = logged("INFO", "logging.info('%d', 'no number')\nlogging.info('It goes on.')")
    assert "could not be made" in line
    assert other.endswith("It goes on.")
