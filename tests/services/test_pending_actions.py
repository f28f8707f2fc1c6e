"""Actions for phones: handed over once, oldest first, three at most, and not after they have expired."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from app.models import PendingAction
from app.services import pending_actions, report_rows
from tests.factories import NOW

MAC, OTHER = "00908f000001", "00908f000002"


def ask(session, number, *, mac=MAC, now=NOW):
    request = {"cmd": "message", "number": number}
    pending_actions.add(session, mac, request, asked_by="alice", tenant_id=None, now=now)


def handed_over(session, *macs, now=NOW):
    look = report_rows.look(session, dict.fromkeys(macs, ""), now)
    return pending_actions.hand_over(session, look.waiting, now=now)


def texts(*numbers):
    return [f'{{"cmd": "message", "number": {number}}}' for number in numbers]


def test_each_is_handed_over_once_oldest_first(session):
    for number in (1, 2, 3):
        ask(session, number)
    ask(session, 9, mac=OTHER)
    assert handed_over(session, MAC) == {MAC: texts(1, 2, 3)}
    assert handed_over(session, MAC, OTHER) == {OTHER: texts(9)}
    assert handed_over(session, MAC, OTHER) == {}


def test_of_more_than_three_the_oldest_is_dropped(session):
    ask(session, 0, mac=OTHER)
    for number in range(5):
        ask(session, number)
    assert handed_over(session, MAC, OTHER) == {MAC: texts(2, 3, 4), OTHER: texts(0)}


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_what_was_handed_over_makes_room(session):
    for number in range(3):
        ask(session, number)
    handed_over(session, MAC)
    ask(session, 3)
    assert handed_over(session, MAC) == {MAC: texts(3)}


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_after_a_day_it_is_too_late(session):
    ask(session, 1, now=NOW - timedelta(days=1))
    ask(session, 2, now=NOW - timedelta(days=1) + timedelta(seconds=1))
    assert handed_over(session, MAC) == {MAC: texts(2)}


def test_the_past_is_dropped_and_what_waits_stays(session):
    ask(session, 1, now=NOW - timedelta(days=1))
    ask(session, 2, mac=OTHER, now=NOW - timedelta(days=2))
    handed_over(session, OTHER, now=NOW - timedelta(days=1))
    ask(session, 3, mac=OTHER, now=NOW - timedelta(hours=1))
    handed_over(session, OTHER)
    ask(session, 4)
    old = pending_actions.find_old(session, now=NOW)
    assert pending_actions.drop(session, old) == 2
    left = session.scalars(select(PendingAction).order_by(PendingAction.id))
    assert [action.request["number"] for action in left] == [3, 4]


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_nobody_is_asked_for_nothing(session):
    assert handed_over(session) == {}
