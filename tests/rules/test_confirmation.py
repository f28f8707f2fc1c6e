"""What confirms an action: what the phone did after it was asked, and nothing that it did before."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from app.models.enums import Status, TargetState
from app.rules.actions import Proof
from app.rules.confirmation import Asked, judge

NOW = datetime(2026, 3, 9, 14, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
BEFORE, AFTER = NOW - 5 * MINUTE, NOW - MINUTE
SENT_AT = NOW - 2 * MINUTE


def asked(proof, **facts):
    usual = {"is_queued": False, "sent_at": SENT_AT, "confirm_by": NOW + MINUTE, "status": Status.REGISTERED}
    return Asked(proof=proof, **{**usual, **facts})


PROVEN = {
    Proof.REPORTS: {"seen_at": AFTER},
    Proof.BOOTS: {"started_at": AFTER},
    Proof.FETCHES_FILE: {"fetched_at": AFTER},
    Proof.REPORTS_VERSION: {"version": "UC_3.4", "firmware_version": "UC_3.4", "seen_at": AFTER},
}


@pytest.mark.parametrize("proof", PROVEN)
def test_what_the_phone_did_afterwards_confirms(proof):
    assert judge(asked(proof, **PROVEN[proof]), now=NOW).state is TargetState.CONFIRMED


@pytest.mark.parametrize("proof", PROVEN)
def test_what_it_did_before_it_was_asked_confirms_nothing(proof):
    facts = {name: BEFORE if isinstance(value, datetime) else value for name, value in PROVEN[proof].items()}
    assert judge(asked(proof, **facts), now=NOW) is None


@pytest.mark.parametrize("proof", PROVEN)
def test_when_time_is_up_it_has_failed_with_the_reason(proof):
    verdict = judge(asked(proof, confirm_by=NOW, version="UC_3.4"), now=NOW)
    assert verdict.state is TargetState.FAILED
    assert verdict.reason.startswith(("It did not ", "It reports no version"))


@pytest.mark.parametrize("proof", PROVEN)
def test_who_confirms_at_the_last_moment_has_confirmed(proof):
    assert judge(asked(proof, confirm_by=NOW, **PROVEN[proof]), now=NOW).state is TargetState.CONFIRMED


def test_a_report_is_no_restart():
    assert judge(asked(Proof.BOOTS, seen_at=AFTER), now=NOW) is None


def test_another_status_is_no_restart():
    facts = asked(Proof.BOOTS, status=Status.UNREGISTERED, status_changed_at=AFTER, seen_at=AFTER)
    assert judge(facts, now=NOW) is None


def test_a_phone_on_which_nobody_is_signed_in_confirms_a_restart_by_its_report():
    facts = asked(Proof.BOOTS, status=Status.STARTED, status_changed_at=BEFORE, seen_at=AFTER)
    assert judge(facts, now=NOW).state is TargetState.CONFIRMED


def test_firmware_of_unknown_version_is_confirmed_by_the_restart():
    assert judge(asked(Proof.REPORTS_VERSION, started_at=AFTER), now=NOW).state is TargetState.CONFIRMED


def test_another_version_than_the_asked_one_confirms_nothing():
    facts = asked(
        Proof.REPORTS_VERSION, version="UC_3.4", firmware_version="UC_3.3", started_at=AFTER, seen_at=AFTER
    )
    assert judge(facts, now=NOW) is None


QUEUED = asked(Proof.BOOTS, is_queued=True, expires_at=NOW + MINUTE)


def test_a_phone_that_has_not_reported_is_waited_for():
    assert judge(QUEUED, now=NOW) is None


def test_a_phone_that_was_told_in_the_answer_to_its_report_was_asked():
    assert judge(replace(QUEUED, handed_over_at=AFTER), now=NOW).state is TargetState.SENT


def test_a_phone_that_was_told_and_came_back_has_confirmed():
    told = replace(QUEUED, handed_over_at=AFTER, started_at=AFTER + timedelta(seconds=9))
    assert judge(told, now=NOW).state is TargetState.CONFIRMED


def test_a_restart_before_it_was_told_is_not_the_one_that_was_asked_for():
    told = replace(QUEUED, handed_over_at=AFTER, started_at=AFTER - timedelta(seconds=9))
    assert judge(told, now=NOW).state is TargetState.SENT


def test_a_phone_that_did_not_report_in_time_was_never_told():
    verdict = judge(replace(QUEUED, confirm_by=NOW, expires_at=NOW), now=NOW)
    assert (verdict.state, "never told" in verdict.reason) == (TargetState.FAILED, True)


def test_a_request_that_later_ones_pushed_out_has_failed():
    verdict = judge(replace(QUEUED, expires_at=None), now=NOW)
    assert (verdict.state, "took the place" in verdict.reason) == (TargetState.FAILED, True)


def test_a_status_check_needs_no_request():
    waiting = asked(Proof.REPORTS, is_queued=True)
    assert judge(waiting, now=NOW) is None
    assert judge(replace(waiting, seen_at=AFTER), now=NOW).state is TargetState.CONFIRMED


def test_a_message_that_was_handed_over_is_sent_and_never_confirmed():
    told = asked(Proof.NONE, is_queued=True, handed_over_at=AFTER, expires_at=NOW + MINUTE)
    assert judge(told, now=NOW).state is TargetState.SENT
    assert judge(asked(Proof.NONE, confirm_by=None), now=NOW + timedelta(days=9)) is None
