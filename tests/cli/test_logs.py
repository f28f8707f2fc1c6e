"""The lines of the log: one for each event, in one form, whatever it says."""

import logging
import re
import subprocess
import sys

from tests.cli.running import ROOT

LINE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z (\S+) ([A-Z]+) (.*)")


def logged(level: str, statements: str) -> list[str]:
    """Return what a process of its own writes to stderr."""
    code = f"import logging\nfrom app.cli import logs\nlogs.configure('web', {level!r})\n{statements}"
    ended = subprocess.run([sys.executable, "-c", code], cwd=ROOT, text=True, capture_output=True, check=True)
    return ended.stderr.splitlines()


def test_a_line_has_time_process_level_and_message() -> None:
    (line,) = logged("INFO", "logging.getLogger('x').info('%d phones', 3)")
    assert LINE.fullmatch(line).groups() == ("web", "INFO", "3 phones")


def test_a_line_break_in_a_message_does_not_make_a_line() -> None:
    (line,) = logged("INFO", r"logging.warning('%s', 'a\r\n2026-01-01 web INFO forged')")
    assert line.endswith(r"WARNING a\r\n2026-01-01 web INFO forged")


def test_what_is_below_the_level_is_not_written() -> None:
    assert logged("WARNING", "logging.info('x')") == []


def test_libraries_that_talk_are_heard_at_debug_only() -> None:
    statement = "logging.getLogger('alembic.runtime.migration').info('x')"
    assert logged("INFO", statement) == []
    assert len(logged("DEBUG", statement)) == 1


def test_a_trace_follows_its_line() -> None:
    lines = logged("INFO", "try: 1 / 0\nexcept ZeroDivisionError: logging.exception('It failed.')")
    assert LINE.fullmatch(lines[0])[3] == "It failed."
    assert lines[-1] == "ZeroDivisionError: division by zero"
    assert logging.getLevelName(LINE.fullmatch(lines[0])[2]) == logging.ERROR
