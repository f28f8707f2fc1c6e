"""The second factor of operators: set up, taken once, renewed, taken away."""

import hashlib
import re
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from app.errors import ConflictError, InvalidInputError, NotFoundError
from app.models import Operator, RecoveryCode, SecondFactor
from app.security import totp
from app.services import second_factors
from app.services.second_factors import Demand, Taken

NOW = datetime(2026, 3, 9, 12, tzinfo=UTC)
HALF_MINUTE = timedelta(seconds=totp.SECONDS)


@pytest.fixture
def otto(session: Session) -> Operator:
    operator = Operator(username="otto", first_name="O", last_name="O", email="otto@example.com", active=True)
    session.add(operator)
    session.flush()
    return operator


def code_of(session: Session, operator: Operator, at: datetime = NOW) -> str:
    secret = session.scalars(select(SecondFactor.secret).where(SecondFactor.operator_id == operator.id)).one()
    return totp.code_at(secret, at)


def set_up(session: Session, operator: Operator) -> list[str]:
    second_factors.begin(session, operator.id)
    session.flush()
    return list(second_factors.confirm(session, operator.id, code_of(session, operator), now=NOW))


def test_it_counts_from_when_its_code_was_right(session: Session, otto: Operator):
    second_factors.begin(session, otto.id)
    session.flush()
    assert second_factors.secret_to_share(session, otto)
    with pytest.raises(InvalidInputError, match="not right") as refused:
        second_factors.confirm(session, otto.id, "000000", now=NOW)
    assert list(refused.value.by_field) == ["code"]
    assert otto.second_factor_since is None
    second_factors.confirm(session, otto.id, code_of(session, otto), now=NOW)
    assert otto.second_factor_since == NOW
    assert second_factors.secret_to_share(session, otto) is None


def test_a_code_is_taken_once_and_none_before_it_afterwards(session: Session, otto: Operator):
    set_up(session, otto)
    assert second_factors.take(session, otto.id, code_of(session, otto), now=NOW) is None
    assert second_factors.take(session, otto.id, code_of(session, otto, NOW - HALF_MINUTE), now=NOW) is None
    later = code_of(session, otto, NOW + HALF_MINUTE)
    assert second_factors.take(session, otto.id, f" {later[:3]} {later[3:]} ", now=NOW) is Taken.APP
    assert second_factors.take(session, otto.id, later, now=NOW + HALF_MINUTE) is None


def test_a_recovery_code_lets_in_once_however_it_is_typed(session: Session, otto: Operator):
    codes = set_up(session, otto)
    assert len(set(codes)) == second_factors.RECOVERY_CODES
    assert all(re.fullmatch(r"(\d{5}-){6}\d{5}", code) for code in codes)
    assert second_factors.take(session, otto.id, codes[3].replace("-", " "), now=NOW) is Taken.RECOVERY_CODE
    assert second_factors.take(session, otto.id, codes[3], now=NOW) is None
    assert second_factors.recovery_codes_left(session, otto.id) == len(codes) - 1
    renewed = second_factors.renew_recovery_codes(session, otto.id)
    assert second_factors.take(session, otto.id, codes[4], now=NOW) is None
    assert second_factors.take(session, otto.id, renewed[4], now=NOW) is Taken.RECOVERY_CODE


def test_a_recovery_code_of_before_which_was_shorter_counts(session: Session, otto: Operator):
    set_up(session, otto)
    digest = hashlib.sha256(b"12345678901234567890").hexdigest()
    session.add(RecoveryCode(operator_id=otto.id, digest=digest))
    session.flush()
    typed = "12345-67890-12345-67890"
    assert second_factors.take(session, otto.id, typed, now=NOW) is Taken.RECOVERY_CODE


def test_a_recovery_code_is_that_of_its_account(session: Session, otto: Operator):
    codes = set_up(session, otto)
    other = Operator(username="anna", first_name="A", last_name="A", email="anna@example.com", active=True)
    session.add(other)
    session.flush()
    set_up(session, other)
    assert second_factors.take(session, other.id, codes[0], now=NOW) is None


@pytest.mark.parametrize("typed", ["", "-", "123456789", "\0", "٣٤٥٦٧٨", "1" * 10_000])
def test_what_is_no_code_is_not_taken(session: Session, otto: Operator, typed: str):
    set_up(session, otto)
    assert second_factors.take(session, otto.id, typed, now=NOW) is None


def test_nothing_that_is_kept_lets_anybody_in(session: Session, otto: Operator):
    codes = set_up(session, otto)
    secret = session.scalars(select(SecondFactor.secret)).one()
    stored = str(session.execute(text("SELECT * FROM second_factor")).all())
    stored += str(session.execute(text("SELECT * FROM recovery_code")).all())
    assert secret not in stored
    assert not any(code in stored or code.replace("-", "") in stored for code in codes)


def test_one_that_counts_is_not_set_up_again_before_it_is_taken_away(session: Session, otto: Operator):
    codes = set_up(session, otto)
    with pytest.raises(ConflictError, match="has a second factor already"):
        second_factors.begin(session, otto.id)
    with pytest.raises(ConflictError, match="has a second factor already"):
        second_factors.confirm(session, otto.id, code_of(session, otto), now=NOW)
    second_factors.remove(session, otto.id)
    session.flush()
    assert otto.second_factor_since is None
    assert second_factors.take(session, otto.id, codes[0], now=NOW) is None
    assert session.scalars(select(RecoveryCode)).all() == []
    with pytest.raises(NotFoundError, match="otto has no second factor"):
        second_factors.remove(session, otto.id)
    with pytest.raises(ConflictError, match="Begin anew"):
        second_factors.confirm(session, otto.id, "123456", now=NOW)


def test_to_begin_twice_shares_the_later_secret(session: Session, otto: Operator):
    second_factors.begin(session, otto.id)
    session.flush()
    first = second_factors.secret_to_share(session, otto)
    second_factors.begin(session, otto.id)
    session.flush()
    assert second_factors.secret_to_share(session, otto) not in (None, first)


@pytest.mark.parametrize(
    ("demand", "roles", "is_demanded"),
    [
        (Demand.NOBODY, ["Administrator"], False),
        (Demand.ADMINISTRATORS, ["Monitor"], False),
        (Demand.ADMINISTRATORS, ["Monitor", "Administrator"], True),
        (Demand.EVERYBODY, ["Monitor"], True),
    ],
)
def test_of_whom_it_is_demanded(demand: Demand, roles: list[str], is_demanded: bool):
    account = SimpleNamespace(roles=[SimpleNamespace(name=name) for name in roles])
    assert second_factors.is_demanded(demand, account) == is_demanded
