"""One's own second factor: set up with an app, confirmed, turned off; and codes for who loses the app."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from http import HTTPStatus

import segno
from flask import current_app, flash, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_appbuilder import BaseView
from flask_appbuilder.baseviews import expose
from flask_login import current_user
from markupsafe import Markup
from sqlalchemy.orm import Session

from app.errors import ConflictError, InvalidInputError, RingmasterError
from app.security import totp
from app.services import operator_sessions, second_factors
from app.services.second_factors import LONGEST_TYPED, WRONG_CODE
from app.transaction import transaction
from app.views import owners_proof, sign_in_limit, sign_in_sessions
from app.views.deeds import note_of_account
from app.views.request_guards import lacks_a_second_factor
from app.views.web_session import db

ADDRESS = "/account/second-factor/"
_ISSUER = "Ringmaster"  # without a blank, which apps show as +

Deed = Callable[[Session], Sequence[str]]
"""What is done in a transaction; it returns recovery codes to be shown, or none."""


class SecondFactorView(BaseView):
    """The second factor of the account that is signed in: for everybody who is, whatever the role."""

    route_base = "/account/second-factor"
    default_view = "show"

    @expose("/")
    def show(self) -> ResponseReturnValue:
        """Show whether there is one, or the secret that the app is to be told."""
        return _page()

    @expose("/begin", methods=["POST"])
    def begin(self) -> ResponseReturnValue:
        """Make the secret that an app is to share."""
        with transaction(db.session()) as session:
            second_factors.begin(session, current_user.id)
        return redirect(ADDRESS)

    @expose("/confirm", methods=["POST"])
    def confirm(self) -> ResponseReturnValue:
        """Turn it on once the app shows the right code; sessions in other browsers, which began without, end."""

        def turn_on(session: Session) -> Sequence[str]:
            codes = second_factors.confirm(session, current_user.id, _typed("code"), now=datetime.now(UTC))
            operator_sessions.end_all(session, current_user.id, but=sign_in_sessions.this_id())
            return codes

        return _with_password(turn_on, "second factor turned on", "turned the second factor on")

    @expose("/recovery-codes", methods=["POST"])
    def renew_recovery_codes(self) -> ResponseReturnValue:
        """Make other recovery codes, for who gives a code."""

        def renew(session: Session) -> Sequence[str]:
            return second_factors.renew_recovery_codes(session, current_user.id)

        return _with_code(renew, "recovery codes renewed", "made new recovery codes")

    @expose("/turn-off", methods=["POST"])
    def turn_off(self) -> ResponseReturnValue:
        """Turn it off, for who gives a code."""

        def turn_off(session: Session) -> Sequence[str]:
            second_factors.remove(session, current_user.id)
            return ()

        return _with_code(turn_off, "second factor turned off", "turned the second factor off")


def qr_code(text: str) -> Markup:
    """Return a QR code as SVG, dark on light on every page: apps read no other."""
    code = segno.make(text, error="m", micro=False)
    drawn = code.svg_inline(omitsize=True, border=3, dark="#000", light="#fff", svgclass="qr", lineclass=None)
    return Markup(drawn)  # noqa: S704  (drawn of squares; the text is not in it)


def _with_password(deed: Deed, action: str, words: str) -> ResponseReturnValue:
    """Do it where the password is right: who finds a browser signed in sets nothing up in the owner's place."""
    refusal = owners_proof.refusal_without(_typed("password"))
    return _do(deed, action, words) if refusal is None else _page(error=refusal)


def _with_code(deed: Deed, action: str, words: str) -> ResponseReturnValue:
    """Do it where a code is right: who finds a browser signed in turns nothing off."""
    if current_user.second_factor_since is None:
        return redirect(ADDRESS)
    sign_in_limit.check_code(current_user.id)
    with transaction(db.session()) as session:
        taken = second_factors.take(session, current_user.id, _typed("code"), now=datetime.now(UTC))
    sign_in_limit.note_code(current_user.id, is_right=taken is not None)
    if taken is None:
        return _page(error=InvalidInputError(WRONG_CODE, field="code"))
    return _do(deed, action, words)


def _do(deed: Deed, action: str, words: str) -> ResponseReturnValue:
    try:
        with transaction(db.session()) as session:
            codes = deed(session)
    except RingmasterError as error:
        return _page(error=error)
    note_of_account(current_user, action, f"{current_user.username} {words}.")
    if codes:
        return _page(codes=codes)
    flash("Your second factor is off.", "success")
    return redirect(ADDRESS)


def _typed(name: str) -> str:
    return request.form.get(name, "")


def _page(*, codes: Sequence[str] = (), error: RingmasterError | None = None) -> ResponseReturnValue:
    session = db.session()
    secret = second_factors.secret_to_share(session, current_user)
    address = "" if secret is None else totp.address_of(secret, _name_in_app(), _ISSUER)
    page = render_template(
        "ringmaster/second_factor.html",
        title="Second factor",
        is_on=current_user.second_factor_since is not None,
        is_demanded=second_factors.is_demanded(
            current_app.extensions["ringmaster_settings"].second_factor, current_user
        ),
        has_to=lacks_a_second_factor(),
        has_password=owners_proof.has_password(),
        left=second_factors.recovery_codes_left(session, current_user.id),
        secret=secret,
        picture=qr_code(address) if address else "",
        codes=codes,
        longest=LONGEST_TYPED,
        faults=error.by_field if error is not None else {},
        refused=str(error) if error is not None and not error.by_field else "",
    )
    if error is None:
        return make_response(page)
    return make_response(
        page, HTTPStatus.CONFLICT if isinstance(error, ConflictError) else HTTPStatus.BAD_REQUEST
    )


def _name_in_app() -> str:
    """Return what the app calls the account: people have some of several installations."""
    return f"{current_user.username}@{request.host.partition(':')[0]}"
