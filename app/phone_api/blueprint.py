"""The phone API on the web listener: a Flask blueprint, the first door."""

from collections.abc import Iterable, Iterator
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from flask import Blueprint, Response, current_app, request
from flask.blueprints import BlueprintSetupState

from app.errors import InvalidInputError
from app.phone_api.access import SLASHES
from app.phone_api.answering import PhoneApi, refuse_too_long
from app.phone_api.errors import refuse
from app.phone_api.messages import MAX_BODY_BYTES, FilePart, PhoneRequest, PhoneResponse, is_too_long
from app.phone_api.routes import PREFIXES

EXTENSION = "ringmaster_phone_api"
_METHODS = ["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"]
_CHUNK = 256 * 1024

blueprint = Blueprint("phone_api", __name__)


@blueprint.record
def _add_converter(state: BlueprintSetupState) -> None:
    """Let addresses match that Flask's own converter for paths leaves out: empty ones, and those with line feeds."""
    converters = state.app.url_map.converters
    anything = {"regex": "(?s:.*)", "part_isolating": False}
    converters["anything"] = type("AnythingConverter", (converters["path"],), anything)


def _answer(**_matched: str) -> Response:
    """Answer whatever a phone asks for; what Flask matched is read from the path again, as at the other door."""
    try:
        body = _read_body()
    except InvalidInputError as error:
        return _as_flask(refuse(400, str(error), Connection="close"))
    if body is None:
        return _as_flask(refuse_too_long())
    headers = {name.lower(): value for name, value in request.headers.items()}
    api: PhoneApi = current_app.extensions[EXTENSION]
    asked = PhoneRequest(request.method, request.path, headers, body, request.remote_addr or "")
    return _as_flask(api.answer(asked))


for _prefix in PREFIXES:
    blueprint.add_url_rule(
        f"/{_prefix}/<anything:rest>", f"answer_{_prefix}".replace("/", "_"), _answer, methods=_METHODS
    )


class NormalPaths:
    """WSGI middleware that gives phones' paths their one form before Flask sees them and would redirect."""

    def __init__(self, application: WSGIApplication) -> None:
        self._application = application

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Pass the request on, its path without doubled slashes where it is a phone's."""
        path = environ.get("PATH_INFO", "")
        if "//" in path:
            normal = SLASHES.sub("/", path)
            if normal.lstrip("/").startswith(tuple(f"{prefix}/" for prefix in PREFIXES)):
                environ["PATH_INFO"] = normal
        return self._application(environ, start_response)


def _read_body() -> bytes | None:
    """Return the body, or None as soon as it is clear that it is longer than a phone's may be.

    Raises InvalidInputError when the sender leaves, or stops, before its end.
    """
    if is_too_long(request.headers.get("Content-Length", "")):
        return None
    body = b""
    try:
        while part := request.stream.read(MAX_BODY_BYTES + 1 - len(body)):
            body += part
    except Exception as error:  # each server has its own for a body that breaks off or is malformed
        raise InvalidInputError("The body did not come whole.") from error
    if len(body) > MAX_BODY_BYTES:
        return None
    if len(body) < (request.content_length or 0):
        raise InvalidInputError("The body did not come whole.")
    return body


def _as_flask(answer: PhoneResponse) -> Response:
    content = answer.body if answer.file is None else _chunks(answer.file)
    response = Response(content, answer.status, dict(answer.headers))
    # The answer to a HEAD has the length of what a GET would get, which Flask takes from the body that it has.
    response.headers["Content-Length"] = answer.headers.get("Content-Length", str(answer.length))
    return response


def _chunks(part: FilePart) -> Iterator[bytes]:
    with part.path.open("rb") as file:
        file.seek(part.offset)
        left = part.length
        while left > 0 and (chunk := file.read(min(_CHUNK, left))):
            left -= len(chunk)
            yield chunk
