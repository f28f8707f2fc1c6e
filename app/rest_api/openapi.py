"""The description of the API in OpenAPI 3.1, made of the routes that answer and of the types that they read."""

import re
from collections.abc import Iterable, Mapping
from functools import cache, partial
from http import HTTPStatus
from typing import Any

import msgspec
from msgspec import Struct

from app.rest_api import reasons
from app.rest_api.calls import Nothing, SentFile
from app.rest_api.problems import MEDIA_TYPE
from app.rest_api.resources import ROUTES, TITLES
from app.rest_api.routes import BENEATH, Route
from app.rest_api.writing import encode

VERSION = "1"
_SCHEMAS = "#/components/schemas/{name}"
_PROBLEM = {"schema": {"$ref": _SCHEMAS.format(name="Problem")}}
_FILE = {"type": "string", "format": "binary"}
_ALWAYS = (
    HTTPStatus.UNAUTHORIZED,
    HTTPStatus.FORBIDDEN,
    HTTPStatus.TOO_MANY_REQUESTS,
    HTTPStatus.SERVICE_UNAVAILABLE,
)
_LICENSE = {"name": "Apache 2.0", "identifier": "Apache-2.0"}
_ABOUT = """\
What Ringmaster's screens do, for programs.

Each request carries a token: `Authorization: Bearer rmt_…`, made on the page *API tokens* of your account. A token
may at most what its account may, and sees the tenants that it sees.

* Lists come in pages. `next_cursor` of a page is the `cursor` of the next one; null says that it was the last.
* Every answer has an `ETag`. With `If-None-Match` an answer that you have comes as 304; with `If-Match` a change is
  made only to what you have seen, else it is 412.
* `PUT` at a natural key (`/named/…`, or a MAC address) adds or replaces: sent twice it changes nothing more.
* A change may carry the header `X-Reason`: why it is made, for the journal.
* Errors are problem details (RFC 9457), with the name of each field that is wrong.
* Times are UTC, as RFC 3339 writes them.
"""


class WrongField(Struct, kw_only=True):
    """A value that is wrong, and what is wrong with it."""

    field: str
    detail: str


class Problem(Struct, kw_only=True):
    """Why something was not done (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    errors: list[WrongField] | msgspec.UnsetType = msgspec.UNSET


@cache
def written() -> bytes:
    """Return the description as JSON."""
    return encode(document())


def document() -> dict[str, Any]:
    """Return the description."""
    bodies = [route.body for route in ROUTES if route.body is not None and not route.takes_file]
    answers = [route.answers for route in ROUTES if route.answers and route.answers is not SentFile]
    kinds = dict.fromkeys([*bodies, *answers, Problem])
    refs, schemas = msgspec.json.schema_components(list(kinds), ref_template=_SCHEMAS)
    schema_of = dict(zip(kinds, refs, strict=True))
    paths: dict[str, dict[str, Any]] = {}
    for route in ROUTES:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route, schema_of)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Ringmaster", "version": VERSION, "description": _ABOUT, "license": _LICENSE},
        "servers": [{"url": BENEATH}],
        "tags": [{"name": kind, "description": words} for kind, words in TITLES.items()],
        "security": [{"token": []}],
        "paths": paths,
        "components": {
            "schemas": {**_parts_of_queries(), **schemas},
            "parameters": {"Reason": reasons.PARAMETER},
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer", "bearerFormat": "rmt_…"}},
        },
    }


def _operation(route: Route, schema_of: Mapping[Any, Any]) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": route.name,
        "summary": route.summary,
        "description": _said_of(route),
        "tags": [route.right.kind.value if route.right else "yourself"],
        "parameters": [*_places(route), *_arguments(route.query), *_conditions(route), *_reason(route)],
        "responses": _responses(route, schema_of),
    }
    if route.body is not None:
        operation["requestBody"] = {"required": True, "content": _content(route, schema_of)}
    return operation


def _content(route: Route, schema_of: Mapping[Any, Any]) -> dict[str, Any]:
    if route.takes_file:
        return {kind: {"schema": _FILE} for kind in route.file_types}
    return {"application/json": {"schema": schema_of[route.body]}}


def _said_of(route: Route) -> str:
    does = route.does.func if isinstance(route.does, partial) else route.does
    own = re.sub(r"\s+", " ", does.__doc__ or "").strip()
    needs = f"Needs: {route.right.words}." if route.right else ""
    return f"{own}\n\n{needs}".strip()


def _responses(route: Route, schema_of: Mapping[Any, Any]) -> dict[str, Any]:
    good: dict[str, Any] = {"description": route.status.phrase}
    if route.answers is SentFile:
        good["content"] = {kind: {"schema": _FILE} for kind in route.file_types}
        good["headers"] = {name: {"schema": {"type": "string"}} for name in ("ETag", "Accept-Ranges")}
    elif route.answers is not None:
        good["content"] = {"application/json": {"schema": schema_of[route.answers]}}
        good["headers"] = {"ETag": {"schema": {"type": "string"}}}
    responses = {str(route.status.value): good}
    if route.adds:
        responses["201"] = {**good, "description": "Created"}
    if route.answers is SentFile:
        responses["206"] = {**good, "description": "Partial Content, the Range that was asked for"}
    if not route.is_change:
        responses["304"] = {"description": "Not Modified"}
    for status in sorted({*_ALWAYS, *route.refusals, *_refusals(route)}):
        responses[str(status.value)] = {"description": status.phrase, "content": {MEDIA_TYPE: _PROBLEM}}
    return responses


def _refusals(route: Route) -> Iterable[HTTPStatus]:
    yield HTTPStatus.UNPROCESSABLE_ENTITY
    if route.place:
        yield HTTPStatus.NOT_FOUND
    if route.answers is SentFile:
        yield HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE
    if route.takes_file:
        yield HTTPStatus.REQUEST_TIMEOUT
    if route.is_change:
        yield from (HTTPStatus.CONFLICT, HTTPStatus.PRECONDITION_FAILED)
    if route.body is not None:
        yield from (
            HTTPStatus.BAD_REQUEST,
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
            HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
        )


def _places(route: Route) -> Iterable[dict[str, Any]]:
    for name, kind in route.place.items():
        yield {"name": name, "in": "path", "required": True, "schema": _whole(msgspec.json.schema(kind))}


def _whole(schema: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of a part of an address with the words of an enumeration in it, not beside it."""
    beside: dict[str, dict[str, Any]] = schema.get("$defs", {})
    return beside[schema["$ref"].rpartition("/")[2]] if "$ref" in schema else schema


def _arguments(query: type[Struct]) -> Iterable[dict[str, Any]]:
    if query is Nothing:
        return
    _, schemas = msgspec.json.schema_components([query], ref_template=_SCHEMAS)
    needed = schemas[query.__name__].get("required", ())
    for name, said in schemas[query.__name__]["properties"].items():
        yield {
            "name": name,
            "in": "query",
            "required": name in needed,
            "schema": _without_null({key: value for key, value in said.items() if key != "description"}),
            "description": said.get("description", ""),
        }


def _without_null(schema: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of an argument that may be left out: an address cannot say null."""
    kinds = [kind for kind in schema.get("anyOf", ()) if kind != {"type": "null"}]
    if not kinds:
        return schema
    rest = {key: value for key, value in schema.items() if key not in ("anyOf", "default")}
    return {**rest, **kinds[0]} if len(kinds) == 1 else {**rest, "anyOf": kinds}


def _parts_of_queries() -> dict[str, Any]:
    """Return the schemas that arguments refer to."""
    queries = dict.fromkeys(route.query for route in ROUTES)
    _, schemas = msgspec.json.schema_components(list(queries), ref_template=_SCHEMAS)
    return {
        name: schema for name, schema in schemas.items() if name not in {kind.__name__ for kind in queries}
    }


def _conditions(route: Route) -> Iterable[dict[str, Any]]:
    names = ("If-Match", "If-None-Match") if route.method == "PUT" else ("If-Match",)
    for name in (
        names if route.is_change and route.place else ("If-None-Match",) if not route.is_change else ()
    ):
        yield {"name": name, "in": "header", "required": False, "schema": {"type": "string"}}


def _reason(route: Route) -> Iterable[dict[str, str]]:
    if route.is_change:
        yield {"$ref": "#/components/parameters/Reason"}
