"""Letting in people whom a directory or a provider vouches for: what the two ways have in common."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime

from flask import Flask, current_app, request
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.directory.people import Directory
from app.errors import ConflictError, InvalidInputError, NotAllowedError, RingmasterError
from app.identity_provider.provider import Provider
from app.logs import security_events
from app.models import Operator
from app.rendering.notices.subjects import on_one_line
from app.rules.ways_to_sign_in.access import Access
from app.rules.ways_to_sign_in.directory import LDAP
from app.rules.ways_to_sign_in.reading import Ways
from app.security.tenant_scope import ALL_TENANTS
from app.services import journal, outside_accounts, ways_to_sign_in
from app.services.author import Author
from app.services.outside_accounts import Identity
from app.transaction import let_go, writing
from app.views.web_session import database, db

EXTENSION = "ringmaster_ways_to_sign_in"
_LONGEST_SHOWN = 100


@dataclass(frozen=True, slots=True)
class WaysHere:
    """The ways of this installation, and what this process knows of the servers behind them."""

    ways: Ways
    directory: Directory | None
    providers: Mapping[str, Provider]


def install(app: Flask) -> None:
    """Load the ways to sign in; InvalidInputError stops the start where their file will not do."""
    settings = app.extensions["ringmaster_settings"]
    ways = ways_to_sign_in.load(settings.sign_in_file)
    if ways.providers and not settings.web_url:
        raise InvalidInputError(
            "Set RINGMASTER_WEB_URL to the address of the screens, such as https://manager.example.com: providers of "
            "identities send people back to it."
        )
    directory = None if ways.directory is None else Directory(ways.directory)
    app.extensions[EXTENSION] = WaysHere(ways, directory, {way.id: Provider(way) for way in ways.providers})


def ways_here() -> WaysHere:
    """Return the ways of the application that serves this request."""
    found: WaysHere = current_app.extensions[EXTENSION]
    return found


def name_of_way(mark: str) -> str:
    """Return how the accounts with a mark sign in, in words; a way that is no longer there goes by its mark."""
    ways = ways_here().ways
    if not mark:
        return "own password"
    if mark == LDAP:
        return (
            ways.directory.name
            if ways.directory is not None
            else "the directory, which is not set up any more"
        )
    return next((each.name for each in ways.providers if each.mark == mark), mark)


def password_page(mark: str) -> str:
    """Return the address where people of a way change their password, empty where none is known."""
    directory = ways_here().ways.directory
    return directory.password_page if mark == LDAP and directory is not None else ""


def admit(who: Identity, access: Access | None) -> Operator:
    """Return the account of somebody who has proved who he is, as his groups make it now.

    Raises the RingmasterError whose sentence says why he is not let in; the journal has it too, and an account that
    had rights has none then.
    """
    let_go(db.session())
    # Until it was checked, a name may hold what no column does, and be of any length.
    shown = on_one_line(who.username[:_LONGEST_SHOWN])
    author = Author(shown, request.remote_addr or "")
    try:
        number = _take_in(who, access, author)
    except RingmasterError as error:
        with writing(database(), ALL_TENANTS) as session:
            if isinstance(error, NotAllowedError):
                _turn_away(session, outside_accounts.find(session, who.mark, who.key), who.way, author)
            _note_refusal(session, who.way, author, str(error))
        raise
    account: Operator = db.session().get_one(Operator, number, populate_existing=True)
    return account


def turn_away(operator: Operator, way: str) -> None:
    """Take the rights of an account that its directory lets in no more."""
    number, author = operator.id, Author(operator.username, request.remote_addr or "")
    let_go(db.session())
    with writing(database(), ALL_TENANTS) as session:
        _turn_away(session, session.get(Operator, number), way, author)


def _take_in(who: Identity, access: Access | None, author: Author) -> int:
    """Return the number of the account. The session of the request would see no tenants in what it has read before."""
    now = datetime.now(UTC)
    for _ in range(2):
        with suppress(IntegrityError), writing(database(), ALL_TENANTS) as session:
            account = outside_accounts.take_in(session, who, access, author=author, now=now)
            return int(account.id)
    raise ConflictError("You are signing in in several places at once. Try again.")


def _turn_away(session: Session, account: Operator | None, way: str, author: Author) -> None:
    if account is not None:
        outside_accounts.turn_away(session, account, way, author=author, now=datetime.now(UTC))


def _note_refusal(session: Session, way: str, author: Author, why: str) -> None:
    text = f"{author.name} came through {way} and was not let in: {why}"
    security_events.note_of_account(text)
    journal.record(
        session,
        at=datetime.now(UTC),
        author=author,
        action="sign-in refused",
        subject=author.name,
        text=text,
    )
