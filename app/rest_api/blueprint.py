"""The REST API as a Flask blueprint: the only module here that knows Flask."""

import logging
from collections.abc import Iterable, Mapping
from functools import partial
from http import HTTPStatus
from io import BytesIO
from os import fstat
from pathlib import Path
from typing import IO

import flask
from flask import Blueprint, current_app, request
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from app.arrivals.addresses import ANYTHING, know_anything
from app.arrivals.bodies import coming_in, hear_out_refused
from app.rest_api import openapi, reasons
from app.rest_api.answering import Request, RestApi
from app.rest_api.calls import SentFile
from app.rest_api.etags import Conditions, etag_of
from app.rest_api.problems import RefusedError, problem
from app.rest_api.resources import ROUTES
from app.rest_api.responses import Response, as_problem
from app.rest_api.routes import BENEATH, Route
from app.services import export_files

EXTENSION = "ringmaster_rest_api"
_OF_STRANGERS = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.TOO_MANY_REQUESTS})
DOCUMENT = "/openapi.json"
_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")

log = logging.getLogger(__name__)

blueprint = Blueprint("rest_api", __name__, url_prefix=BENEATH)
blueprint.record(know_anything)


def _answer(routes: dict[str, Route], **place: str) -> flask.Response:
    """Answer one address, whatever the method."""
    method = "GET" if request.method == "HEAD" else request.method
    if method == "OPTIONS":
        return _as_flask(Response(HTTPStatus.NO_CONTENT, b"", {"Allow": _allowed(routes)}))
    route = routes.get(method)
    if route is None:
        status = HTTPStatus.METHOD_NOT_ALLOWED
        said = problem(status, f"{request.method} is not for this address; {_allowed(routes)} are.")
        return _as_flask(as_problem(status, said, {"Allow": _allowed(routes)}))
    request.max_content_length = route.most_bytes
    api: RestApi = current_app.extensions[EXTENSION]
    asked = Request(
        route=route,
        place=place,
        query=list(request.args.items(multi=True)),
        authorization=request.headers.get("Authorization", ""),
        reason=request.headers.get(reasons.HEADER, ""),
        conditions=Conditions(request.headers.get("If-Match", ""), request.headers.get("If-None-Match", "")),
        media_type=request.mimetype,
        body=partial(_read_body, route.most_bytes),
        pieces=coming_in,
        address=request.remote_addr or "",
    )
    answer = api.answer(asked)
    sent = _as_flask(answer)
    if route.check is not None and answer.status >= HTTPStatus.BAD_REQUEST:
        _end_with(sent, is_known=answer.status not in _OF_STRANGERS)
    return sent


def _end_with(refusal: flask.Response, *, is_known: bool) -> None:
    """Hear out a known caller whose file was refused; a stranger could hold up others with that, and is hung up on."""
    if is_known:
        hear_out_refused()
    else:
        refusal.headers["Connection"] = "close"


def _document() -> flask.Response:
    """Answer with the description of the API, which everybody may read: it says what the source says."""
    body = openapi.written()
    etag = etag_of(body)
    headers = {"ETag": f'"{etag}"', "Cache-Control": "no-cache"}
    if Conditions(if_none_match=request.headers.get("If-None-Match", "")).is_known(etag):
        return _as_flask(Response(HTTPStatus.NOT_MODIFIED, b"", headers))
    return _as_flask(Response(HTTPStatus.OK, body, {**headers, "Content-Type": "application/json"}))


def _nothing_here(**_place: str) -> flask.Response:
    status = HTTPStatus.NOT_FOUND
    return _as_flask(
        as_problem(
            status,
            problem(status, f"Nothing is at this address; {BENEATH}{DOCUMENT} says what there is."),
        )
    )


@blueprint.errorhandler(HTTPException)
def _http_error(error: HTTPException) -> flask.Response | HTTPException:
    if error.code is None or error.code < HTTPStatus.BAD_REQUEST:
        return error
    status = HTTPStatus(error.code)
    return _as_flask(as_problem(status, problem(status, error.description or f"{status.phrase}.")))


@blueprint.errorhandler(Exception)
def _bug(error: Exception) -> flask.Response:
    log.error("%s %s failed", request.method, request.path[:200], exc_info=error)
    status = HTTPStatus.INTERNAL_SERVER_ERROR
    said = "Something went wrong here, and not with you. Nothing was changed, and it has been logged."
    return _as_flask(as_problem(status, problem(status, said)))


def _read_body(most_bytes: int) -> bytes:
    try:
        return request.get_data(cache=False)
    except RequestEntityTooLarge:
        raise RefusedError(
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
            f"The body is larger than {most_bytes // 1024:,} KiB, which is the most.",
            headers={"Connection": "close"},
        ) from None


def _as_flask(response: Response) -> flask.Response:
    if isinstance(response.body, SentFile):
        return _sent(response.body, response.headers)
    answer = flask.Response(response.body, response.status)
    answer.headers.pop("Content-Type", None)
    answer.headers.extend(response.headers)
    return answer


def _sent(file: SentFile, headers: Mapping[str, str]) -> flask.Response:
    """Send a file in pieces, or the part of it that is asked for; nothing where who asks has it already."""
    content = BytesIO(file.content) if isinstance(file.content, bytes) else file.content
    answer = flask.send_file(
        content,
        mimetype=file.media_type,
        as_attachment=True,
        download_name=file.name,
        etag=file.etag,
        last_modified=file.modified,
    )
    for name, value in headers.items():
        answer.headers[name] = value
    if not isinstance(content, BytesIO | Path):
        _send_open(answer, content)
    return answer


def _send_open(answer: flask.Response, content: IO[bytes]) -> None:
    """Say how long an open file is, and send it; it is closed with its last piece, or where nothing of it is sent."""
    if answer.status_code == HTTPStatus.OK:
        answer.content_length = fstat(content.fileno()).st_size
        answer.response = export_files.pieces(content)
    if request.method == "HEAD" or answer.status_code != HTTPStatus.OK:
        content.close()


def _allowed(routes: Iterable[str]) -> str:
    methods = {*routes, "OPTIONS", *(["HEAD"] if "GET" in routes else [])}
    return ", ".join(method for method in _METHODS if method in methods)


def _add_rules() -> None:
    """Give each address its rule; what no rule has is answered here as well."""
    by_path: dict[str, dict[str, Route]] = {}
    for route in ROUTES:
        by_path.setdefault(route.path, {})[route.method] = route
    for path, routes in by_path.items():
        name = "_".join(part.strip("{}") for part in path.strip("/").split("/"))
        # Parameters of phones have slashes in their names.
        rule = path.replace("{parameter}", f"<{ANYTHING}:parameter>").replace("{", "<").replace("}", ">")
        blueprint.add_url_rule(rule, name, partial(_answer, routes), methods=_METHODS)
    blueprint.add_url_rule(DOCUMENT, "openapi", _document, methods=["GET"])
    blueprint.add_url_rule(f"/<{ANYTHING}:rest>", "nothing", _nothing_here, methods=_METHODS)


_add_rules()
