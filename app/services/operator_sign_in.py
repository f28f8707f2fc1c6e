"""What who administers does for, or against, the sign-in of somebody else: a password, the second factor, sessions.

No password stands in what is noted.
"""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy.orm import Session

from app.errors import ConflictError
from app.models import Operator
from app.services import operator_passwords, operator_sessions, operators, second_factors
from app.services.author import Author


def give_password(
    session: Session,
    operator: Operator,
    password: str,
    *,
    hash_of: Callable[[str], str],
    by_id: int,
    author: Author,
    now: datetime,
) -> None:
    """Give somebody else's account another password, which its owner changes at the next sign-in; end its sessions."""
    if operator.id == by_id:
        raise ConflictError("You change your own password on Your account, which asks for the present one.")
    if operator.signs_in_by:
        raise ConflictError(
            f"{operator.username} signs in through a directory or a provider, where the password is changed."
        )
    operator_passwords.check(password, known=operator_passwords.words_of(operator))
    operator.password, operator.has_to_choose_password = hash_of(password), True
    operator_sessions.end_all(session, operator.id)
    text = f"{author.name} gave {operator.username} another password; the account was signed out."
    operators.note(session, "operator password given", operator.username, text, author, now)


def reset_second_factor(
    session: Session, operator: Operator, *, by_id: int, author: Author, now: datetime
) -> None:
    """Take somebody's second factor away, who has lost it, and end the sessions of the account."""
    if operator.id == by_id:
        raise ConflictError("You turn off your own second factor on Your account, with a code.")
    second_factors.remove(session, operator.id)
    operator_sessions.end_all(session, operator.id)
    text = f"{author.name} reset the second factor of {operator.username}, who was signed out."
    operators.note(session, "second factor reset", operator.username, text, author, now)


def end_sessions(
    session: Session,
    operator: Operator,
    session_id: int | None,
    *,
    but: int | None = None,
    author: Author,
    now: datetime,
) -> int:
    """End a session of an account, or all of them but one; return how many. NotFoundError where it has ended."""
    if session_id is None:
        number = operator_sessions.end_all(session, operator.id, but=but)
    else:
        operator_sessions.end(session, operator.id, session_id)
        number = 1
    text = f"{author.name} signed {operator.username} out: {counted_as_ended(number)}."
    operators.note(session, "sessions ended", operator.username, text, author, now)
    return number


def counted_as_ended(number: int) -> str:
    """Say how many sessions were ended."""
    return f"{number} session{' was' if number == 1 else 's were'} ended"
