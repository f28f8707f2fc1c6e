"""Operators' accounts: what keeps an installation from locking itself out."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.errors import ConflictError
from app.models import Operator
from app.security.roles import ADMINISTRATOR


def check_change(session: Session, operator: Operator, *, by: Operator) -> None:
    """Raise ConflictError when saving this account would leave nobody who administers, or lock out who saves it."""
    if operator.id == by.id and not operator.active:
        raise ConflictError("You cannot switch off the account that you are signed in with.")
    if not _administers(operator):
        _check_another_administers(session, operator)


def check_may_go(session: Session, operator: Operator, *, by: Operator) -> None:
    """Raise ConflictError when this account may not be deleted."""
    if operator.id == by.id:
        raise ConflictError("You cannot delete the account that you are signed in with.")
    _check_another_administers(session, operator)


def _administers(operator: Operator) -> bool:
    return bool(operator.active) and any(role.name == ADMINISTRATOR for role in operator.roles)


def _check_another_administers(session: Session, operator: Operator) -> None:
    others = (
        select(func.count())
        .select_from(Operator)
        .where(Operator.id != operator.id, Operator.active.is_(True), Operator.roles.any(name=ADMINISTRATOR))
    )
    with session.no_autoflush:
        if not session.scalar(others):
            raise ConflictError("This is the last active account that administers; make another one first.")
