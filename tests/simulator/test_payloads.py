"""The bodies phones send, and how answers are read."""

import json
import random
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator import answers, identity, payloads, settings, users
from simulator.alarms import Alarm, Severity
from simulator.identity import Hardware, Train
from simulator.payloads import JsonStyle
from tests.simulator.protocol_server import tolerant_json

ALARM = Alarm(2, "IPPHONE LYNC LOGIN FAILURE", Severity.CRITICAL, "wrong | password `!#$")
AT = datetime(2026, 8, 5, 12, 24, 18, tzinfo=UTC)


def hardware(train: Train) -> Hardware:
    address = ("10.1.0.1", "255.255.0.0")
    return Hardware(identity.make_identity("00908f4867af", "430HD", train, address, random.Random(1)))


@given(st.dictionaries(st.text(max_size=20), st.text(max_size=50), min_size=1, max_size=30))
def test_strict_report_is_the_json_of_its_members(members: dict[str, str]) -> None:
    assert json.loads(payloads.report_text(members, JsonStyle.STRICT)) == members


@pytest.mark.parametrize("style", [JsonStyle.TRAILING_COMMA, JsonStyle.MISSING_COMMA])
def test_sloppy_report_is_no_json_until_its_commas_are_mended(style: JsonStyle) -> None:
    members = {"mac": "00908f4867af", "sipProxy": "sip.example.com", "HRSSpeakerModel": "457"}
    text = payloads.report_text(members, style)
    with pytest.raises(ValueError, match=r"delimiter|trailing comma|property name"):
        json.loads(text)
    assert tolerant_json(text) == members


def test_missing_comma_stands_where_real_senders_forget_it() -> None:
    text = payloads.report_text({"sipProxy": "a", "HRSSpeakerFW": "b"}, JsonStyle.MISSING_COMMA)
    assert text == b'{\n"sipProxy": "a"\n"HRSSpeakerFW": "b",\n}'


def test_malformed_report_is_beyond_mending() -> None:
    assert tolerant_json(payloads.MALFORMED) is None


def test_skype_for_business_phone_names_user_and_place() -> None:
    members = payloads.user_members(users.user(3, "example.com"), Train.UC)
    assert members == {
        "userName": "Dmitri Abebe",
        "userId": "dmitri.abebe3@example.com",
        "phoneNumber": "+15550000003",
        "location": "Floor 4, desk 4",
        "sipProxy": "sip.example.com",
    }


def test_generic_phone_knows_no_user_id_and_no_place() -> None:
    assert set(payloads.user_members(None, Train.GENERIC)) == {"userName", "phoneNumber", "sipProxy"}


def test_nobody_signed_in_leaves_the_members_empty() -> None:
    assert set(payloads.user_members(None, Train.UC).values()) == {""}


@pytest.mark.parametrize(
    ("train", "mac", "vlan"),
    [(Train.UC, "00908f4867af", "vLanId"), (Train.GENERIC, "00908F4867AF", "vlanId")],
)
def test_phone_describes_itself_in_the_spelling_of_its_train(train: Train, mac: str, vlan: str) -> None:
    phone = hardware(train)
    members = payloads.phone_members(phone, settings.read({"network/lan/vlan/id": "350"}))
    assert members == {
        "mac": mac,
        "ip": "10.1.0.1",
        "subnet": "255.255.0.0",
        "model": "430HD",
        "fwVersion": phone.firmware_version,
        "userAgent": phone.user_agent,
        vlan: "350",
    }


def test_session_and_password_differ_in_every_body() -> None:
    rng = random.Random(1)
    first, second = (payloads.credentials(settings.Settings(), rng) for _ in range(2))
    assert (len(first["sessionId"]), len(first["emsUserPassword"]), first["emsUserName"]) == (8, 32, "system")
    assert first["sessionId"] != second["sessionId"]
    assert first["emsUserPassword"] != second["emsUserPassword"]


def test_strict_alarm_is_json_with_types_of_the_protocol() -> None:
    text = payloads.alarm_text({"sessionId": "5f20db06"}, "00908f4867af", ALARM, AT, JsonStyle.STRICT)
    assert json.loads(text) == {
        "sessionId": "5f20db06",
        "alerts": [
            {
                "uniqueId": 2,
                "name": "IPPHONE LYNC LOGIN FAILURE",
                "description": "wrong | password `!#$",
                "date": "2026-08-05T12:24:18",
                "severity": "5",
                "source": "IPPhone/00908f4867af",
                "type": 2,
                "probableCause": 5,
                "additionalInfo1": "",
                "additionalInfo2": "",
            }
        ],
    }


def test_sloppy_alarm_has_a_comma_too_many_and_a_day_of_the_year() -> None:
    text = payloads.alarm_text({}, "00908f4867af", ALARM, AT, JsonStyle.TRAILING_COMMA)
    assert text.endswith(b'"additionalInfo2": "",}]}')
    assert b'"date": "2026-08-217T12:24:18"' in text


@pytest.mark.parametrize(
    ("status", "body", "is_answered"),
    [(200, b"{}", True), (200, b"", False), (200, b" \n", False), (404, b"{}", False), (503, b"x", False)],
)
def test_answer_is_200_with_something_in_it(status: int, body: bytes, is_answered: bool) -> None:
    assert answers.is_answered(status, body) is is_answered


def test_known_actions_are_taken_and_others_counted() -> None:
    body = json.dumps(
        {"requests": ['{"cmd": "reset"}', '{"cmd": "dance"}', "{", 7, '["reset"]', '{"cmd": 1}']}
    )
    assert answers.actions(body.encode()) == answers.Actions(["reset"], 5)


@pytest.mark.parametrize("body", [b"OK", b"[]", b'{"requests": "reset"}', b"\xff", b"[" * 100_000])
def test_answer_without_a_list_of_requests_asks_nothing(body: bytes) -> None:
    assert answers.actions(body) == answers.Actions((), 0)


@given(st.binary(max_size=300))
def test_any_answer_is_read(body: bytes) -> None:
    assert answers.actions(body).ignored >= 0
