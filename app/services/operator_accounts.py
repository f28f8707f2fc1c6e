"""Operators' accounts as who administers keeps them: added, changed, deleted, each in the journal.

Who may give which rights is said by ``app/security/roles.py``; what keeps an installation from locking itself out by
``operators.py``.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_appbuilder.security.sqla.models import Role
from sqlalchemy import func, inspect, select
from sqlalchemy.orm import Session

from app.errors import ConflictError, InvalidInputError
from app.models import Operator, Tenant
from app.rules.typed_names import checked_name
from app.services import operator_passwords, operators, row_deeds
from app.services.author import Author

NOUN = "operator"
LONGEST_NAME, LONGEST_PART, LONGEST_MAIL = 100, 64, 320
"""Characters; the journal keeps so many of who did something."""

_TEXTS = {
    "username": LONGEST_NAME,
    "first_name": LONGEST_PART,
    "last_name": LONGEST_PART,
    "email": LONGEST_MAIL,
}
_COLUMNS = (*_TEXTS, "active", "sees_all_tenants")
_LISTS = ("roles", "tenants")


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountFields:
    """What is said of an account: who it is, whether it signs in, and what it may, with whose phones."""

    username: str
    first_name: str
    last_name: str
    email: str
    active: bool
    roles: Collection[str]
    sees_all_tenants: bool
    tenant_ids: Collection[int]


def add(
    session: Session,
    said: AccountFields,
    password: str,
    *,
    hash_of: Callable[[str], str],
    author: Author,
    now: datetime,
) -> Operator:
    """Add an account, whose owner chooses another password at the first sign-in; ``hash_of`` makes what is kept of it.

    Raises InvalidInputError or ConflictError with the field.
    """
    operator = Operator()
    with session.no_autoflush:
        _fill(session, operator, said)
        prepare(session, operator)
    operator_passwords.check(password, known=operator_passwords.words_of(operator))
    operator.password, operator.has_to_choose_password = hash_of(password), True
    session.add(operator)
    session.flush()
    note_deed(session, "added", operator, _rights_of(operator), author=author, now=now)
    return operator


def change(
    session: Session, operator: Operator, said: AccountFields, *, by_id: int, author: Author, now: datetime
) -> bool:
    """Change what is said of an account; return whether anything changed. ``by_id`` is the account of who does it."""
    with session.no_autoflush:
        _fill(session, operator, said)
        prepare(session, operator)
        operators.check_change(session, operator, by_id=by_id)
        changes = changes_of(operator)
    session.flush()
    if changes:
        note_deed(session, "changed", operator, changes, author=author, now=now)
    return bool(changes)


def delete(session: Session, operator: Operator, *, by_id: int, author: Author, now: datetime) -> None:
    """Delete an account with its sessions and its tokens."""
    operators.check_may_go(session, operator, by_id=by_id)
    session.delete(operator)
    note_deed(session, "deleted", operator, author=author, now=now)


def prepare(session: Session, operator: Operator) -> None:
    """Put an account that is to be saved into the form in which it is kept; raise InvalidInputError or ConflictError.

    Names are the same whatever their case: so they are taken at the sign-in. Those that a directory says are its own.
    """
    if operator.signs_in_by:
        return
    for field, most in _TEXTS.items():
        what = field.replace("_", " ")
        try:
            text = checked_name(getattr(operator, field) or "", what, most)
        except InvalidInputError as error:
            raise InvalidInputError(str(error), field=field) from None
        if not text:
            raise InvalidInputError(f"Give the account a {what}.", field=field)
        if text != getattr(operator, field):
            setattr(operator, field, text)
    for field in ("username", "email"):
        _check_is_free(session, operator, field)


def gains_of(operator: Operator | None, said: AccountFields) -> Sequence[str]:
    """Return in words what somebody could do by this that nobody could before; of a new account all of it."""
    if operator is None:
        return ["a new account"]
    had = {role.name for role in operator.roles}
    gains = [f"the role {role}" for role in said.roles if role not in had]
    seen = {tenant.id for tenant in operator.tenants}
    if said.sees_all_tenants and not operator.sees_all_tenants:
        gains.append("all tenants")
    elif not operator.sees_all_tenants and not seen.issuperset(said.tenant_ids):
        gains.append("more tenants")
    if said.active and not operator.active:
        gains.append("that it signs in again")
    if {operator.username, operator.email} != {said.username.strip(), said.email.strip()}:
        gains.append("another name to sign in with")
    return gains


def changes_of(operator: Operator) -> str:
    """Say what changed of an account that is not written yet, its roles and tenants among it."""
    plain = row_deeds.changes_of(operator, _COLUMNS)
    state: Any = inspect(operator)
    lists = [
        f"{name} from {_listed(history.deleted, history.unchanged)} to {_listed(history.added, history.unchanged)}"
        for name in _LISTS
        if (history := state.attrs[name].load_history()).has_changes()
    ]
    return ", ".join(part for part in (plain, *lists) if part)


def note_deed(
    session: Session, deed: str, operator: Operator, more: str = "", *, author: Author, now: datetime
) -> None:
    """Write into the journal, and the log, what was done to an account: *added*, *changed* or *deleted*."""
    text = f"{author.name} {deed} the {NOUN} {operator.username}{': ' if more else ''}{more}."
    operators.note(session, f"{NOUN} {deed}", operator.username, text, author, now)


def _fill(session: Session, operator: Operator, said: AccountFields) -> None:
    for name in _COLUMNS:
        setattr(operator, name, getattr(said, name))
    operator.roles = list(session.scalars(select(Role).where(Role.name.in_(said.roles))))
    operator.tenants = list(session.scalars(select(Tenant).where(Tenant.id.in_(said.tenant_ids))))


def _check_is_free(session: Session, operator: Operator, field: str) -> None:
    column, text = getattr(Operator, field), getattr(operator, field)
    taken = select(Operator.username).where(
        func.lower(column) == func.lower(text), Operator.id.is_distinct_from(operator.id)
    )
    with session.no_autoflush:
        holder = session.scalar(taken.limit(1))
    if holder is not None:
        word = "name" if field == "username" else "mail address"
        raise ConflictError(f"The account {holder} has this {word}; choose another.", field=field)


def _rights_of(operator: Operator) -> str:
    tenants = "all tenants" if operator.sees_all_tenants else _listed(operator.tenants)
    return f"{_listed(operator.roles)} for {tenants}"


def _listed(*parts: Collection[Any]) -> str:
    return " and ".join(sorted(row.name for rows in parts for row in rows)) or "nothing"
