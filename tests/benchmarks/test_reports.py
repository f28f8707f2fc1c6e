"""The reports that are sent are those of real phones, one for each."""

from pathlib import Path

from app.phone_api import keep_alive
from app.phone_api.messages import PhoneRequest
from app.services.reports import Report
from benchmarks import asks, reports
from benchmarks.asks import MARK, Ask


def parsed(body: bytes) -> Report:
    return keep_alive.parse(PhoneRequest("POST", reports.PATH, {}, body, "127.0.0.1"), {}).report


def test_every_phone_reports_once() -> None:
    assert [parsed(body).mac for body in reports.bodies(50)] == reports.macs(50)


def test_a_report_is_as_long_as_a_real_one_and_on_one_line() -> None:
    for body in reports.bodies(50):
        assert 600 <= len(body) <= 750
        assert b"\n" not in body


def test_another_tag_or_lap_makes_it_say_something_else() -> None:
    (body,) = reports.bodies(1)
    said = {parsed(body.replace(MARK.encode(), mark)).digest for mark in (b"a" * 12, b"b" * 12)}
    assert len(said) == 2


def test_session_and_password_make_no_difference() -> None:
    (body,) = reports.bodies(1)
    session = body.split(b'"sessionId": "')[1][:8]
    assert parsed(body).digest == parsed(body.replace(session, b"deadbeef")).digest


def test_what_the_seed_said_has_the_length_of_what_is_sent() -> None:
    for sent, said in zip(reports.bodies(20), reports.seed_bodies(20), strict=True):
        assert len(sent) == len(said)
        assert MARK.encode() not in said


def test_macs_leave_their_last_digit_to_copies() -> None:
    assert {mac[-1] for mac in reports.macs(50)} == {"0"}


def test_requests_are_read_from_their_file_as_they_were_laid_down(tmp_path: Path) -> None:
    laid_down = [*reports.asks(30), Ask("GET", "/a", headers=("Accept: text/plain", "Connection: close"))]
    asks.write(tmp_path / "asks", laid_down)
    assert list(asks.read(tmp_path / "asks")) == laid_down
