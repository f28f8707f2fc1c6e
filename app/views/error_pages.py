"""Errors as pages of the product: one place that turns them into a status and a sentence."""

import logging
from http import HTTPStatus

from flask import Flask, jsonify, render_template, request
from flask.typing import ResponseReturnValue
from flask_login import current_user
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DataError
from werkzeug.exceptions import HTTPException

from app.errors import (
    ConflictError,
    InvalidInputError,
    NotAllowedError,
    NotFoundError,
    RingmasterError,
    UnreachableError,
)
from app.transaction import let_go
from app.views.request_guards import is_for_phones, wants_json
from app.views.uploads import hear_out_refused
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
NOT_PERMITTED = "You do not have permission to modify this item."
_SENTENCES = {
    HTTPStatus.BAD_REQUEST: "The request cannot be understood. Go back and try again.",
    HTTPStatus.FORBIDDEN: NOT_PERMITTED,
    HTTPStatus.NOT_FOUND: "There is nothing at this address, or nothing that your account may see.",
    HTTPStatus.METHOD_NOT_ALLOWED: "This address does not take that kind of request.",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "What was sent is larger than this page takes.",
    HTTPStatus.INTERNAL_SERVER_ERROR: "Something went wrong here. It has been logged; try again in a moment.",
}


def install(app: Flask) -> None:
    """Answer errors of the screens with pages; the phone API answers its own."""
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(CSRFError, _csrf_error)
    app.register_error_handler(RingmasterError, _our_error)
    app.register_error_handler(DataError, _data_error)


def _http_error(error: HTTPException) -> ResponseReturnValue:
    if is_for_phones() or error.code is None or error.code < 400:
        return error
    if error.code in _HEARD_OUT:
        _hear_out()
    own_words = error.description if error.description != type(error).description else None
    return _page(HTTPStatus(error.code), own_words)


def _csrf_error(_error: CSRFError) -> ResponseReturnValue:
    _hear_out()
    return _page(
        HTTPStatus.BAD_REQUEST,
        "The form was open for too long or came from another place. Open the page again.",
    )


def _our_error(error: RingmasterError) -> ResponseReturnValue:
    status = next(
        (status for kind, status in STATUS_OF.items() if isinstance(error, kind)), HTTPStatus.BAD_REQUEST
    )
    return _page(status, str(error))


def _data_error(error: DataError) -> ResponseReturnValue:
    log.warning("A value did not fit its column: %s", error.orig)
    return _page(HTTPStatus.BAD_REQUEST, "A value is too long or out of range.")


def _hear_out() -> None:
    """Let somebody who is signed in send the rest of his form, so that his browser shows him the page."""
    if request.method == "POST" and current_user.is_authenticated:
        let_go(db.session())
        hear_out_refused()


def _page(status: HTTPStatus, sentence: str | None = None) -> ResponseReturnValue:
    template = (
        "ringmaster/failure.html" if status >= HTTPStatus.INTERNAL_SERVER_ERROR else "ringmaster/error.html"
    )
    shown = sentence or _SENTENCES.get(status, f"{status.phrase}.")
    if wants_json():
        return jsonify(refused=shown), status
    return render_template(template, status=status.value, phrase=status.phrase, sentence=shown), status
