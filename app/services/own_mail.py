"""The mail address of one's own account: with it, too, one signs in."""

from sqlalchemy import func, inspect, select
from sqlalchemy.orm import InstanceState, Session

from app.errors import ConflictError, InvalidInputError
from app.models import Operator
from app.rules.mail_addresses import is_mail_address
from app.rules.sentences import quoted

LONGEST_MAIL = 320
TAKEN = "Another account has this mail address."


def change(session: Session, operator: Operator, typed: str) -> bool:
    """Give an account another mail address; return whether it is another one. InvalidInputError where it will not do.

    Whoever calls has asked for the proof that it is the owner who does it.
    """
    mail = typed.strip()
    if len(mail) > LONGEST_MAIL or not is_mail_address(mail):
        raise InvalidInputError(
            f"{quoted(mail[:60])} is no mail address; give one like anna@example.com.", field="mail"
        )
    others = select(Operator.id).where(func.lower(Operator.email) == mail.lower(), Operator.id != operator.id)
    if session.scalar(others.limit(1)) is not None:
        raise InvalidInputError(TAKEN, field="mail")
    if mail == operator.email:
        return False
    operator.email = mail
    session.flush()
    return True


def check_stays(operator: Operator, *, by_id: int) -> None:
    """Raise ConflictError where somebody is about to change the mail address of his own account without that proof."""
    state: InstanceState[Operator] = inspect(operator)
    if operator.id == by_id and state.attrs["email"].history.has_changes():
        raise ConflictError(
            "You change your own mail address on Your account, which asks for your password.", field="email"
        )
