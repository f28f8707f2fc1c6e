"""How the owner of an account signs in: `/accounts/{id}/password`, `…/second-factor` and `…/sessions`."""

from datetime import datetime
from http import HTTPStatus
from typing import Any

from msgspec import Struct, convert

from app.models import Operator
from app.rest_api.calls import Answer, Call
from app.rest_api.listing import RowId
from app.rest_api.resources.account_bodies import AccountItem, Password, show
from app.rest_api.resources.accounts import ONE, account_of, check_may_give, right
from app.rest_api.routes import Route
from app.services import operator_sessions, operator_sign_in


class NewPassword(Struct, kw_only=True, forbid_unknown_fields=True):
    """A password that somebody else gives."""

    password: Password


class SessionItem(Struct, kw_only=True):
    """A browser that is signed in; `used_at` lags behind by up to half a minute."""

    id: int
    began_at: datetime
    used_at: datetime
    address: str
    user_agent: str


class Sessions(Struct, kw_only=True):
    """The sessions of an account, those used last first; it has fifty at most."""

    items: list[SessionItem]


def give_password(call: Call[Any, NewPassword]) -> Answer:
    """Gives somebody else's account another password, and signs it out. Its owner has to choose one at the next
    sign-in. Needs a token that was not narrowed."""
    account = _account(call)
    check_may_give(call, ["another password"])
    operator_sign_in.give_password(
        call.session,
        account,
        call.body.password,
        hash_of=call.sign_in.hash_of,
        by_id=call.caller.operator_id,
        author=call.author,
        now=call.now,
    )
    return Answer(show(account))


def reset_second_factor(call: Call[Any, Any]) -> Answer:
    """Takes somebody's second factor away, who has lost it, and signs the account out: the password is enough then.
    Needs a token that was not narrowed."""
    account = _account(call)
    check_may_give(call, ["that the password is enough"])
    operator_sign_in.reset_second_factor(
        call.session, account, by_id=call.caller.operator_id, author=call.author, now=call.now
    )
    return Answer(status=HTTPStatus.NO_CONTENT)


def list_sessions(call: Call[Any, Any]) -> Answer:
    """Lists where an account is signed in."""
    return Answer(_sessions(call, account_of(call, to_change=False)))


def end_sessions(call: Call[Any, Any]) -> Answer:
    """Signs an account out everywhere; its tokens go on."""
    return _ended(call, None)


def end_session(call: Call[Any, Any]) -> Answer:
    """Ends one session of an account; `If-Match` is that of the list."""
    return _ended(call, call.place["session_id"])


def _ended(call: Call[Any, Any], session_id: int | None) -> Answer:
    account = account_of(call, to_change=True)
    call.check_may_change(_sessions(call, account))
    operator_sign_in.end_sessions(call.session, account, session_id, author=call.author, now=call.now)
    return Answer(status=HTTPStatus.NO_CONTENT)


def _account(call: Call[Any, Any]) -> Operator:
    account = account_of(call, to_change=True)
    call.check_may_change(show(account))
    return account


def _sessions(call: Call[Any, Any], account: Operator) -> Sessions:
    found = operator_sessions.of_operator(call.session, account.id, call.sign_in.limits(), now=call.now)
    return Sessions(items=[convert(one, SessionItem, from_attributes=True) for one in found])


_PATH = "/accounts/{account_id}"

ROUTES = (
    Route(
        method="POST", path=f"{_PATH}/password", does=give_password, name="give_account_password",
        summary="Give an account another password", right=right("can_edit"), place=ONE, body=NewPassword,
        answers=AccountItem,
    ),
    Route(
        method="DELETE", path=f"{_PATH}/second-factor", does=reset_second_factor, name="reset_second_factor",
        summary="Reset the second factor of an account", right=right("can_edit"), place=ONE,
        status=HTTPStatus.NO_CONTENT,
    ),
    Route(
        method="GET", path=f"{_PATH}/sessions", does=list_sessions, name="list_account_sessions",
        summary="List the sessions of an account", right=right("can_show"), place=ONE, answers=Sessions,
    ),
    Route(
        method="DELETE", path=f"{_PATH}/sessions", does=end_sessions, name="end_account_sessions",
        summary="End all sessions of an account", right=right("can_edit"), place=ONE, status=HTTPStatus.NO_CONTENT,
    ),
    Route(
        method="DELETE", path=f"{_PATH}/sessions/{{session_id}}", does=end_session, name="end_account_session",
        summary="End a session", right=right("can_edit"), place={**ONE, "session_id": RowId},
        status=HTTPStatus.NO_CONTENT,
    ),
)  # fmt: skip
