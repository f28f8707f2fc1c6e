"""Accounts of people whom a directory or a provider lets in: made at the first sign-in, brought up to date at each.

Roles and tenants are what the file of ways to sign in gives their groups; nothing is changed here by hand but whether
an account may sign in at all. docs/decisions/0077.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_appbuilder.security.sqla.models import Role
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.errors import ConflictError, InvalidInputError, NotAllowedError
from app.models import Operator, Tenant
from app.rules.typed_names import checked_name
from app.rules.ways_to_sign_in.access import NO_GROUP, Access
from app.services import journal, operator_sessions
from app.services.author import Author

NO_PASSWORD = ""
"""What is kept in the place of a password: no password has this hash."""
_LONGEST_KEY, _LONGEST_NAME, _LONGEST_PART, _LONGEST_MAIL = 255, 64, 64, 320

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Who somebody is to a directory or a provider, which the ``way`` names in sentences and ``mark`` in accounts."""

    mark: str
    way: str
    key: str
    username: str
    first_name: str
    last_name: str
    mail: str


def take_in(
    session: Session, who: Identity, access: Access | None, *, author: Author, now: datetime
) -> Operator:
    """Return the account of somebody who has proved who he is, made or brought up to date.

    Raises NotAllowedError where the groups give nothing, or the account is switched off here; ConflictError where the
    name is that of another account, InvalidInputError for a name that cannot be one. ``turn_away`` is for a session
    of its own then.
    """
    if len(who.key) > _LONGEST_KEY or "\0" in who.key:
        raise InvalidInputError(
            f"{who.way} calls you by a key that cannot be kept: it has more than {_LONGEST_KEY} characters, or a NUL."
        )
    account = find(session, who.mark, who.key)
    if account is not None and not account.active:
        raise NotAllowedError(
            f"The account {account.username} is switched off here. Ask who administers Ringmaster."
        )
    if access is None:
        raise NotAllowedError(NO_GROUP)
    tenants = _tenants_of(session, access)
    is_new = account is None
    if account is None:
        account = _new(session, who)
    elif account.username != who.username:
        account.username = _free_name(session, who, account.id)
    before = _rights(account)
    _bring_up_to_date(session, account, who)
    account.roles = [session.scalars(select(Role).where(Role.name == access.role)).one()]
    account.sees_all_tenants = access.sees_all_tenants
    account.tenants = list(tenants)
    session.flush()
    _record(session, account, who, before, is_new=is_new, author=author, now=now)
    return account


def turn_away(session: Session, account: Operator, way: str, *, author: Author, now: datetime) -> None:
    """Take an account's roles and tenants, and end its sessions: its directory lets it in no more."""
    ended = operator_sessions.end_all(session, account.id)
    before = _rights(account)
    if not account.roles and not ended:
        return
    account.roles, account.tenants, account.sees_all_tenants = [], [], False
    session.flush()
    journal.record(
        session,
        at=now,
        author=author,
        action="roles changed",
        subject=account.username,
        text=f"{way} lets {account.username} in no more: the account has no role now, and was signed out.",
        details={"was": before, "is": _rights(account)},
    )


def find(session: Session, mark: str, key: str) -> Operator | None:
    """Return the account of somebody, if there is one."""
    mine = Operator.signs_in_by == mark, Operator.outside_key == key
    return session.scalars(select(Operator).where(*mine)).one_or_none()


def key_of_name(username: str) -> str:
    """Return the key of somebody whose name is all that tells him from others."""
    return username.casefold()


def _new(session: Session, who: Identity) -> Operator:
    account = Operator(
        username=_free_name(session, who, None),
        password=NO_PASSWORD,
        active=True,
        signs_in_by=who.mark,
        outside_key=who.key,
    )
    session.add(account)
    return account


def _free_name(session: Session, who: Identity, own_id: int | None) -> str:
    name = checked_name(who.username, "username", _LONGEST_NAME)
    if not name:
        raise InvalidInputError(f"{who.way} says no username of yours. Ask who administers Ringmaster.")
    taken = select(Operator.id).where(func.lower(Operator.username) == func.lower(name))
    with session.no_autoflush:
        holder = session.scalars(taken.where(Operator.id != own_id) if own_id else taken).first()
    if holder is not None:
        raise ConflictError(
            f"There is an account {name} already that signs in another way. Sign in that way, or ask who administers "
            "Ringmaster."
        )
    return name


def _bring_up_to_date(session: Session, account: Operator, who: Identity) -> None:
    account.first_name = _part(who.first_name) or account.username
    account.last_name = _part(who.last_name)
    mail = who.mail if "@" in who.mail and who.mail.isprintable() and len(who.mail) <= _LONGEST_MAIL else ""
    others = select(Operator.id).where(Operator.email == mail, Operator.username != account.username)
    with session.no_autoflush:
        is_taken = bool(mail) and session.scalars(others).first() is not None
    # An address belongs to one account; one that does not exist stands for none.
    account.email = (
        mail if mail and not is_taken else f"{account.username}@{who.mark.replace(':', '.')}.invalid"
    )


def _part(name: str) -> str:
    try:
        return checked_name(name[:_LONGEST_PART], "name", _LONGEST_PART)
    except InvalidInputError:
        return ""


def _tenants_of(session: Session, access: Access) -> Sequence[Tenant]:
    if access.sees_all_tenants:
        return ()
    keys = {Tenant.fold(name): name for name in access.tenants}
    found = session.scalars(select(Tenant).where(Tenant.name_key.in_(keys))).all()
    for key in keys.keys() - {tenant.name_key for tenant in found}:
        _log.warning("The file of ways to sign in names the tenant %.80r, and there is none.", keys[key])
    if not found:
        raise NotAllowedError(
            "None of the tenants that your groups give you is there any more. Ask who administers Ringmaster."
        )
    return found


def _rights(account: Operator) -> dict[str, Any]:
    tenants = "all" if account.sees_all_tenants else sorted(tenant.name for tenant in account.tenants)
    return {"roles": sorted(role.name for role in account.roles), "tenants": tenants}


def _record(
    session: Session,
    account: Operator,
    who: Identity,
    before: dict[str, Any],
    *,
    is_new: bool,
    author: Author,
    now: datetime,
) -> None:
    after = _rights(account)
    if not is_new and before == after:
        return
    tenants = after["tenants"]
    told = "all tenants" if tenants == "all" else ", ".join(tenants)
    rights = f"{', '.join(after['roles'])} for {told}"
    text = f"{who.way} made {account.username} {rights}."
    journal.record(
        session,
        at=now,
        author=author,
        action="operator added" if is_new else "roles changed",
        subject=account.username,
        text=text,
        details={"was": {} if is_new else before, "is": after},
    )
