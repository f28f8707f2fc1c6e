"""Bad input: refused with one clear sentence, and nothing is stored (protocol 2.2, 2.3, 3.5)."""

import pytest

from app.phone_api.messages import MAX_BODY_BYTES
from tests.phone_api.conftest import count_rows
from tests.phone_api.doors import ALERT, KEEP_ALIVE

NEWER = "/c/c-17/rest/v1/ipphoneMgrStatus/keep-alive"
LONG_NAME = "x" * 3000

BAD_BODIES = {
    "empty": b"",
    "no JSON": b"mac=00908f9a9623&status=started",
    "begun": b'{"mac":"00908f9a9623","status":"started"',
    "a list": b'["00908f9a9623"]',
    "a text": b'"00908f9a9623"',
    "nothing": b"{}",
    "null": b"null",
    "a NUL": b"\x00",
    "no text": b"\xff\xfe\x00\x01",
    "deep": b"[" * 50_000,
    "no MAC": b'{"status":"started"}',
    "empty MAC": b'{"mac":"","status":"started"}',
    "MAC null": b'{"mac":null,"status":"started"}',
    "short MAC": b'{"mac":"00908f9a962","status":"started"}',
    "MAC of letters": b'{"mac":"00908f9a96zz","status":"started"}',
    "MAC of a list": b'{"mac":["00908f9a9623"],"status":"started"}',
    "long MAC": b'{"mac":"' + b"0" * 40_000 + b'"}',
    "MAC with SQL": b'{"mac":"\' OR 1=1 --","status":"started"}',
    "MAC with a path": b'{"mac":"../../etc/passwd","status":"started"}',
    "unknown status": b'{"mac":"00908f9a9623","status":"asleep"}',
    "disconnected": b'{"mac":"00908f9a9623","status":"disconnected"}',
    "long status": b'{"mac":"00908f9a9623","status":"' + b"x" * 40_000 + b'"}',
}
BAD_ALARMS = {
    "no list": b'{"alerts":{}}',
    "none": b'{"sessionId":"1"}',
    "null": b'{"alerts":null}',
    "a list of texts": b'{"alerts":["x"]}',
    "no name": b'{"alerts":[{"severity":"5","source":"IPPhone/00908f9a9623"}]}',
    "blank name": b'{"alerts":[{"name":"  ","severity":"5"}]}',
    "long name": b'{"alerts":[{"name":"' + b"x" * 256 + b'","severity":"5"}]}',
    "no severity": b'{"alerts":[{"name":"x"}]}',
    "severity 6": b'{"alerts":[{"name":"x","severity":"6"}]}',
    "severity of a list": b'{"alerts":[{"name":"x","severity":["5"]}]}',
    "one of two": b'{"alerts":[{"name":"x","severity":"5","source":"IPPhone/00908f9a9623"},{"name":""}]}',
}


@pytest.fixture
def nothing_stored(lasting_database):
    """Compares the rows of all tables before and after."""
    before = count_rows(lasting_database)
    yield
    assert count_rows(lasting_database) == before


@pytest.mark.parametrize("target", [KEEP_ALIVE, NEWER])
@pytest.mark.parametrize("body", BAD_BODIES.values(), ids=BAD_BODIES)
def test_a_bad_report_is_refused_and_stores_nothing(phone, nothing_stored, target, body):
    answer = phone.post(target, body)
    assert answer.status == 400
    assert len(answer.sentence) < 300


@pytest.mark.parametrize(
    "body", [*BAD_ALARMS.values(), b"", b"[", b"null"], ids=[*BAD_ALARMS, "empty", "begun", "nothing"]
)
def test_a_bad_alarm_is_refused_and_stores_nothing(phone, lasting_database, body):
    phone.report(mac="00908f9a9623")
    before = count_rows(lasting_database)
    answer = phone.post(ALERT, body)
    assert answer.status == 400
    assert len(answer.sentence) < 300
    assert count_rows(lasting_database) == before


@pytest.mark.parametrize(
    "target",
    [
        "/rest/v1/ipphoneMgrStatus/keep-alive/",
        "/rest/v1/ipphoneMgrStatus",
        "/rest/v1/nothing",
        "/c/c-17/rest/v1/ipphoneMgrStatus/stop",
        "/c/c-17/p/rest/v1/ipphoneMgrStatus/init",
        "/ipp/tenant/Acme",
        "/ipp/tenant/Acme/a/b.cfg",
        "/ipp/other/Acme/00908f9a9623.cfg",
        "/ipp/dhcpoption160.txt",
        "/configfiles/a/b.cfg",
        "/firmwarefiles/a/b.img",
        f"/configfiles/{LONG_NAME}/x",
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_what_is_no_address_for_phones_is_not_found(phone, nothing_stored, method, target):
    answer = phone.ask(method, target)
    assert answer.status == 404
    assert len(answer.sentence) < 300


@pytest.mark.parametrize(
    "target",
    [
        "/configfiles/%2e%2e/secret.key",
        "/configfiles/..%2fsecret.key",
        "/configfiles/..%2f..%2f..%2fetc%2fpasswd",
        "/configfiles/..",
        "/configfiles/....cfg",
        "/configfiles/secret.key",
        "/configfiles/ringmaster.db",
        "/configfiles/%5c..%5csecret.key",
        "/firmwarefiles/..%2fsecret.key",
        "/firmwarefiles/%2fetc%2fpasswd",
        "/firmwarefiles/..",
        "/ipp/tenant/..%2f..%2fetc/passwd.cfg",
        "/ipp/httpproxy/..%2f..%2fetc%2fpasswd",
        f"/firmwarefiles/{LONG_NAME}.img",
        f"/configfiles/{LONG_NAME}.cfg",
        "/firmwarefiles/%f0%9f%93%9e.img",
        "/configfiles/%ff%fe.cfg",
        "/configfiles/' OR 1=1 --.cfg",
    ],
)
def test_no_name_leads_to_a_file_outside_its_folder(phone, nothing_stored, target):
    answer = phone.get(target)
    assert answer.status == 404
    assert len(answer.sentence) < 300


@pytest.mark.parametrize("character", ["%00", "%0a", "%0d%0aSet-Cookie:%20a=b", "%7f", "%c2%80"])
@pytest.mark.parametrize("prefix", ["/configfiles/", "/firmwarefiles/", "/ipp/tenant/", "/c/"])
def test_control_characters_in_an_address_are_refused(phone, nothing_stored, prefix, character):
    answer = phone.get(f"{prefix}{character}/00908f9a9623.cfg")
    assert answer.status == 400
    assert answer.sentence


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "PATCH", "OPTIONS"])
@pytest.mark.parametrize("target", [KEEP_ALIVE, ALERT, NEWER])
def test_reports_and_alarms_are_posted(phone, nothing_stored, method, target):
    answer = phone.ask(method, target, b'{"mac":"00908f9a9623"}')
    assert (answer.status, answer.headers["allow"]) == (405, "POST")


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS"])
@pytest.mark.parametrize(
    "target",
    [
        "/configfiles/a.cfg",
        "/firmwarefiles/a.img",
        "/ipp/tenant/a/b.cfg",
        "/ipp/dhcpoption160.cfg",
        "/ipp/httpproxy/",
    ],
)
def test_files_are_only_read(phone, nothing_stored, method, target):
    answer = phone.ask(method, target)
    assert (answer.status, answer.headers["allow"]) == (405, "GET, HEAD, POST")


@pytest.mark.parametrize("target", [KEEP_ALIVE, "/configfiles/a.cfg"])
def test_trace_is_not_answered(phone, target):
    answer = phone.ask("TRACE", target, X_Secret="0pen-Sesame")
    assert (answer.status, "0pen-Sesame" in answer.text) == (405, False)


@pytest.mark.parametrize("target", [KEEP_ALIVE, ALERT, NEWER, "/configfiles/a.cfg", "/nothing"])
def test_a_body_over_64_kib_is_refused(phone, nothing_stored, target):
    if target == "/nothing":
        target = "/rest/v1/nothing"
    answer = phone.post(target, b" " * (MAX_BODY_BYTES + 1))
    assert answer.status == 413
    assert answer.headers["connection"] == "close"
    assert answer.sentence


def test_a_body_of_just_64_kib_is_read(phone):
    body = b'{"mac":"%s"}' % phone.mac.encode()
    assert phone.post(KEEP_ALIVE, body.ljust(MAX_BODY_BYTES)).status == 200
    assert phone.row() is not None


def test_the_refusal_quotes_what_is_wrong_shortened_and_printable(phone):
    answer = phone.report(mac="\x1b[31m" + "ü" * 400)
    assert "ü" * 30 in answer.sentence
    assert "\x1b" not in answer.sentence
    assert len(answer.sentence) < 200


@pytest.mark.parametrize(
    "name",
    [
        "!#$@acme.com",
        "/=?@acme.com",
        "^`{|}@acme.com",
        "~;*+@acme.com",
        "x" * 46,
        "x" * 100,
        "<script>alert(1)</script>",
        "' OR 1=1 --",
        "ünï@acme.com",
        "a\u202eb@acme.com",
        "%ITCS_mac%",
        "{{7*7}}",
    ],
)
def test_hostile_names_are_taken_as_they_are(phone, name):
    assert phone.report("registered", userId=name, userName=name, phoneNumber=name).status == 200
    row = phone.row()
    assert (row.user_id, row.user_name, row.phone_number) == (name, name, name)


def test_control_characters_in_texts_are_left_out(phone):
    assert phone.report(userName="a\x00b\x1b\nc\u0085", location="\ud83d\udcde\u0000").status == 200
    row = phone.row()
    assert (row.user_name, row.location) == ("abc", "📞")
