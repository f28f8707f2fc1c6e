"""Whoever guesses passwords at the sign-in page is told to wait (app/services/sign_in_limit.py)."""

from datetime import UTC, datetime

from flask import Flask, current_app, request
from werkzeug.exceptions import TooManyRequests

from app.security.installation_keys import installation_key
from app.services.sign_in_limit import SignInLimit
from app.transaction import let_go, transaction
from app.views.web_session import begin_to_write, db

_EXTENSION = "ringmaster_sign_in_limit"


def install(app: Flask) -> None:
    """Give the application its limit."""
    app.extensions[_EXTENSION] = SignInLimit(installation_key(app.extensions["ringmaster_settings"]))


def check(name: str) -> None:
    """Raise TooManyRequests (429), with when to try again, where this caller has given too many wrong passwords."""
    seconds = _limit().seconds_to_wait(db.session(), _address(), name, now=datetime.now(UTC))
    # Nor may the look keep a place in the database while a password is checked, which takes a tenth of a second.
    let_go(db.session())
    if seconds:
        raise TooManyRequests(
            "Too many wrong passwords were given from your address, so none is taken for a while.",
            retry_after=seconds,
        )


def note(name: str, *, is_right: bool) -> None:
    """Count a wrong password, or forget those before a right one."""
    begin_to_write()
    with transaction(db.session()) as session:
        if is_right:
            _limit().forget(session, _address(), name)
        else:
            _limit().note_wrong(session, _address(), name, at=datetime.now(UTC))


def check_code(operator_id: int) -> None:
    """Raise TooManyRequests (429) where too many wrong codes were given for an account, or from this address."""
    seconds = _limit().seconds_to_wait_with_code(db.session(), _address(), operator_id, now=datetime.now(UTC))
    if seconds:
        raise TooManyRequests(
            "Too many wrong codes were given for this account, so none is taken for a while.",
            retry_after=seconds,
        )


def note_code(operator_id: int, *, is_right: bool) -> None:
    """Count a wrong code, or forget those before a right one."""
    with transaction(db.session()) as session:
        if is_right:
            _limit().forget_codes(session, operator_id)
        else:
            _limit().note_wrong_code(session, _address(), operator_id, at=datetime.now(UTC))


def _limit() -> SignInLimit:
    found: SignInLimit = current_app.extensions[_EXTENSION]
    return found


def _address() -> str:
    return request.remote_addr or ""
