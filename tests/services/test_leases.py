"""Leases: held by one at a time, told apart by their epoch."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from app.models import Lease
from app.services import leases

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
LASTS = timedelta(seconds=15)
DUTY = "watering"


@pytest.fixture(autouse=True)
def free_lease(session: Session) -> None:
    leases.add_missing(session, DUTY, now=NOW)
    session.flush()


def take(session: Session, owner: str, seconds: int) -> int | None:
    return leases.take(session, DUTY, owner, lasts=LASTS, now=NOW + timedelta(seconds=seconds))


def test_a_free_lease_is_taken_by_the_first_who_asks(session: Session) -> None:
    assert (take(session, "olga", 0), take(session, "hal", 0)) == (1, None)


def test_a_renewal_keeps_the_epoch_and_moves_the_end(session: Session) -> None:
    take(session, "olga", 0)
    assert take(session, "olga", 10) == 1
    assert take(session, "hal", 24) is None


def test_a_lease_that_ran_out_goes_to_another_with_a_new_epoch(session: Session) -> None:
    take(session, "olga", 0)
    assert take(session, "hal", 15) == 2
    assert take(session, "olga", 16) is None


def test_a_late_holder_can_be_told_apart(session: Session) -> None:
    epoch = take(session, "olga", 0)
    assert leases.is_current(session, DUTY, epoch)
    take(session, "hal", 20)
    assert not leases.is_current(session, DUTY, epoch)


def test_a_lease_that_is_given_back_is_free_at_once(session: Session) -> None:
    take(session, "olga", 0)
    leases.give_back(session, DUTY, "olga", now=NOW)
    assert take(session, "hal", 1) == 2


def test_only_the_holder_gives_a_lease_back(session: Session) -> None:
    take(session, "olga", 0)
    leases.give_back(session, DUTY, "hal", now=NOW)
    assert take(session, "hal", 1) is None


def test_a_lease_that_is_there_is_not_made_again(session: Session) -> None:
    take(session, "olga", 0)
    leases.add_missing(session, DUTY, now=NOW)
    session.flush()
    assert session.get_one(Lease, DUTY, populate_existing=True).owner == "olga"


def test_a_lease_that_does_not_exist_is_nobodys(session: Session) -> None:
    assert leases.take(session, "unheard of", "olga", lasts=LASTS, now=NOW) is None
    assert not leases.is_current(session, "unheard of", 0)
