"""Signing in with a second factor: who has given the right password is asked for a code before a session begins.

Until then the browser is nobody's: its cookie, which is signed, says whose password was given and until when a code is
taken. It is worth nothing without the code, and ends with the password that it was given for.
"""

import hashlib
from datetime import UTC, datetime, timedelta

from flask import current_app, flash, redirect, render_template, session
from flask.typing import ResponseReturnValue
from flask_appbuilder import BaseView, expose
from flask_appbuilder.security.decorators import no_cache
from flask_appbuilder.utils.base import get_safe_redirect
from flask_login import login_user
from flask_wtf import FlaskForm
from wtforms import StringField

from app.models import Operator
from app.services import second_factors
from app.services.second_factors import LONGEST_TYPED, Taken
from app.transaction import transaction
from app.views import sign_in_limit, sign_in_sessions
from app.views.deeds import note_of_account
from app.views.web_session import db

ADDRESS = "/login/code/"
TIME_FOR_A_CODE = timedelta(minutes=5)
_HALF = "half_signed_in"


class CodeForm(FlaskForm):
    """A code of the app, or one of those for who has lost it."""

    code = StringField("Code")


class SecondStepView(BaseView):
    """The second page of signing in."""

    route_base = "/login/code"
    default_view = "code"

    @expose("/", methods=["GET", "POST"])
    @no_cache
    def code(self) -> ResponseReturnValue:
        """Ask for the code, or let in who gives the right one; who guesses is told to wait."""
        operator = _operator()
        if operator is None:
            return redirect("/login/")
        form = CodeForm()
        if form.validate_on_submit():
            sign_in_limit.check_code(operator.id)
            taken = _take(operator, form.code.data or "")
            if taken is not None:
                return _let_in(operator, taken)
            form.code.errors = [second_factors.WRONG_CODE]
        return render_template(
            "ringmaster/sign_in_code.html", form=form, name=operator.username, longest=LONGEST_TYPED
        )


def let_in(operator: Operator, wanted: str) -> ResponseReturnValue:
    """Begin the session of somebody who has given the right password, or ask for the code first."""
    if operator.second_factor_since is None:
        return begin_session(operator, wanted)
    session[_HALF] = {
        "id": operator.id,
        "mark": _mark(operator),
        "until": int((datetime.now(UTC) + TIME_FOR_A_CODE).timestamp()),
        "next": wanted,
    }
    return redirect(ADDRESS)


def begin_session(operator: Operator, wanted: str) -> ResponseReturnValue:
    """Begin the session of somebody who has proved all that is asked for."""
    session.pop(_HALF, None)
    sign_in_sessions.begin(operator)
    login_user(operator)
    return redirect(wanted)


def forget() -> None:
    """Let the password that this browser has given count no more."""
    session.pop(_HALF, None)


def _operator() -> Operator | None:
    """Return whose password this browser has given a moment ago."""
    half = session.get(_HALF)
    if half is None:
        return None
    operator = db.session.get(Operator, half["id"])
    if datetime.now(UTC).timestamp() > half["until"]:
        session.pop(_HALF)
        flash("The time for the code is over. Sign in again.", "info")
        return None
    is_as_it_was = operator is not None and operator.is_active and _mark(operator) == half["mark"]
    return operator if is_as_it_was and operator.second_factor_since is not None else None


def _mark(operator: Operator) -> str:
    """Return what is another text as soon as the password, or the second factor, is another one."""
    told = f"{operator.password} {operator.second_factor_since}"
    return hashlib.sha256(told.encode()).hexdigest()[:16]


def _take(operator: Operator, typed: str) -> Taken | None:
    with transaction(db.session()) as database:
        taken = second_factors.take(database, operator.id, typed, now=datetime.now(UTC))
    sign_in_limit.note_code(operator.id, is_right=taken is not None)
    if taken is None:
        text = f"Somebody gave the password of {operator.username} and a wrong code."
        note_of_account(operator, "sign-in refused", text)
    return taken


def _let_in(operator: Operator, taken: Taken) -> ResponseReturnValue:
    wanted = get_safe_redirect(session[_HALF]["next"])
    current_app.extensions["appbuilder"].sm.note_sign_in(operator)
    if taken is Taken.RECOVERY_CODE:
        left = second_factors.recovery_codes_left(db.session(), operator.id)
        text = f"{operator.username} signed in with a recovery code; {left} are left."
        note_of_account(operator, "recovery code used", text)
        flash(f"You used a recovery code; {left} are left. Make new ones on Your account.", "warning")
    return begin_session(operator, wanted)
