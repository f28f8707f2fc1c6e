"""The second factor of operators: set up with an app, asked for at sign-in, taken away (docs/decisions/0066)."""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.orm import Session

from app.errors import ConflictError, InvalidInputError, NotFoundError
from app.models import Operator, RecoveryCode, SecondFactor
from app.security import totp
from app.security.roles import ADMINISTRATOR

RECOVERY_CODES = 10
_GROUPS, _DIGITS_OF_A_GROUP = 7, 5
"""35 digits are 116 bits, from 112 on SHA-256 is enough (OWASP ASVS 6.5.2). Once they were 20, which still count."""
LONGEST_TYPED = 60
WRONG_CODE = (
    "This code is not right. Check that the clock of the device with the app is, and type the next code."
)


class Demand(StrEnum):
    """Of whom the installation demands a second factor."""

    NOBODY = "nobody"
    ADMINISTRATORS = "administrators"
    EVERYBODY = "everybody"


class Taken(StrEnum):
    """What somebody proved the second factor with."""

    APP = "app"
    RECOVERY_CODE = "recovery code"


def is_demanded(demand: str, operator: Operator) -> bool:
    """Whether this account has to have a second factor."""
    if demand == Demand.ADMINISTRATORS:
        return any(role.name == ADMINISTRATOR for role in operator.roles)
    return demand == Demand.EVERYBODY


def begin(session: Session, operator_id: int) -> None:
    """Make the secret that an app is to share; one that was not confirmed is forgotten.

    Raises ConflictError where the account has a second factor already.
    """
    _without_one(session, operator_id)
    session.execute(delete(SecondFactor).where(SecondFactor.operator_id == operator_id))
    session.add(SecondFactor(operator_id=operator_id, secret=totp.new_secret(), last_step=0))


def secret_to_share(session: Session, operator: Operator) -> str | None:
    """Return the secret while it is being set up; afterwards it is shown to nobody."""
    if operator.second_factor_since is not None:
        return None
    return session.scalar(select(SecondFactor.secret).where(SecondFactor.operator_id == operator.id))


def confirm(session: Session, operator_id: int, code: str, *, now: datetime) -> Sequence[str]:
    """Let the second factor count from now on, once its app shows the right code; return the recovery codes.

    Raises InvalidInputError for a wrong code, ConflictError where there is nothing to confirm.
    """
    operator = _without_one(session, operator_id)
    if session.get(SecondFactor, operator_id) is None:
        raise ConflictError("Begin anew: the secret that you set up is no longer there.")
    if not _take_code(session, operator_id, _digits(code), now=now):
        raise InvalidInputError(WRONG_CODE, field="code")
    operator.second_factor_since = now
    return renew_recovery_codes(session, operator_id)


def take(session: Session, operator_id: int, typed: str, *, now: datetime) -> Taken | None:
    """Return what was typed, and let it count once: a code of the app or a recovery code; None where it is neither."""
    digits = _digits(typed)
    if len(digits) == totp.DIGITS:
        return Taken.APP if _take_code(session, operator_id, digits, now=now) else None
    its = RecoveryCode.operator_id == operator_id, RecoveryCode.digest == _digest_of(digits)
    used = delete(RecoveryCode).where(*its).returning(RecoveryCode.digest)
    is_used = session.scalars(used.execution_options(synchronize_session=False)).all()
    return Taken.RECOVERY_CODE if is_used else None


def renew_recovery_codes(session: Session, operator_id: int) -> Sequence[str]:
    """Return new recovery codes, such as ``12345-67890-…``, seven groups; those before are worth nothing any more."""
    codes = ["-".join(_group() for _ in range(_GROUPS)) for _ in range(RECOVERY_CODES)]
    session.execute(delete(RecoveryCode).where(RecoveryCode.operator_id == operator_id))
    rows = [{"operator_id": operator_id, "digest": _digest_of(_digits(code))} for code in codes]
    session.execute(insert(RecoveryCode), rows)
    return codes


def recovery_codes_left(session: Session, operator_id: int) -> int:
    """Return how many recovery codes were not used yet."""
    counted = select(func.count()).select_from(RecoveryCode).where(RecoveryCode.operator_id == operator_id)
    return session.scalar(counted) or 0


def remove(session: Session, operator_id: int) -> None:
    """Take the second factor away; raises NotFoundError where there is none."""
    operator = _locked(session, operator_id)
    if operator.second_factor_since is None:
        raise NotFoundError(f"{operator.username} has no second factor.")
    operator.second_factor_since = None
    for model in (SecondFactor, RecoveryCode):
        session.execute(delete(model).where(model.operator_id == operator_id))


def _without_one(session: Session, operator_id: int) -> Operator:
    operator = _locked(session, operator_id)
    if operator.second_factor_since is not None:
        raise ConflictError("Your account has a second factor already. Turn it off to set up another.")
    return operator


def _locked(session: Session, operator_id: int) -> Operator:
    """Return the account as it is now; who changes its second factor meanwhile waits."""
    return session.get_one(Operator, operator_id, with_for_update=True, populate_existing=True)


def _take_code(session: Session, operator_id: int, code: str, *, now: datetime) -> bool:
    secret = session.scalar(select(SecondFactor.secret).where(SecondFactor.operator_id == operator_id))
    step = None if secret is None else totp.step_of(secret, code, now=now)
    if step is None:
        return False
    # Of two that bring the same code at once, the database lets one be the first.
    later = SecondFactor.operator_id == operator_id, SecondFactor.last_step < step
    taken = update(SecondFactor).where(*later).values(last_step=step).returning(SecondFactor.operator_id)
    return bool(session.scalars(taken.execution_options(synchronize_session=False)).all())


def _digits(typed: str) -> str:
    """Return what was typed without blanks and hyphens, as apps and lists group their digits."""
    return "".join(character for character in typed[:LONGEST_TYPED] if character in "0123456789")


def _group() -> str:
    return f"{secrets.randbelow(10**_DIGITS_OF_A_GROUP):0{_DIGITS_OF_A_GROUP}}"


def _digest_of(digits: str) -> str:
    return hashlib.sha256(digits.encode()).hexdigest()
