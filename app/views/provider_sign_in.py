"""Signing in through an OpenID Connect provider: the way there, the way back, and the way out."""

import logging
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import abort, current_app, flash, redirect, request, session
from flask.typing import ResponseReturnValue
from flask_appbuilder import BaseView, expose
from flask_appbuilder.security.decorators import no_cache
from flask_appbuilder.utils.base import get_safe_redirect
from flask_login import current_user
from flask_wtf.csrf import validate_csrf
from wtforms import ValidationError

from app.errors import InvalidInputError, NotAllowedError, RingmasterError, UnreachableError
from app.identity_provider.provider import Attempt, Provider
from app.logs import security_events
from app.models import Operator
from app.rules.ways_to_sign_in.access import access_of
from app.rules.ways_to_sign_in.provider import ProviderWay
from app.services.outside_accounts import Identity
from app.transaction import let_go
from app.views import second_step
from app.views.outside_sign_in import admit, ways_here
from app.views.request_guards import PROVED_ELSEWHERE
from app.views.web_session import begin_to_write, db

TIME_TO_COME_BACK = timedelta(minutes=10)
_PENDING = "provider_sign_in"
_LONGEST_CODE = 4_000

_log = logging.getLogger(__name__)


class ProviderSignInView(BaseView):
    """The addresses of the providers: the button of the sign-in page leads to one, and the provider to the other."""

    route_base = "/login/oidc"
    default_view = "leave"

    @expose("/<string(maxlength=32):name>/")
    @no_cache
    def leave(self, name: str) -> ResponseReturnValue:
        """Send the browser to the provider; only the sign-in page of this session leads here, by its token."""
        provider = _provider(name)
        if current_user.is_authenticated or not _comes_from_sign_in_page():
            return redirect("/login/")
        attempt = Attempt(*(secrets.token_urlsafe(32) for _ in range(3)))
        let_go(db.session())
        try:
            address = provider.address_to_sign_in(attempt, _back(name))
        except UnreachableError as error:
            return _refused(_is_away(provider, error))
        session[_PENDING] = {
            "name": name,
            "attempt": [attempt.state, attempt.nonce, attempt.verifier],
            "until": int((datetime.now(UTC) + TIME_TO_COME_BACK).timestamp()),
            "next": get_safe_redirect(request.args.get("next", "/")),
        }
        return redirect(address)

    @expose("/<string(maxlength=32):name>/back")
    @no_cache
    def back(self, name: str) -> ResponseReturnValue:
        """Take the code that the provider gave to the browser, and let in whom the provider names."""
        provider = _provider(name)
        pending = session.pop(_PENDING, None)
        attempt = _attempt_of(pending, name)
        if attempt is None:
            why = "It was not begun in this browser, or too long ago."
            security_events.note_refusal("an answer of a provider", provider.way.name, why)
            return _refused("This sign-in was not begun here, or too long ago. Begin anew.")
        let_go(db.session())
        try:
            claims = _claims(provider, attempt)
            operator = admit(
                _identity(provider.way, claims),
                access_of(provider.way.groups_in(claims), provider.way.access),
            )
        except RingmasterError as error:
            return _refused(str(error))
        return _let_in(provider.way, operator, claims, pending["next"])


def way_out() -> tuple[str, str]:
    """Return the provider that this browser came by, and where it signs out there; empty where it came by none."""
    proved = session.pop(PROVED_ELSEWHERE, None)
    provider = ways_here().providers.get(proved["name"]) if proved else None
    let_go(db.session())
    if provider is None:
        return "", ""
    return provider.way.name, provider.address_to_sign_out(f"{_web_url()}/login/")


def _claims(provider: Provider, attempt: Attempt) -> Mapping[str, Any]:
    """Return what the provider says; errors have sentences for the person, the log has what is behind them."""
    way = provider.way
    told, code = request.args.get("error"), request.args.get("code", "")
    try:
        provider.check_issuer(request.args.get("iss"))
        if told is not None or not code or len(code) > _LONGEST_CODE:
            _log.warning("%s sent somebody back without a code: %.60r", way.name, told)
            raise NotAllowedError(f"{way.name} did not let you in. Try again, or sign in another way.")
        return provider.claims_for(code, attempt, _back(way.id))
    except UnreachableError as error:
        raise UnreachableError(_is_away(provider, error)) from error
    except InvalidInputError as error:
        _log.warning("%s: %s", way.name, error)
        raise NotAllowedError(f"{way.name} did not confirm that you signed in. Begin anew.") from error
    except NotAllowedError as error:
        if told is None and code:
            security_events.note_refusal("an answer of a provider", way.name, str(error))
            raise NotAllowedError(
                f"What {way.name} answered cannot be trusted, so you were not let in. Begin anew; should it happen "
                "again, tell who administers Ringmaster."
            ) from error
        raise


def _let_in(
    way: ProviderWay, operator: Operator, claims: Mapping[str, Any], wanted: str
) -> ResponseReturnValue:
    security = current_app.extensions["appbuilder"].sm
    refusal = security.refusal_without_license(operator)
    if refusal:
        return _refused(refusal)
    has_proved = way.has_second_factor(claims)
    session[PROVED_ELSEWHERE] = {"name": way.id, "second_factor": has_proved}
    if has_proved:
        begin_to_write()
        security.note_sign_in(operator)
        return second_step.begin_session(operator, wanted)
    security.update_user_auth_stat(operator, success=True)
    return second_step.let_in(operator, wanted)


def _identity(way: ProviderWay, claims: Mapping[str, Any]) -> Identity:
    def text(name: str) -> str:
        value = claims.get(name)
        return value if isinstance(value, str) else ""

    return Identity(
        mark=way.mark,
        way=way.name,
        key=text("sub"),
        username=text(way.username),
        first_name=text("given_name") or text("name"),
        last_name=text("family_name"),
        mail=text("email") if claims.get("email_verified") is not False else "",
    )


def _provider(name: str) -> Provider:
    return ways_here().providers.get(name) or abort(404)


def _comes_from_sign_in_page() -> bool:
    try:
        validate_csrf(request.args.get("token"))
    except ValidationError:
        return False
    return True


def _attempt_of(pending: Any, name: str) -> Attempt | None:
    """Return the attempt of this browser that has come back, unless it is another one or too old."""
    if pending is None or pending["name"] != name or datetime.now(UTC).timestamp() > pending["until"]:
        return None
    attempt = Attempt(*pending["attempt"])
    state = request.args.get("state", "")
    return attempt if secrets.compare_digest(state.encode(), attempt.state.encode()) else None


def _is_away(provider: Provider, error: Exception) -> str:
    _log.warning("Nobody can sign in through %s: %s", provider.way.name, error)
    return f"{provider.way.name} does not answer just now. Sign in another way, or try again in a moment."


def _refused(sentence: str) -> ResponseReturnValue:
    flash(sentence, "warning")
    return redirect("/login/")


def _back(name: str) -> str:
    """Return where the provider sends the browser back to: by the settings, and never by what a caller says."""
    return f"{_web_url()}/login/oidc/{name}/back"


def _web_url() -> str:
    url: str = current_app.extensions["ringmaster_settings"].web_url
    return url
