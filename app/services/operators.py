"""Operators' accounts: whose rows they see, and what keeps an installation from locking itself out."""

from datetime import datetime

from flask_appbuilder.security.sqla.models import Role
from sqlalchemy import func, inspect, select
from sqlalchemy.orm import InstanceState, Session

from app.errors import ConflictError
from app.logs import security_events
from app.models import Operator
from app.models.operator import operator_tenant
from app.security.roles import ADMINISTRATOR
from app.security.tenant_scope import ALL_TENANTS, TenantScope, only_tenants, seeing_everything
from app.services import journal, own_mail
from app.services.author import Author

_FOLLOW = ("username", "first_name", "last_name", "email", "roles", "tenants", "sees_all_tenants")


def scope_of_account(session: Session, account: Operator) -> TenantScope:
    """Return whose rows an account sees: all as an administrator or where the account says so, else the tenants' it
    names."""
    if account.sees_all_tenants or any(role.name == ADMINISTRATOR for role in account.roles):
        return ALL_TENANTS
    named = select(operator_tenant.c.tenant_id).where(operator_tenant.c.operator_id == account.id)
    return only_tenants(session.scalars(named))


def check_change(session: Session, operator: Operator, *, by_id: int) -> None:
    """Raise ConflictError when saving this account would leave nobody who administers, or lock out who saves it.

    Nobody changes the own mail address so, which asks for a password.
    """
    own_mail.check_stays(operator, by_id=by_id)
    _check_follows_directory(operator)
    if operator.id == by_id and not operator.active:
        raise ConflictError("You cannot switch off the account that is your own.")
    if not _administers(operator) and not operator.signs_in_by:
        _check_another_administers(session, operator)


def check_may_go(session: Session, operator: Operator, *, by_id: int) -> None:
    """Raise ConflictError when this account may not be deleted."""
    if operator.id == by_id:
        raise ConflictError("You cannot delete the account that is your own.")
    if not operator.signs_in_by:
        _check_another_administers(session, operator)


def note(session: Session, action: str, subject: str, text: str, author: Author, now: datetime) -> None:
    """Write into the journal, and the log, what was done to an account.

    What concerns accounts belongs to no tenant, which only full scope may write.
    """
    with seeing_everything(session):
        journal.record(session, at=now, author=author, action=action, subject=subject, text=text)
        session.flush()
    security_events.note_of_account(text)


def _check_follows_directory(operator: Operator) -> None:
    """Refuse what the next sign-in would undo."""
    state: InstanceState[Operator] = inspect(operator)
    changed = [name for name in _FOLLOW if state.attrs[name].history.has_changes()]
    if operator.signs_in_by and changed:
        raise ConflictError(
            f"{operator.username} signs in through a directory, which name, roles and tenants follow: change the "
            "groups there. Here the account can be switched off."
        )


def _administers(operator: Operator) -> bool:
    return bool(operator.active) and any(role.name == ADMINISTRATOR for role in operator.roles)


def _check_another_administers(session: Session, operator: Operator) -> None:
    others = (
        select(func.count())
        .select_from(Operator)
        .where(
            Operator.id != operator.id,
            Operator.active.is_(True),
            # Who comes through a directory gets in only while it answers.
            Operator.signs_in_by == "",
            Operator.roles.any(name=ADMINISTRATOR),
        )
    )
    with session.no_autoflush:
        # Of two who leave their roles at once the second waits here, and sees what the first has done.
        session.execute(select(Role.id).where(Role.name == ADMINISTRATOR).with_for_update(key_share=True))
        if not session.scalar(others):
            raise ConflictError(
                "This is the last active account with a password of its own that administers; make another one first."
            )
