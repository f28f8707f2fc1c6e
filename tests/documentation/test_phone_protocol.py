import re

from app.phone_api.keep_alive import COLUMNS
from app.phone_api.payloads import decode_object
from app.phone_api.routes import ROUTES
from app.rules.alarms.wire import find_alarm_type
from app.rules.report_limits import ALERT_LIMITS, REPORT_LIMITS
from tests.documentation.pages import DOCS

PAGE = (DOCS / "phone-protocol.md").read_text()
WORDS = {word.lower() for word in re.findall(r"`(\w+)`", PAGE)}
PATHS = re.findall(r"^\| [A-Z, ]+ \| `([^`]+)`", PAGE, re.MULTILINE)


def test_every_path_that_phones_may_call_is_named_and_no_other() -> None:
    examples = [
        path.replace("<name>", "00908fabcdef.cfg").replace("<", "").replace(">", "") for path in PATHS
    ]
    answering = [
        next((route for route in ROUTES if route.pattern.fullmatch(path)), None) for path in examples
    ]
    assert set(answering) == set(ROUTES)


def test_every_member_of_reports_and_alarms_is_named() -> None:
    assert set(COLUMNS) | set(ALERT_LIMITS) | {"mac", "status"} <= WORDS


def test_lengths_of_texts_are_those_that_are_kept() -> None:
    lengths = {
        name.lower(): int(most)
        for names, most in re.findall(r"^\| (`\w+`(?:, `\w+`)*) \|.*\| (\d+) \|$", PAGE, re.MULTILINE)
        for name in re.findall(r"\w+", names)
    }
    assert lengths == dict(REPORT_LIMITS)


def test_examples_of_bodies_can_be_read() -> None:
    report, answer, alarms = (
        decode_object(example.encode()) for example in re.findall(r"```\n(\{.*\})\n```", PAGE)
    )
    assert set(report) <= {*COLUMNS, "mac", "status"}
    assert answer["requests"]
    assert find_alarm_type(alarms["alerts"][0]["name"]) is not None
