"""How often a wrong password may be given: guessing gets slow, and colleagues at other addresses are not locked out.

Counted in the database, so for all web processes together. Whoever knows a name cannot lock its owner out from
elsewhere: what counts is the address, and the account at that address. Codes of the second factor count for the account
wherever they come from: who is asked for one knows its password already.
"""

import hashlib
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, select
from sqlalchemy.orm import Session

from app.models import WrongPassword
from app.security.secrets import derive_key

WRONG_FOR_ACCOUNT, WRONG_FROM_ADDRESS = 10, 50
"""Wrong passwords that one address may give within WINDOW: for one account, and for all together."""
WRONG_CODES = 10
"""Wrong codes of a second factor within WINDOW, from all addresses together."""
WINDOW = timedelta(minutes=15)
_EVERYWHERE = "everywhere"
_AT_MOST = 10_000
_LONGEST_ADDRESS = 45
_LONGEST_NAME = 200


class SignInLimit:
    """Counts wrong passwords by address and account, with the key of this installation."""

    def __init__(self, key: str) -> None:
        self._key = derive_key(key, "names at sign-in")

    def seconds_to_wait(self, session: Session, address: str, name: str, *, now: datetime) -> int:
        """Return in how many seconds this address may try again for this account; 0 for at once."""
        from_address = WrongPassword.address == address[:_LONGEST_ADDRESS]
        for_account = from_address, WrongPassword.name_hash == self._hash_of(name)
        return max(
            _wait(session, for_account, WRONG_FOR_ACCOUNT, now),
            _wait(session, (from_address,), WRONG_FROM_ADDRESS, now),
        )

    def note_wrong(self, session: Session, address: str, name: str, *, at: datetime) -> None:
        """Count a wrong password, or a name that nobody has."""
        row = WrongPassword(address=address[:_LONGEST_ADDRESS], name_hash=self._hash_of(name), at=at)
        session.add(row)

    def forget(self, session: Session, address: str, name: str) -> None:
        """Forget what was wrong for an account whose right password was given."""
        theirs = (
            WrongPassword.address == address[:_LONGEST_ADDRESS],
            WrongPassword.name_hash == self._hash_of(name),
        )
        session.execute(delete(WrongPassword).where(*theirs))

    def seconds_to_wait_with_code(
        self, session: Session, address: str, operator_id: int, *, now: datetime
    ) -> int:
        """Return in how many seconds this address may give a code of this account again; 0 for at once."""
        of_account = (
            WrongPassword.address == _EVERYWHERE,
            WrongPassword.name_hash == self._code_of(operator_id),
        )
        from_address = WrongPassword.address == address[:_LONGEST_ADDRESS]
        return max(
            _wait(session, of_account, WRONG_CODES, now),
            _wait(session, (from_address,), WRONG_FROM_ADDRESS, now),
        )

    def note_wrong_code(self, session: Session, address: str, operator_id: int, *, at: datetime) -> None:
        """Count a wrong code."""
        for where in (address[:_LONGEST_ADDRESS], _EVERYWHERE):
            session.add(WrongPassword(address=where, name_hash=self._code_of(operator_id), at=at))

    def forget_codes(self, session: Session, operator_id: int) -> None:
        """Forget the wrong codes of an account whose right one was given."""
        session.execute(delete(WrongPassword).where(WrongPassword.name_hash == self._code_of(operator_id)))

    def _code_of(self, operator_id: int) -> str:
        """Return what no name has: names are told without blanks around them."""
        return self._keyed(f" code of {operator_id} ")

    def _hash_of(self, name: str) -> str:
        return self._keyed(name.strip().casefold()[:_LONGEST_NAME])

    def _keyed(self, text: str) -> str:
        return hashlib.blake2b(text.encode(), key=self._key, digest_size=16).hexdigest()


def find_old(session: Session, *, now: datetime) -> Sequence[int]:
    """Return the numbers of those that count no more."""
    return session.scalars(
        select(WrongPassword.id).where(WrongPassword.at < now - WINDOW).limit(_AT_MOST)
    ).all()


def drop(session: Session, ids: Collection[int]) -> int:
    """Delete these; return how many there were."""
    gone = delete(WrongPassword).where(WrongPassword.id.in_(ids)).returning(WrongPassword.id)
    return len(session.scalars(gone.execution_options(synchronize_session=False)).all())


def _wait(session: Session, whose: Collection[ColumnElement[bool]], most: int, now: datetime) -> int:
    """Return the seconds until the earliest of the last so many is past; 0 where there are fewer."""
    counted = select(WrongPassword.at).where(*whose, WrongPassword.at > now - WINDOW)
    earliest = session.scalar(counted.order_by(WrongPassword.at.desc()).offset(most - 1).limit(1))
    return 0 if earliest is None else max(1, round((earliest + WINDOW - now).total_seconds()))
