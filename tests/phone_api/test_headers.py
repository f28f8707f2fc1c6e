"""What every answer carries, at both doors: a browser that is led there takes nothing for a page (OWASP ASVS 3.4.4)."""

import json

import pytest

from tests.phone_api.doors import KEEP_ALIVE, Asked, Phone, PlaneDoor

FIRST_FILE = "/ipp/dhcpoption160.cfg"
REPORT = b'{"mac":"00908f9a9623","status":"started","model":"430HD"}'


@pytest.mark.parametrize(
    ("method", "target", "body", "status"),
    [
        ("GET", FIRST_FILE, b"", 200),
        ("HEAD", FIRST_FILE, b"", 200),
        ("POST", KEEP_ALIVE, REPORT, 200),
        ("POST", KEEP_ALIVE, b"<html>", 400),
        ("GET", "/configfiles/nobody.cfg", b"", 404),
        ("GET", "/firmwarefiles/nothing.img", b"", 404),
        ("GET", KEEP_ALIVE, b"", 405),
        ("POST", KEEP_ALIVE, b"x" * (64 * 1024 + 1), 413),
    ],
)
def test_no_answer_is_guessed_to_be_a_page(phone: Phone, method: str, target: str, body: bytes, status: int):
    answer = phone.ask(method, target, body)
    assert (answer.status, answer.headers["x-content-type-options"]) == (status, "nosniff")


def test_nor_is_one_that_says_that_the_phone_has_the_file(phone: Phone):
    held = phone.get(FIRST_FILE).headers["etag"]
    answer = phone.get(FIRST_FILE, If_None_Match=held)
    assert (answer.status, answer.headers["x-content-type-options"]) == (304, "nosniff")


def test_nor_is_what_watches_over_the_plane_told(plane: PlaneDoor):
    answer = plane.send(Asked("GET", "/health/live"))
    assert json.loads(answer.body)["status"] == "live"
    assert answer.headers["x-content-type-options"] == "nosniff"
