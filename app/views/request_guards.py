"""What holds for every request to a screen: visitors sign in, NUL bytes are refused, answers carry headers."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any, TypeVar
from urllib.parse import urlencode

from flask import Flask, Response, abort, current_app, g, redirect, request, session
from flask.sessions import SecureCookieSessionInterface
from flask.typing import ResponseReturnValue
from flask_login import current_user
from flask_wtf import CSRFProtect
from itsdangerous import BadSignature

from app.arrivals.hanging_up import hear_no_more
from app.logs import security_events
from app.services import second_factors
from app.services.second_factors import Demand

csrf = CSRFProtect()

View = TypeVar("View", bound=Callable[..., Any])
_TAKES_FILES = "takes_files"

PHONE_API, REST_API = "phone_api", "rest_api"
MOST_BYTES_OF_A_FORM = 1024 * 1024
MOST_BYTES_OF_A_VISITOR = 32 * 1024
"""Of a form of somebody who has not signed in: so much is there before a thread reads it (app/cli/web_worker.py)."""
STATIC = frozenset({"static", "appbuilder.static"})
PROGRAMS_ASK = frozenset({"MonitoringView.live", "MonitoringView.ready", "MonitoringView.metrics"})
"""What programs ask that watch over this one: they do not sign in."""
SIGN_OUT = "SignInView.logout"
OPEN_TO_VISITORS = (
    STATIC
    | PROGRAMS_ASK
    | {"SignInView.login", SIGN_OUT, "SecondStepView.code", "PhoneManagerView.sign_in"}
    | {"ProviderSignInView.leave", "ProviderSignInView.back"}
)
OPEN_TO_THOSE_WHO_CHOOSE = OPEN_TO_VISITORS | {"AccountView.password"}
OPEN_TO_THOSE_WHO_SET_UP = OPEN_TO_THOSE_WHO_CHOOSE | {
    f"SecondFactorView.{name}" for name in ("show", "begin", "confirm")
}

PROVED_ELSEWHERE = "proved_elsewhere"
"""Where a browser's cookie keeps by which provider it came, and whether that has asked for a second factor."""

_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
}
# A year, as browsers' lists of known hosts ask for. Other hosts of the domain are somebody else's.
_TLS_FROM_NOW_ON = "max-age=31536000"
_CONTENT_SECURITY_POLICY = (
    "default-src 'self'; script-src 'self'{nonce}; style-src 'self'; img-src 'self' data:; "
    "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)


def install(app: Flask) -> None:
    """Guard every request but those of programs, which have their own rules."""
    app.config["MAX_CONTENT_LENGTH"] = MOST_BYTES_OF_A_FORM
    app.before_request(_note_a_cookie_that_is_not_ours)
    app.before_request(_send_people_to_https)
    app.before_request(_refuse_nul_bytes)
    app.before_request(_send_visitors_to_sign_in)
    app.before_request(_let_choose_a_password)
    app.before_request(_let_set_up_a_second_factor)
    csrf.init_app(app)
    app.after_request(_add_headers)


def is_for_phones() -> bool:
    """Whether this request belongs to the phone API."""
    return request.blueprint == PHONE_API


def is_of_a_program() -> bool:
    """Whether this request belongs to the phone API or to the REST API, which have their own rules and no session."""
    return request.blueprint in (PHONE_API, REST_API)


def takes_files(view: View) -> View:
    """Mark a view whose forms carry files: it reads them itself, as they come (app/views/uploads.py).

    Nothing may parse such a form before, so the view also checks its token and its values.
    """
    setattr(view, _TAKES_FILES, True)
    exempt: View = csrf.exempt(view)
    return exempt


def carries_files() -> bool:
    """Whether this request sends a form to a view that reads it as it comes."""
    view = current_app.view_functions.get(request.endpoint or "")
    return request.method == "POST" and getattr(view, _TAKES_FILES, False)


def wants_json() -> bool:
    """Whether a script asks that has to be told more than a page says: one that sends a file and shows progress."""
    return request.accept_mimetypes.best == "application/json"


def refuse_nul_bytes(*texts: str) -> None:
    """Refuse what no database column can hold; PostgreSQL would fail on it."""
    if any("\0" in text for text in texts):
        security_events.note_refusal("a value", f"{request.method} {request.path}", "It has a NUL byte.")
        abort(400, "A value contains a NUL byte, which no field can hold.")


def _note_a_cookie_that_is_not_ours() -> None:
    """Note a cookie that was forged or damaged, which is taken for none; one that is too old is nothing to tell."""
    sent = request.cookies.get(current_app.config["SESSION_COOKIE_NAME"])
    if not sent or session or is_of_a_program() or request.endpoint in STATIC:
        return
    serializer = SecureCookieSessionInterface().get_signing_serializer(current_app)
    try:
        if serializer is not None:
            serializer.loads(sent)
    except BadSignature:
        why = "Its signature is not ours."
        security_events.note_refusal("a session", f"{request.method} {request.path}", why)


def bound_forms_of_visitors() -> ResponseReturnValue | None:
    """Read nothing that a thread would have to wait for from who has not signed in."""
    is_to_come = "Transfer-Encoding" in request.headers or "Expect" in request.headers
    is_large = (request.content_length or 0) > MOST_BYTES_OF_A_VISITOR
    if not (is_to_come or is_large) or is_of_a_program() or current_user.is_authenticated:
        return None
    hear_no_more(request.environ)
    return _send_visitors_to_sign_in() or abort(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)


def _refuse_nul_bytes() -> None:
    if is_of_a_program() or request.endpoint in STATIC:
        return
    query = request.query_string.decode("latin-1").replace("%00", "\0")
    refuse_nul_bytes(request.path, *request.args, *request.args.values(), query)
    if not carries_files():
        refuse_nul_bytes(*request.form, *request.form.values())


def _send_people_to_https() -> ResponseReturnValue | None:
    """Send people who come over HTTP to the address for them, where that is HTTPS; phones and programs are served.

    A proxy that says https is believed here also where it is not trusted, so that nobody is sent round in circles.
    """
    url: str = current_app.extensions["ringmaster_settings"].web_url
    if not url.startswith("https://") or request.is_secure or is_of_a_program():
        return None
    if request.endpoint in PROGRAMS_ASK or request.headers.get("X-Forwarded-Proto") == "https":
        return None
    return redirect(url + request.full_path.rstrip("?"), HTTPStatus.PERMANENT_REDIRECT)


def _send_visitors_to_sign_in() -> ResponseReturnValue | None:
    if request.endpoint is None or is_of_a_program() or request.endpoint in OPEN_TO_VISITORS:
        return None
    if current_user.is_authenticated:
        return None
    wanted = request.full_path.rstrip("?") if request.method in {"GET", "HEAD"} else "/"
    return redirect("/login/?" + urlencode({"next": wanted}))


def _let_choose_a_password() -> ResponseReturnValue | None:
    """Lead whoever has a password that somebody else knows to the page where another is chosen, and nowhere else."""
    if is_of_a_program() or request.endpoint in OPEN_TO_THOSE_WHO_CHOOSE:
        return None
    return redirect("/account/password/") if getattr(current_user, "has_to_choose_password", False) else None


def _let_set_up_a_second_factor() -> ResponseReturnValue | None:
    """Lead whoever has to have a second factor and has none to the page where it is set up, and nowhere else."""
    if is_of_a_program() or request.endpoint in OPEN_TO_THOSE_WHO_SET_UP or not lacks_a_second_factor():
        return None
    return redirect("/account/second-factor/")


def lacks_a_second_factor() -> bool:
    """Whether the one who is signed in has to set up a second factor before anything else."""
    demand = current_app.extensions["ringmaster_settings"].second_factor
    if demand == Demand.NOBODY or not current_user.is_authenticated:
        return False
    if session.get(PROVED_ELSEWHERE, {}).get("second_factor", False):
        return False
    return current_user.second_factor_since is None and second_factors.is_demanded(demand, current_user)


def is_not_done_signing_in() -> bool:
    """Whether the one who is signed in has to choose a password, or to set up a second factor, before anything else."""
    return getattr(current_user, "has_to_choose_password", False) or lacks_a_second_factor()


def _add_headers(response: Response) -> Response:
    if is_for_phones():
        return response
    response.headers.extend(_HEADERS)
    if request.is_secure and current_app.config["SESSION_COOKIE_SECURE"]:
        response.headers["Strict-Transport-Security"] = _TLS_FROM_NOW_ON
    nonce = f" 'nonce-{g.csp_nonce}'" if "csp_nonce" in g else ""
    response.headers["Content-Security-Policy"] = _CONTENT_SECURITY_POLICY.format(nonce=nonce)
    if response.mimetype == "text/html":
        response.headers["Cache-Control"] = "no-store"
    return response
