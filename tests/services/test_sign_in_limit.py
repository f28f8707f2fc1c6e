"""Whoever guesses passwords has to wait; others do not."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from app.models import WrongPassword
from app.services import sign_in_limit
from app.services.sign_in_limit import WINDOW, WRONG_FOR_ACCOUNT, WRONG_FROM_ADDRESS, SignInLimit

NOW = datetime(2026, 3, 9, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)
limit = SignInLimit("the key of an installation")


def guess(session: Session, name: str, times: int, *, begin: datetime = NOW) -> None:
    for number in range(times):
        limit.note_wrong(session, "10.0.0.1", name, at=begin + number * SECOND)
    session.flush()


def wait(session: Session, name: str, *, address: str = "10.0.0.1", now: datetime = NOW) -> int:
    return limit.seconds_to_wait(session, address, name, now=now)


def test_after_so_many_wrong_passwords_one_waits_until_the_first_is_long_ago(session: Session):
    guess(session, "Anna ", WRONG_FOR_ACCOUNT - 1)
    now = NOW + WRONG_FOR_ACCOUNT * SECOND
    assert wait(session, "anna", now=now) == 0
    guess(session, "anna", 1, begin=now - SECOND)
    assert wait(session, "anna", now=now) == WINDOW.total_seconds() - WRONG_FOR_ACCOUNT
    assert wait(session, "ben", now=now) == 0
    assert wait(session, "anna", address="10.0.0.2", now=now) == 0
    assert wait(session, "anna", now=NOW + WINDOW) == 0


def test_an_address_that_tries_many_names_waits_for_all_of_them(session: Session):
    for number in range(WRONG_FROM_ADDRESS):
        guess(session, f"user{number}", 1)
    assert wait(session, "anna") == WINDOW.total_seconds()
    limit.forget(session, "10.0.0.1", "anna")
    assert wait(session, "anna") == WINDOW.total_seconds()


def test_a_right_password_wipes_out_the_wrong_ones_of_the_account(session: Session):
    guess(session, "anna", WRONG_FOR_ACCOUNT)
    limit.forget(session, "10.0.0.1", "ANNA")
    assert wait(session, "anna") == 0


def test_a_password_that_was_typed_as_a_name_is_not_kept(session: Session):
    guess(session, "my secret password", 1)
    assert "secret" not in str(session.execute(text("SELECT * FROM wrong_password")).all())
    other = SignInLimit("the key of another installation")
    other.note_wrong(session, "10.0.0.1", "my secret password", at=NOW)
    session.flush()
    assert session.scalar(select(func.count(WrongPassword.name_hash.distinct()))) == 2


def test_what_came_from_outside_is_cut_to_its_column(session: Session):
    limit.note_wrong(session, "x" * 500, "ü" * 100_000, at=NOW)
    session.flush()
    assert session.scalars(select(WrongPassword.address)).one() == "x" * 45


def test_those_that_count_no_more_are_dropped(session: Session):
    guess(session, "anna", 3)
    now = NOW + WINDOW + 2 * SECOND
    assert sign_in_limit.drop(session, sign_in_limit.find_old(session, now=now)) == 2
    assert sign_in_limit.drop(session, []) == 0
