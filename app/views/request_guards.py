"""What holds for every request to a screen: visitors sign in, NUL bytes are refused, answers carry headers."""

from urllib.parse import urlencode

from flask import Flask, Response, abort, g, redirect, request
from flask.typing import ResponseReturnValue
from flask_login import current_user
from flask_wtf import CSRFProtect

csrf = CSRFProtect()

PHONE_API = "phone_api"
MOST_BYTES_OF_A_FORM = 1024 * 1024
STATIC = frozenset({"static", "appbuilder.static"})
_OPEN_TO_VISITORS = STATIC | {"SignInView.login", "SignInView.logout", "PhoneManagerView.sign_in"}

_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
}
_CONTENT_SECURITY_POLICY = (
    "default-src 'self'; script-src 'self'{nonce}; style-src 'self'; img-src 'self' data:; "
    "object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'"
)


def install(app: Flask) -> None:
    """Guard every request but those of phones, which have their own rules."""
    app.config["MAX_CONTENT_LENGTH"] = MOST_BYTES_OF_A_FORM
    app.before_request(_name_account)
    app.before_request(_refuse_nul_bytes)
    app.before_request(_send_visitors_to_sign_in)
    csrf.init_app(app)
    app.after_request(_add_headers)


def is_for_phones() -> bool:
    """Whether this request belongs to the phone API."""
    return request.blueprint == PHONE_API


def _name_account() -> None:
    """Say who asks where Flask-AppBuilder looks for it; it does so itself, after a refusal needs a page with a menu."""
    g.user = current_user


def _refuse_nul_bytes() -> None:
    """Refuse what no database column can hold; PostgreSQL would fail on it."""
    if is_for_phones() or request.endpoint in STATIC:
        return
    texts = [request.path, *request.args, *request.args.values(), *request.form, *request.form.values()]
    if any("\0" in text for text in texts) or "%00" in request.query_string.decode("latin-1"):
        abort(400, "A value contains a NUL byte, which no field can hold.")


def _send_visitors_to_sign_in() -> ResponseReturnValue | None:
    if request.endpoint is None or is_for_phones() or request.endpoint in _OPEN_TO_VISITORS:
        return None
    if current_user.is_authenticated:
        return None
    wanted = request.full_path.rstrip("?") if request.method in {"GET", "HEAD"} else "/"
    return redirect("/login/?" + urlencode({"next": wanted}))


def _add_headers(response: Response) -> Response:
    if is_for_phones():
        return response
    response.headers.extend(_HEADERS)
    nonce = f" 'nonce-{g.csp_nonce}'" if "csp_nonce" in g else ""
    response.headers["Content-Security-Policy"] = _CONTENT_SECURITY_POLICY.format(nonce=nonce)
    if response.mimetype == "text/html":
        response.headers["Cache-Control"] = "no-store"
    return response
