"""The phone API on the web listener: a Flask blueprint, the first door."""

from collections.abc import Iterator
from contextlib import ExitStack

from flask import Blueprint, Response, current_app, request

from app.arrivals.addresses import ANYTHING, know_anything
from app.errors import InvalidInputError
from app.phone_api.access import certificate_in
from app.phone_api.answering import PhoneApi
from app.phone_api.calls import refuse_too_long
from app.phone_api.errors import refuse
from app.phone_api.messages import MAX_BODY_BYTES, FilePart, PhoneRequest, PhoneResponse, is_too_long
from app.phone_api.routes import PREFIXES
from app.phone_api.wsgi import HELD, IS_STREAMED, hang_up_receiving, take_in
from app.rules.proxies import CONNECTION
from config import Settings

EXTENSION = "ringmaster_phone_api"
_METHODS = ["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"]
_CHUNK = 256 * 1024
_SLOWEST_BODY_SECONDS = 10.0

blueprint = Blueprint("phone_api", __name__)
blueprint.record(know_anything)


def _answer(**_matched: str) -> Response:
    """Answer whatever a phone asks for; what Flask matched is read from the path again, as at the other door."""
    try:
        body = _read_body()
    except InvalidInputError as error:
        hang_up_receiving(request.environ)
        return _as_flask(refuse(400, str(error), Connection="close"))
    if body is None:
        return _as_flask(refuse_too_long())
    headers = {name.lower(): value for name, value in request.headers.items()}
    peer, connection = request.remote_addr or "", request.environ[CONNECTION]
    settings: Settings = current_app.extensions["ringmaster_settings"]
    certificate = certificate_in(headers, connection, settings.trusted_proxies)
    asked = PhoneRequest(request.method, request.path, headers, body, peer, connection, certificate)
    api: PhoneApi = current_app.extensions[EXTENSION]
    held: ExitStack = request.environ[HELD]
    answer = held.enter_context(api.downloads.begun(api.answer(asked)))
    request.environ[IS_STREAMED] = answer.file is not None and answer.file.downloader is not None
    return _as_flask(answer)


for _prefix in PREFIXES:
    blueprint.add_url_rule(
        f"/{_prefix}/<{ANYTHING}:rest>", f"answer_{_prefix}".replace("/", "_"), _answer, methods=_METHODS
    )


def _read_body() -> bytes | None:
    """Return the body, or None as soon as it is clear that it is longer than a phone's may be.

    Raises InvalidInputError when the sender leaves, stops, or takes too long.
    """
    if is_too_long(request.headers.get("Content-Length", "")):
        return None
    try:
        body = take_in(request.stream, MAX_BODY_BYTES + 1, _SLOWEST_BODY_SECONDS)
    except Exception as error:  # each server has its own for a body that breaks off or is malformed
        raise InvalidInputError("The body did not come whole.") from error
    if body is not None and len(body) > MAX_BODY_BYTES:
        return None
    if body is None or len(body) < (request.content_length or 0):
        raise InvalidInputError("The body did not come whole.")
    return body


def _as_flask(answer: PhoneResponse) -> Response:
    content = answer.body if answer.file is None else _chunks(answer.file)
    response = Response(content, answer.status, answer.sent_headers)
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
