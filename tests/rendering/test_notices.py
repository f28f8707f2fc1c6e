"""Messages as each kind of destination has them, to the byte where a standard says so."""

import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta, timezone
from email import message_from_bytes
from email.policy import default

import pytest

from app.models.enums import NoticeReason, Severity
from app.rendering.notices.mail import mail_of
from app.rendering.notices.message import Message, ToldAlarm, from_payload, to_payload
from app.rendering.notices.subjects import subject_of
from app.rendering.notices.syslog import LONGEST_MESSAGE, framed, syslog_line
from app.rendering.notices.traps import BOARD_ROOT, date_and_time, trap_oid_of, variables_of
from app.rendering.notices.webhook import body_of, signature_of
from app.rules.alarms.catalogue import ALARM_TYPES

NOW = datetime(2026, 3, 9, 14, 5, 6, 700_000, tzinfo=UTC)
MAC = "00908f123456"
OID = "1.3.6.1.4.1.5003.9.20.3.2.0.39"


def alarm(**changed):
    values = {
        "id": 41, "type_name": "IPPhoneRegisterFailure", "title": "IPPhone Register Failure",
        "reason": NoticeReason.RAISE, "severity": Severity.CRITICAL, "is_active": True,
        "first_raised_at": NOW, "last_raised_at": NOW, "trap_oid": OID,
        "event_type": 1, "event_type_words": "communicationsAlarm(1)",
        "cause": 5, "cause_words": "communicationsProtocolError(5)",
        "text": "Registration failed", "info1": "one", "source": f"IPPhone/{MAC}", "mac": MAC, "ip": "10.1.2.3",
        "model": "450HD", "tenant": "emea", "site": "Berlin", "device_name": "Lobby", "serial_number": "AC7",
    }  # fmt: skip
    return ToldAlarm(**{**values, **changed})


def message(*alarms, **changed):
    told = alarms or (alarm(),)
    values = {
        "key": "ab" * 32, "group_key": "cd" * 32, "group_title": "emea/Berlin", "reason": NoticeReason.RAISE,
        "severity": told[0].severity if told[0].is_active else Severity.CLEARED, "at": NOW, "alarms": list(told),
        "told": len(told), "active": sum(each.is_active for each in told), "phones": len(told),
    }  # fmt: skip
    return Message(**{**values, **changed})


def cleared(**changed):
    return alarm(is_active=False, reason=NoticeReason.CLEAR, cleared_at=NOW + timedelta(minutes=1), **changed)


def test_what_is_kept_comes_back_as_it_was():
    whole = message(alarm(worst_of_phone=Severity.MAJOR), cleared(id=42))
    assert from_payload(json.loads(json.dumps(to_payload(whole)))) == whole


class TestSubject:
    @pytest.mark.parametrize(
        ("whole", "subject"),
        [
            (message(), f"[CRITICAL] IPPhone Register Failure: Lobby ({MAC}), emea/Berlin"),
            (message(phones=23, told=23), "[CRITICAL] IPPhone Register Failure: 23 phones, emea/Berlin"),
            (message(cleared()), f"[CLEARED] IPPhone Register Failure: Lobby ({MAC}), emea/Berlin"),
            (
                message(group_title="emea/Berlin/IPPhone Register Failure"),
                f"[CRITICAL] IPPhone Register Failure: Lobby ({MAC}), emea/Berlin",
            ),
            (message(group_title=""), f"[CRITICAL] IPPhone Register Failure: Lobby ({MAC}), emea/Berlin"),
            (
                message(alarm(), alarm(title="Other", site="Bonn"), group_title=""),
                "[CRITICAL] 2 alarms (IPPhone Register Failure and others): 2 phones, emea",
            ),
            (
                message(reason=NoticeReason.ESCALATE),
                f"[CRITICAL] Escalated: IPPhone Register Failure: Lobby ({MAC}), emea/Berlin",
            ),
        ],
    )
    def test_it_says_how_bad_what_whom_and_where(self, whole, subject):
        assert subject_of(whole) == subject

    def test_nothing_that_phones_say_breaks_its_line(self):
        evil = message(
            alarm(device_name="x\r\nBcc: all@acme.com\u2028\x00", title="a\nb"), group_title="c\rd"
        )
        assert subject_of(evil) == f"[CRITICAL] a b: x Bcc: all@acme.com ({MAC}), c d"


class TestMail:
    def content(self, whole):
        mail = mail_of(whole, sender="rm@acme.com", recipients=["a@b.com", "c@d.com"], list_name="NOC <Köln>")
        return mail.as_bytes()

    def sent(self, whole):
        return message_from_bytes(self.content(whole), policy=default)

    def test_headers_make_a_thread_of_a_group(self):
        mail = self.sent(message())
        assert mail["Message-ID"] == f"<{'ab' * 16}@acme.com>"
        assert mail["References"] == mail["In-Reply-To"] == f"<group.{'cd' * 16}@acme.com>"
        assert mail["List-Id"] == '"NOC K ln" <noc--k-ln.alarms.acme.com>'
        assert (mail["From"], mail["To"]) == ("rm@acme.com", "a@b.com, c@d.com")
        assert mail["Auto-Submitted"] == "auto-generated"

    def test_it_is_text_and_a_page_of_seven_bits(self):
        content = self.content(message(alarm(text="Größe <b>& mehr</b>")))
        assert content.isascii()
        mail = message_from_bytes(content, policy=default)
        text, page = mail.iter_parts()
        assert "Description: Größe <b>& mehr</b>" in text.get_content()
        assert "1 alarm is active now." in text.get_content()
        assert "Größe &lt;b&gt;&amp; mehr&lt;/b&gt;" in page.get_content()

    def test_no_name_makes_a_header(self):
        mail = self.sent(message(alarm(device_name="x\r\nBcc: all@acme.com")))
        assert "Bcc" not in mail
        assert "x Bcc: all@acme.com" in mail["Subject"]


class TestSyslog:
    def test_a_raise_as_rfc_5424_has_it(self):
        assert syslog_line(message(), facility=16, host="mgr.acme.com") == (
            b"<129>1 2026-03-09T14:05:06.700Z mgr.acme.com Ringmaster - IPPhoneRegisterFailure "
            b'[alarm resource="IPPhone/00908f123456" probableCause="communicationsProtocolError" '
            b'perceivedSeverity="critical" eventType="communicationsAlarm"] \xef\xbb\xbf'
            b"RAISE-ALARM: IPPhoneRegisterFailure; Textual Description: Registration failed; Severity critical; "
            b"Source IPPhone/00908f123456; Unique ID: 41; Additional Info1: one; Additional Info3: emea/Berlin"
        )

    def test_a_clear_is_a_notice(self):
        line = syslog_line(message(cleared()), facility=0, host="mgr")
        assert line.startswith(b"<5>1 ")
        assert b'perceivedSeverity="cleared"' in line
        assert b"CLEAR-ALARM: IPPhoneRegisterFailure;" in line

    @pytest.mark.parametrize(
        ("severity", "level"),
        [
            (Severity.CRITICAL, 1), (Severity.MAJOR, 2), (Severity.MINOR, 3), (Severity.WARNING, 4), (Severity.INFO, 5),
        ],
    )  # fmt: skip
    def test_levels_are_those_of_rfc_5674(self, severity, level):
        line = syslog_line(message(alarm(severity=severity)), facility=1, host="mgr")
        assert line.startswith(f"<{8 + level}>".encode())

    def test_what_would_end_a_value_is_escaped(self):
        line = syslog_line(message(alarm(source='a"b\\c]d\ne')), facility=16, host="two words\n")
        assert b'resource="a\\"b\\\\c\\]d e"' in line
        assert b" twowords Ringmaster " in line
        assert b"\n" not in line

    def test_what_is_too_long_is_cut_between_letters(self):
        line = syslog_line(message(alarm(text="ü" * 3000)), facility=16, host="mgr")
        assert LONGEST_MESSAGE - 1 <= len(line) <= LONGEST_MESSAGE
        assert line.decode()

    def test_a_stream_counts_octets(self):
        assert framed("ü!".encode()) == b"3 \xc3\xbc!"


class TestTraps:
    def values(self, whole, **changed):
        options = {"root": BOARD_ROOT, "with_system_severity": False, **changed}
        found = {variable.oid: variable.value for variable in variables_of(whole, OID, **options)}
        return {int(oid.split(".")[-2]): value for oid, value in found.items()}

    def test_variables_are_those_of_the_board(self):
        assert self.values(message()) == {
            1: 38, 2: b"Registration failed", 3: b"IPPhone/00908f123456", 4: 5, 5: 41, 6: 1, 7: 5,
            8: b"one", 9: b"", 10: b"", 11: b"\x07\xea\x03\x09\x0e\x05\x06\x07+\x00\x00",
            15: b"emea/Berlin", 16: b"AC7",
        }  # fmt: skip

    def test_a_clear_is_the_same_trap_with_severity_0_at_the_time_of_the_clear(self):
        values = self.values(message(cleared()))
        assert (values[4], values[11]) == (0, date_and_time(NOW + timedelta(minutes=1)))

    def test_what_is_not_verified_is_sent_where_it_is_wanted(self):
        values = self.values(message(alarm(worst_of_phone=Severity.MAJOR)), with_system_severity=True)
        assert [values[arc] for arc in (12, 13, 14)] == [4, b"Lobby", b"450HD"]

    def test_sizes_are_bounded_and_the_root_is_a_setting(self):
        values = self.values(
            message(alarm(id=100_000, text="ü" * 300, source="s" * 300)), root="1.3.6.1.4.1.1"
        )
        assert (len(values[2]), len(values[3]), values[5]) == (200, 100, 100_000 % 32_001)

    def test_date_and_time_is_in_utc(self):
        at = datetime(2026, 12, 31, 23, 30, tzinfo=timezone(timedelta(hours=-2)))
        assert date_and_time(at) == b"\x07\xeb\x01\x01\x01\x1e\x00\x00+\x00\x00"

    def test_every_type_without_an_identifier_has_a_number_of_its_own_beneath_the_base(self):
        unpublished = [kind for kind in ALARM_TYPES if kind.trap_oid is None]
        oids = [trap_oid_of(kind.name, None, "1.2.3") for kind in unpublished]
        assert len(set(oids)) == len(unpublished)
        assert "1.2.3.0" not in oids
        assert trap_oid_of("unheard of", None, "1.2.3") == "1.2.3.0"
        assert trap_oid_of("PhoneDisconnected", None, "") is None


class TestWebHook:
    def test_the_body_says_what_receivers_of_incidents_need(self):
        said = json.loads(body_of(message(alarm(), cleared(id=42), group_title="emea")))
        assert (said["status"], said["dedup_key"], said["severity"]) == ("firing", "cd" * 32, "critical")
        assert [each["status"] for each in said["alarms"]] == ["firing", "resolved"]
        assert said["alarms"][0]["first_raised_at"] == "2026-03-09T14:05:06.700000Z"
        assert json.loads(body_of(message(cleared())))["status"] == "resolved"

    def test_the_signature_covers_time_and_body(self):
        expected = hmac.new(b"key", b"1700000000.{}", hashlib.sha256).hexdigest()
        assert signature_of(b"{}", "key", at=1_700_000_000) == f"t=1700000000,v1={expected}"
