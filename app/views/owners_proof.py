"""Proof that the owner of an account sits before a browser that is signed in, asked for before what is grave."""

from datetime import UTC, datetime, timedelta

from flask import current_app, request
from flask_login import current_user

from app.errors import ConflictError, InvalidInputError, RingmasterError
from app.logs import security_events
from app.rules.ways_to_sign_in.provider import is_of_provider
from app.views import sign_in_limit, sign_in_sessions

_JUST_COME = timedelta(minutes=10)
_COME_AGAIN = (
    "Sign out and in again first: this is taken within ten minutes of signing in, so that it is surely you."
)


def has_password() -> bool:
    """Whether the proof is a password; who comes by a provider has none to give."""
    return not is_of_provider(current_user.signs_in_by)


def refusal_without(password: str) -> RingmasterError | None:
    """Return why this is no proof, or None where it is one; wrong passwords count as those of the sign-in do.

    Who comes by a provider has to have signed in there a short while ago. Raises TooManyRequests (429) for who guesses.
    """
    if not has_password():
        return None if _has_just_come() else ConflictError(_COME_AGAIN)
    name = current_user.username
    sign_in_limit.check(name)
    if current_app.extensions["appbuilder"].sm.is_password_of(current_user, password):
        return None
    sign_in_limit.note(name, is_right=False)
    security_events.note_refusal("a password", f"{request.method} {request.path}", "it is not the account's")
    return InvalidInputError("This is not your password.", field="password")


def _has_just_come() -> bool:
    began = sign_in_sessions.began_at()
    return began is not None and datetime.now(UTC) - began < _JUST_COME
