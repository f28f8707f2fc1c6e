"""Alarms (E2): what is taken from a phone, and what is listed of it (protocol 4)."""

import json

import pytest
from sqlalchemy import select

from app.models import Alarm
from app.models.enums import Severity
from app.rules.report_limits import ALERT_LIMITS
from tests.phone_api.doors import ALERT


def alarms_of(phone):
    with phone.reading() as session:
        return session.scalars(select(Alarm).where(Alarm.mac == phone.mac).order_by(Alarm.id)).all()


def test_an_alarm_is_listed_with_what_the_phone_sent_and_where_it_came_from(first_phone):
    first_phone.report()
    answer = first_phone.raise_alarm(peer="192.0.2.7", additionalInfo1="line 1", additionalInfo2="401")
    assert answer.status == 200
    assert answer.json
    (alarm,) = alarms_of(first_phone)
    assert alarm.name == "IPPhone Register Failure"
    assert alarm.wire_name == "IPPHONE REGISTRATION FAILURE"
    assert alarm.source == f"IPPhone/{first_phone.mac}"
    assert alarm.remote_host == "192.0.2.7"
    assert alarm.ip == "10.1.2.3"
    assert alarm.severity is Severity.CRITICAL
    assert alarm.text == "the proxy does not answer !#$/=?^`{}~;*+|"
    assert (alarm.info1, alarm.info2) == ("line 1", "401")
    assert (alarm.unique_id, alarm.reported_type, alarm.reported_cause) == ("2", "2", "5")
    assert alarm.reported_date == "2017-07-217T12:24:18"
    assert alarm.count == 1


def test_the_severity_that_was_sent_is_shown(phone):
    phone.report()
    for sent in ("1", "2", "3", "4", "5", 3):
        phone.raise_alarm(severity=sent)
        assert alarms_of(phone)[0].severity is list(reversed(Severity))[int(sent)]


def test_the_source_is_read_in_any_notation(phone):
    phone.report()
    octets = ":".join(phone.mac[at : at + 2] for at in range(0, 12, 2)).upper()
    phone.raise_alarm(source=f"IPPhone/{octets}")
    assert len(alarms_of(phone)) == 1


@pytest.mark.parametrize("source", ["IPPhone/00908fffffff", "SBC/1", "", "IPPhone/", "IPPhone/../x"])
def test_an_alarm_of_a_phone_never_heard_of_is_accepted_and_not_listed(phone, source):
    assert phone.raise_alarm(source=source).status == 200
    with phone.reading() as session:
        assert session.scalar(select(Alarm).where(Alarm.source == source)) is None


def test_several_alarms_of_one_request_are_all_listed(phone):
    phone.report()
    names = ("IPPHONE REGISTRATION FAILURE", "IPPHONE LYNC LOGIN FAILURE", "IPPHONE GENERAL LOCAL EVENT")
    assert phone.post(ALERT, {"alerts": [phone.alarm_of(name=name) for name in names]}).status == 200
    assert [alarm.wire_name for alarm in alarms_of(phone)] == list(names)
    assert [alarm.is_event for alarm in alarms_of(phone)] == [False, False, True]


def test_a_request_without_an_alarm_is_answered(phone):
    assert phone.post(ALERT, {"alerts": []}).status == 200


@pytest.mark.parametrize("severity", ["0", "clear", "Cleared", 0], ids=repr)
def test_a_clear_ends_the_alarm(phone, severity):
    phone.report()
    phone.raise_alarm()
    phone.raise_alarm(severity=severity)
    (alarm,) = alarms_of(phone)
    assert not alarm.is_active


def test_trailing_commas_inside_an_alarm_are_forgiven(phone):
    phone.report()
    body = json.dumps({"alerts": [phone.alarm_of()]}).replace("}]", ",}]")
    assert phone.post(ALERT, body.encode()).status == 200
    assert len(alarms_of(phone)) == 1


@pytest.mark.parametrize("name", sorted(set(ALERT_LIMITS) - {"name", "severity", "source"}))
def test_a_text_over_its_limit_is_left_out_and_the_alarm_counts(phone, name):
    phone.report()
    member = next(member for member in phone.alarm_of() if member.lower() == name)
    assert phone.raise_alarm(**{member: "x" * (ALERT_LIMITS[name] + 1)}).status == 200
    (alarm,) = alarms_of(phone)
    assert "x" * 20 not in str(vars(alarm))


@pytest.mark.parametrize("database_kind", ["postgresql"], indirect=True)
@pytest.mark.postgresql
def test_every_text_of_just_its_limit_is_kept_whole(first_phone):
    first_phone.report()
    kept_whole = {
        name: "ä" * limit for name, limit in ALERT_LIMITS.items() if name not in {"severity", "source"}
    }
    members = {
        member: kept_whole[member.lower()]
        for member in first_phone.alarm_of()
        if member.lower() in kept_whole
    }
    assert first_phone.raise_alarm(**members).status == 200
    (alarm,) = alarms_of(first_phone)
    assert {len(alarm.wire_name), len(alarm.text), len(alarm.info1)} == {255, 2048, 1024}
