"""Sessions of operators: how long they live, and who ends them."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from app.errors import NotFoundError
from app.models import Operator, OperatorSession
from app.services import operator_sessions
from app.services.operator_sessions import Limits

NOW = datetime(2026, 3, 9, 12, tzinfo=UTC)
LIMITS = Limits(idle=timedelta(minutes=10), age=timedelta(hours=12))
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


@pytest.fixture
def otto(session: Session) -> int:
    """An account."""
    operator = Operator(username="otto", first_name="O", last_name="Tto", email="o@example.com", active=True)
    session.add(operator)
    session.flush()
    return operator.id


def begin(session: Session, operator_id: int, at: datetime = NOW) -> str:
    key = operator_sessions.new_key()
    operator_sessions.begin(
        session, operator_id, key, at=at, address="10.0.0.7", user_agent="A browser " + "x" * 900
    )
    session.flush()
    return key


@pytest.mark.parametrize(
    ("began", "used", "is_over"),
    [
        (HOUR, timedelta(0), False),
        (HOUR, 10 * MINUTE, False),
        (HOUR, 11 * MINUTE, True),
        (12 * HOUR, MINUTE, False),
        (12 * HOUR + MINUTE, timedelta(0), True),
    ],
)
def test_a_session_ends_when_nobody_uses_it_and_at_its_age(
    session: Session, otto: int, began: timedelta, used: timedelta, is_over: bool
):
    begin(session, otto, at=NOW - began)
    row = session.scalars(select(OperatorSession)).one()
    operator_sessions.note_use(session, row.id, at=NOW - used)
    session.refresh(row)
    assert operator_sessions.is_over(row.began_at, row.used_at, LIMITS, now=NOW) == is_over
    assert (operator_sessions.of_operator(session, otto, LIMITS, now=NOW) == [row]) != is_over


def test_rows_of_sessions_that_ended_long_ago_are_found(session: Session, otto: int):
    for days in (1, 29, 31):
        begin(session, otto, at=NOW - timedelta(days=days))
    found = operator_sessions.find_ended_long_ago(session, now=NOW)
    assert operator_sessions.drop(session, found) == 1
    assert min(session.scalars(select(OperatorSession.used_at))) == NOW - timedelta(days=29)


def test_the_database_holds_no_key(session: Session, otto: int):
    key = begin(session, otto)
    stored = session.execute(text("SELECT * FROM operator_session")).one()
    assert key not in map(str, stored)
    assert operator_sessions.hash_of(key) in map(str, stored)


def test_use_is_written_twice_a_minute_at_most():
    assert not operator_sessions.is_use_to_note(NOW, now=NOW + timedelta(seconds=29))
    assert operator_sessions.is_use_to_note(NOW, now=NOW + timedelta(seconds=30))


def test_an_account_ends_its_own_sessions_and_no_others(session: Session, otto: int):
    begin(session, otto)
    kept, other = session.scalars(select(OperatorSession.id)).one(), otto + 1
    with pytest.raises(NotFoundError, match="ended already"):
        operator_sessions.end(session, other, kept)
    begin(session, otto)
    assert operator_sessions.end_all(session, otto, but=kept) == 1
    assert session.scalars(select(OperatorSession.id)).all() == [kept]
    operator_sessions.end(session, otto, kept)
    assert session.scalars(select(OperatorSession)).all() == []


def test_the_session_that_is_idle_longest_makes_room(session: Session, otto: int):
    for number in range(operator_sessions.MOST_OF_AN_OPERATOR + 2):
        begin(session, otto, at=NOW + number * MINUTE)
    kept = session.scalars(select(OperatorSession).order_by(OperatorSession.used_at)).all()
    assert len(kept) == operator_sessions.MOST_OF_AN_OPERATOR
    assert kept[0].used_at == NOW + 2 * MINUTE


def test_sessions_go_with_their_account(session: Session, otto: int):
    begin(session, otto)
    session.execute(text("DELETE FROM ab_user WHERE id = :id"), {"id": otto})
    assert session.scalars(select(OperatorSession)).all() == []
