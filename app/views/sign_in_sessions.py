"""The session of the browser that asks: whose it is, whether it still is one, and that it is in use.

The cookie names the account and carries the key of a row (app/services/operator_sessions.py); without the row it is
worth nothing. What a page asks for by itself says so in a header, and prolongs the session only where somebody has
touched the page since: nobody stays signed in because a dashboard stays open.
"""

from datetime import UTC, datetime, timedelta
from functools import cache

from flask import Flask, current_app, flash, g, request, session
from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import Session, joinedload

from app.models import Operator, OperatorSession
from app.security.tenant_scope import ALL_TENANTS
from app.services import operator_sessions
from app.services.operator_sessions import Limits
from app.transaction import let_go, transaction, writing
from app.views.request_guards import STATIC, is_of_a_program
from app.views.web_session import database, db

POLL = "Ringmaster-Poll"
"""Header of what a page asks for by itself: ``used`` where somebody touched it since it asked last, else ``idle``."""
_KEY = "key"


def install(app: Flask) -> None:
    """Note that sessions are in use, before a request begins to write; tell pages how long they last without it."""
    app.before_request(_note_use)
    app.add_template_global(lambda: round(limits().idle.total_seconds()), "idle_seconds")


def limits() -> Limits:
    """Return how long sessions live."""
    settings = current_app.extensions["ringmaster_settings"]
    return Limits(timedelta(minutes=settings.session_idle_minutes), timedelta(hours=settings.session_hours))


def begin(operator: Operator) -> None:
    """Sign this browser in; a session that it had before ends."""
    before, key, now = session.get(_KEY), operator_sessions.new_key(), datetime.now(UTC)
    address, agent = request.remote_addr or "", request.headers.get("User-Agent", "")
    with transaction(db.session()) as database_session:
        if before:
            _end(database_session, before)
        operator_sessions.begin(
            database_session, operator.id, key, at=now, address=address, user_agent=agent.replace("\0", "")
        )
    session[_KEY] = key
    # The cookie lasts beyond the closing of the browser, so that a restart of it keeps what is open.
    session.permanent = True


def end() -> None:
    """Sign this browser out."""
    key = session.pop(_KEY, None)
    if key:
        with transaction(db.session()) as database_session:
            _end(database_session, key)


def end_all(operator_id: int, *, but_this: bool = False) -> int:
    """End the sessions of an account, all or all but the one that asks; return how many."""
    kept = this_id() if but_this else None
    with transaction(db.session()) as database_session:
        return operator_sessions.end_all(database_session, operator_id, but=kept)


def began_at() -> datetime | None:
    """Return when the session that asks began."""
    found: datetime | None = g.get("operator_session_began_at")
    return found


def this_id() -> int | None:
    """Return the number of the session that asks."""
    found: int | None = g.get("operator_session_id")
    return found


def find_operator(user_id: int) -> Operator | None:
    """Return the account of the cookie with its roles, in one way to the database; None where its session is over."""
    key = session.get(_KEY)
    if not isinstance(key, str):
        return None
    found = (
        db.session.execute(_signed_in(), {"id": user_id, "hash": operator_sessions.hash_of(key)})
        .unique()
        .first()
    )
    if found is None:
        return None
    operator, session_id, began, used_at = found
    now = datetime.now(UTC)
    if operator_sessions.is_over(began, used_at, limits(), now=now):
        _tell_that_it_is_over()
        return None
    g.operator_session_id = session_id
    g.operator_session_began_at = began
    g.is_use_to_note = operator_sessions.is_use_to_note(used_at, now=now)
    return operator if operator.is_active else None


def _tell_that_it_is_over() -> None:
    """Say so once, on the sign-in page; a poll is followed by its page, which says it."""
    if POLL not in request.headers and request.endpoint not in STATIC:
        session.pop(_KEY)
        flash("You were signed out because you were away for a while. Sign in to go on.", "info")


def _note_use() -> None:
    if is_of_a_program() or request.endpoint in STATIC or not g.pop("is_use_to_note", False):
        return
    if request.headers.get(POLL, "used") == "used":
        # A request that is to write may hold SQLite's lock by now, for which this would wait in vain.
        let_go(db.session())
        with writing(database(), ALL_TENANTS) as database_session:
            operator_sessions.note_use(database_session, g.operator_session_id, at=datetime.now(UTC))


def _end(database_session: Session, key: str) -> None:
    hashed = operator_sessions.hash_of(key)
    ended = select(OperatorSession.id).where(OperatorSession.key_hash == hashed)
    operator_sessions.drop(database_session, database_session.scalars(ended).all())


@cache
def _signed_in() -> Select[Operator, int, datetime, datetime]:
    """Return what reads an account with its roles, its groups, which might have more of them, and its session."""
    columns = OperatorSession.id, OperatorSession.began_at, OperatorSession.used_at
    wanted = select(Operator, *columns).join(OperatorSession, OperatorSession.operator_id == Operator.id)
    wanted = wanted.where(Operator.id == bindparam("id"), OperatorSession.key_hash == bindparam("hash"))
    return wanted.options(joinedload(Operator.roles), joinedload(Operator.groups))
