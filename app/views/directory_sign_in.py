"""Passwords that the directory of a company keeps: asked there at sign-in, and kept nowhere here."""

import logging

from app.directory.people import Answer, Directory, Person, Verdict
from app.errors import NotAllowedError, UnreachableError
from app.models import Operator
from app.rules.ways_to_sign_in.access import access_of
from app.rules.ways_to_sign_in.directory import LDAP, DirectoryWay
from app.services.outside_accounts import Identity, key_of_name
from app.transaction import let_go
from app.views.outside_sign_in import admit, turn_away, ways_here
from app.views.web_session import db

_log = logging.getLogger(__name__)


def directory_for(account: Operator | None) -> Directory | None:
    """Return the directory that knows the password of an account, or of a name that no account has.

    None for accounts with a password of their own, which also go before people of the directory that are called so.
    """
    if account is not None and (account.signs_in_by != LDAP or not account.active):
        return None
    return ways_here().directory


def proved(directory: Directory, account: Operator | None, username: str, password: str) -> Operator | None:
    """Return the account of whose password this is, as the directory has it now; None for a wrong password or name.

    Raises NotAllowedError, or another RingmasterError, where the password is right and the person is not let in, and
    UnreachableError where the directory cannot say.
    """
    answer = _ask(directory, username, password)
    is_by_name = account is not None and account.username.casefold() == username.casefold()
    is_gone = answer.verdict is Verdict.NOBODY and is_by_name
    if account is not None and (is_gone or answer.verdict is Verdict.BARRED):
        turn_away(account, directory.way.name)
    if answer.told:
        raise NotAllowedError(answer.told)
    if answer.person is None:
        return None
    return admit(
        _identity(directory.way, answer.person), access_of(answer.person.groups, directory.way.access)
    )


def is_password_of(directory: Directory, account: Operator, password: str) -> bool:
    """Whether the directory says so; UnreachableError where it cannot be asked."""
    return _ask(directory, account.username, password).verdict is Verdict.RIGHT


def _ask(directory: Directory, username: str, password: str) -> Answer:
    # Nor may it keep a place in the database while it waits for another server.
    let_go(db.session())
    try:
        return directory.sign_in(username, password)
    except UnreachableError as error:
        _log.warning("Nobody of %s can sign in: %s", directory.way.name, error)
        raise UnreachableError(
            f"Nobody of {directory.way.name} can sign in just now, because it does not answer. Accounts of this "
            "installation can."
        ) from error


def _identity(way: DirectoryWay, person: Person) -> Identity:
    return Identity(
        mark=LDAP,
        way=way.name,
        key=key_of_name(person.username),
        username=person.username,
        first_name=person.first_name,
        last_name=person.last_name,
        mail=person.mail,
    )
