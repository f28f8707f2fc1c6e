"""Errors as pages of the product: one place that turns them into a status and sentences.

Each page has a reference, which is in the log as well: who reports it leads to the line.
"""

import logging
from dataclasses import replace
from http import HTTPStatus

from flask import Flask, Response, g, jsonify, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_login import current_user
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DataError, InterfaceError, OperationalError, ProgrammingError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as NoConnectionError
from werkzeug.exceptions import HTTPException

from app.arrivals.bodies import hear_out_refused
from app.errors import (
    ConflictError,
    InvalidInputError,
    NotAllowedError,
    NotFoundError,
    RingmasterError,
    UnreachableError,
)
from app.logs import security_events
from app.schema import check_fits
from app.transaction import let_go
from app.views import request_log
from app.views.error_words import (
    CONCERNS_ALL_TENANTS,
    DATABASE_AWAY,
    DATABASE_BEHIND,
    ErrorWords,
    try_again_in,
    words_of,
)
from app.views.request_guards import SIGN_OUT, STATIC, is_of_a_program, wants_json
from app.views.web_session import db

log = logging.getLogger(__name__)

STATUS_OF: dict[type[RingmasterError], HTTPStatus] = {
    InvalidInputError: HTTPStatus.BAD_REQUEST,
    NotAllowedError: HTTPStatus.FORBIDDEN,
    NotFoundError: HTTPStatus.NOT_FOUND,
    ConflictError: HTTPStatus.CONFLICT,
    UnreachableError: HTTPStatus.SERVICE_UNAVAILABLE,
}
_HEARD_OUT = {HTTPStatus.BAD_REQUEST, HTTPStatus.REQUEST_ENTITY_TOO_LARGE}
"""What may be answered before all of a form has come."""
_REFUSED = {
    HTTPStatus.FORBIDDEN: "a page",
    HTTPStatus.TOO_MANY_REQUESTS: "one more attempt",
}
"""What the log has as an event of its own, in words."""
_DATABASE_ERRORS = (OperationalError, InterfaceError, ProgrammingError, NoConnectionError)
_SECONDS_UNTIL_THE_DATABASE_IS_ASKED_AGAIN = 15
_LONGEST_LOGGED_PATH = 200
_NOT_OF_HTML = dict.fromkeys(
    {*range(32), *range(127, 160)} - {ord("\t"), ord("\n")}, "\N{REPLACEMENT CHARACTER}"
)


def install(app: Flask) -> None:
    """Answer errors of the screens with pages; the phone API answers its own."""
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(CSRFError, _csrf_error)
    app.register_error_handler(RingmasterError, _our_error)
    app.register_error_handler(DataError, _data_error)
    for kind in _DATABASE_ERRORS:
        app.register_error_handler(kind, _database_error)


def _http_error(error: HTTPException) -> ResponseReturnValue:
    if is_of_a_program() or error.code is None or error.code < 400:
        return error
    if error.code in _HEARD_OUT:
        _hear_out()
    _note_refusal(HTTPStatus(error.code), error.description or error.name)
    own_words = error.description if error.description != type(error).description else None
    seconds = _seconds_to_wait(error)
    answer = _page(HTTPStatus(error.code), own_words, advice=try_again_in(seconds) if seconds else None)
    for name, value in error.get_headers():
        if name in {"Allow", "Retry-After"}:
            answer.headers[name] = value
    return answer


def _csrf_error(error: CSRFError) -> ResponseReturnValue:
    security_events.note_refusal("a form", _asked(), str(error.description))
    _hear_out()
    if request.endpoint == SIGN_OUT and not current_user.is_authenticated:
        # A browser that has forgotten the session, with its token, wants nothing but this.
        return redirect("/login/", HTTPStatus.SEE_OTHER)
    return _page(
        HTTPStatus.BAD_REQUEST,
        "The form was open for too long or came from another place, so nothing was changed.",
        advice="Open the page again.",
    )


def _our_error(error: RingmasterError) -> ResponseReturnValue:
    status = next(
        (status for kind, status in STATUS_OF.items() if isinstance(error, kind)), HTTPStatus.BAD_REQUEST
    )
    _note_refusal(status, str(error))
    return _page(status, str(error))


def _data_error(error: DataError) -> ResponseReturnValue:
    log.warning("A value did not fit its column: %s", error.orig)
    return _page(HTTPStatus.BAD_REQUEST, "A value is too long or out of range, so nothing was changed.")


def _database_error(error: SQLAlchemyError) -> ResponseReturnValue:
    """Tell a database that is away, or behind this version, from a statement of ours that is wrong."""
    if is_of_a_program():
        raise error
    words = _words_of_database()
    if words is None and isinstance(error, ProgrammingError):
        raise error
    log.warning("The database failed: %s", getattr(error, "orig", None) or type(error).__name__)
    answer = _unframed(HTTPStatus.SERVICE_UNAVAILABLE, words or DATABASE_AWAY)
    answer.headers["Retry-After"] = str(_SECONDS_UNTIL_THE_DATABASE_IS_ASKED_AGAIN)
    return answer


def _words_of_database() -> ErrorWords | None:
    """Return what is the matter with the database, or None where it answers and fits."""
    try:
        check_fits(db.engine)
    except ConflictError:
        return DATABASE_BEHIND
    except SQLAlchemyError:
        return DATABASE_AWAY
    return None


def _note_refusal(status: HTTPStatus, why: str) -> None:
    if status in _REFUSED:
        security_events.note_refusal(_REFUSED[status], _asked(), why)


def _asked() -> str:
    return f"{request.method} {request.path}"


def _seconds_to_wait(error: HTTPException) -> int:
    told = dict(error.get_headers()).get("Retry-After", "")
    return int(told) if told.isdecimal() else 0


def _hear_out() -> None:
    """Let somebody who is signed in send the rest of his form, so that his browser shows him the page."""
    if request.method == "POST" and current_user.is_authenticated:
        let_go(db.session())
        hear_out_refused()


def _page(status: HTTPStatus, sentence: str | None = None, *, advice: str | None = None) -> Response:
    """Answer with a page in the frame; where the frame cannot be had, without it."""
    words = words_of(status)
    # A sentence may quote what was sent, and what is no character of HTML is none of the page.
    happened = sentence.translate(_NOT_OF_HTML) if sentence else words.happened
    words = replace(words, happened=happened, advice=advice or words.advice)
    # Noted before the menu asks for itself what may be opened.
    needs_all_tenants = status == HTTPStatus.FORBIDDEN and g.get("needs_all_tenants", False)
    words = CONCERNS_ALL_TENANTS if needs_all_tenants else words
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR or request.endpoint in STATIC:
        return _unframed(status, words)
    try:
        # A statement that failed leaves PostgreSQL's transaction useless, and the frame reads from it.
        let_go(db.session())
        return _answer("ringmaster/error.html", status, words)
    except _DATABASE_ERRORS:
        log.warning("The frame of an error could not be read from the database.")
        return _unframed(status, words)


def _unframed(status: HTTPStatus, words: ErrorWords) -> Response:
    """Answer with a page that asks nothing of the database."""
    return _answer("ringmaster/failure.html", status, words)


def _answer(template: str, status: HTTPStatus, words: ErrorWords) -> Response:
    reference = _log(status)
    if wants_json():
        answer = jsonify(refused=words.happened, advice=words.advice, status=status, reference=reference)
    elif request.endpoint in STATIC and "text/html" not in request.headers.get("Accept", ""):
        answer = make_response(f"{words.happened} Reference {reference}\n")
        answer.mimetype = "text/plain"
    else:
        answer = make_response(
            render_template(
                template,
                status=status.value,
                words=words,
                reference=reference,
                needs_all_tenants=words is CONCERNS_ALL_TENANTS,
            )
        )
    answer.status_code = status
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _log(status: HTTPStatus) -> str:
    """Write the reference into the log, once for a request, and return it."""
    reference = request_log.reference()
    if "error_reference" not in g:
        g.error_reference = reference
        level = logging.ERROR if status >= HTTPStatus.INTERNAL_SERVER_ERROR else logging.INFO
        path = request.path[:_LONGEST_LOGGED_PATH]
        log.log(level, "Reference %s: %s %s was answered %d", reference, request.method, path, status)
    return reference
