"""Sessions of operators: begun at sign-in, prolonged by use, ended by sign-out, idleness, age or somebody's word.

What a browser holds is a key; the database holds its SHA-256, so that nobody who reads the database is signed in by
it (OWASP ASVS 3.2). docs/decisions/0064.
"""

import hashlib
import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, or_, select, update
from sqlalchemy.orm import Session

from app.errors import NotFoundError
from app.models import OperatorSession

USE_IS_NOTED_EVERY = timedelta(seconds=30)
"""How often the use of a session is written: its ``used_at`` lags behind by at most this."""
MOST_OF_AN_OPERATOR = 50
"""Sessions of one account; the one that has been idle longest makes room for another."""
KEPT_FOR = timedelta(days=30)
"""After so long without use a session is over whatever the settings say, and its row is dropped."""
_LONGEST_AGENT = 200
_LONGEST_ADDRESS = 45
_AT_MOST = 10_000


@dataclass(frozen=True, slots=True)
class Limits:
    """How long a session lives: without use, and at all."""

    idle: timedelta
    age: timedelta


def new_key() -> str:
    """Return a key that nobody can guess: 256 random bits as 43 characters."""
    return secrets.token_urlsafe(32)


def hash_of(key: str) -> str:
    """Return what is kept of a key."""
    return hashlib.sha256(key.encode()).hexdigest()


def begin(
    session: Session, operator_id: int, key: str, *, at: datetime, address: str, user_agent: str
) -> None:
    """Begin a session for whoever has this key."""
    kept = select(OperatorSession.id).where(OperatorSession.operator_id == operator_id)
    surplus = session.scalars(
        kept.order_by(OperatorSession.used_at.desc()).offset(MOST_OF_AN_OPERATOR - 1)
    ).all()
    drop(session, surplus)
    session.add(
        OperatorSession(
            key_hash=hash_of(key),
            operator_id=operator_id,
            began_at=at,
            used_at=at,
            address=address[:_LONGEST_ADDRESS],
            user_agent=user_agent[:_LONGEST_AGENT],
        )
    )


def is_over(began_at: datetime, used_at: datetime, limits: Limits, *, now: datetime) -> bool:
    """Whether a session has ended by itself."""
    return now - used_at > limits.idle + USE_IS_NOTED_EVERY or now - began_at > limits.age


def is_use_to_note(used_at: datetime, *, now: datetime) -> bool:
    """Whether the last use that was written is long enough ago to write another."""
    return now - used_at >= USE_IS_NOTED_EVERY


def note_use(session: Session, session_id: int, *, at: datetime) -> None:
    """Prolong a session."""
    session.execute(update(OperatorSession).where(OperatorSession.id == session_id).values(used_at=at))


def of_operator(
    session: Session, operator_id: int, limits: Limits, *, now: datetime
) -> Sequence[OperatorSession]:
    """Return the sessions of an account that have not ended, those used last first."""
    found = select(OperatorSession).where(OperatorSession.operator_id == operator_id, ~_over(limits, now))
    return session.scalars(found.order_by(OperatorSession.used_at.desc(), OperatorSession.id.desc())).all()


def end(session: Session, operator_id: int, session_id: int) -> None:
    """End one session of an account; raises NotFoundError where the account has none of this number."""
    mine = OperatorSession.id == session_id, OperatorSession.operator_id == operator_id
    if session.scalar(select(OperatorSession.id).where(*mine)) is None:
        raise NotFoundError("This session has ended already.")
    drop(session, [session_id])


def end_all(session: Session, operator_id: int, *, but: int | None = None) -> int:
    """End the sessions of an account, all or all but one; return how many."""
    theirs = select(OperatorSession.id).where(OperatorSession.operator_id == operator_id)
    return drop(
        session, session.scalars(theirs if but is None else theirs.where(OperatorSession.id != but)).all()
    )


def find_ended_long_ago(session: Session, *, now: datetime) -> Sequence[int]:
    """Return the numbers of sessions that nobody can have any more, whatever the settings say."""
    over = OperatorSession.used_at < now - KEPT_FOR
    return session.scalars(select(OperatorSession.id).where(over).limit(_AT_MOST)).all()


def drop(session: Session, ids: Collection[int]) -> int:
    """Delete these sessions; return how many there were."""
    if not ids:
        return 0
    gone = delete(OperatorSession).where(OperatorSession.id.in_(ids)).returning(OperatorSession.id)
    return len(session.scalars(gone.execution_options(synchronize_session=False)).all())


def _over(limits: Limits, now: datetime) -> ColumnElement[bool]:
    return or_(
        OperatorSession.used_at < now - limits.idle - USE_IS_NOTED_EVERY,
        OperatorSession.began_at < now - limits.age,
    )
