"""From a request to the call that it makes: match and parse, before the database is asked."""

from typing import Any

import msgspec

from app.phone_api.access import normal_path
from app.phone_api.errors import refusal_of, refuse
from app.phone_api.messages import MAX_BODY_BYTES, PhoneRequest, PhoneResponse
from app.phone_api.routes import Endpoint, match
from app.rules.sentences import quoted
from app.rules.url_keys import parted


class Call(msgspec.Struct, frozen=True):
    """A parsed request that waits for its endpoint."""

    request: PhoneRequest
    endpoint: Endpoint
    arguments: Any


def refuse_too_long() -> PhoneResponse:
    """Return the refusal of a body of which not even the rest is read."""
    return refuse(413, f"The body is longer than {MAX_BODY_BYTES} bytes.", Connection="close")


def prepare(request: PhoneRequest) -> Call | PhoneResponse:
    """Return the call that a request makes, or the refusal when it makes none. Asks no database."""
    try:
        path, key = parted(normal_path(request.path))
        return _call_or_refusal(
            request if path == request.path else msgspec.structs.replace(request, path=path, key=key)
        )
    except Exception as error:  # noqa: BLE001 - the edge turns every error into an answer, bugs included
        return refusal_of(error, request)


def _call_or_refusal(request: PhoneRequest) -> Call | PhoneResponse:
    found = match(request.path)
    if found is None:
        return refuse(404, f"There is nothing for phones at {quoted(request.path)}.")
    route, parts = found
    if request.method not in route.methods:
        return refuse(405, f"Use {' or '.join(route.methods)} here.", Allow=", ".join(route.methods))
    if len(request.body) > MAX_BODY_BYTES:
        return refuse_too_long()
    return Call(request, route.endpoint, route.endpoint.parse(request, parts))
