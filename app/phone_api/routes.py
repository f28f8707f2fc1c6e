"""The table of what phones may call (protocol 1): both doors answer from it."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from sqlalchemy.orm import Session

from app.phone_api import alarms, file_calls, firmware, keep_alive, provisioning, user_keys
from app.phone_api.claims import Claim
from app.phone_api.context import Context
from app.phone_api.delivery import Answer
from app.phone_api.messages import PhoneRequest
from app.phone_api.shelf import Wanted
from app.rules import url_keys

Parse: TypeAlias = Callable[[PhoneRequest, dict[str, str]], Any]
Find: TypeAlias = Callable[[Session, Any, Context], Answer | None]
Wants: TypeAlias = Callable[[Any], Sequence[Wanted]]
Claims: TypeAlias = Callable[[Any], Claim]
Record: TypeAlias = Callable[[Session, Sequence[Any], Context], Sequence[Answer]]

READ_METHODS = ("GET", "HEAD", "POST")


@dataclass(frozen=True, slots=True)
class Endpoint:
    """How one kind of request is answered.

    ``parse`` turns it into a call, or raises InvalidInputError before the database is asked. ``find`` answers from
    what is stored; where it returns None, or there is none, ``record`` answers a list of such calls in their order
    inside one transaction that writes. ``wants`` names the stored files that ``find`` will look up, so that those of
    many calls are read together. What ``stops_with_license`` is refused once the licence has expired. What
    ``hands_out_files`` is noted in the provisioning log. ``claims`` says whom a call is about, for the guard.
    ``kind`` is what figures call it.
    """

    kind: str
    parse: Parse
    find: Find | None = None
    record: Record | None = None
    wants: Wants | None = None
    stops_with_license: bool = False
    hands_out_files: bool = False
    claims: Claims | None = None


@dataclass(frozen=True, slots=True)
class Route:
    """A pattern of paths, the methods it takes, and its endpoint."""

    pattern: re.Pattern[str]
    methods: tuple[str, ...]
    endpoint: Endpoint


def _route(pattern: str, methods: tuple[str, ...], endpoint: Endpoint) -> Route:
    return Route(re.compile(pattern), methods, endpoint)


_KEEP_ALIVE = Endpoint(
    "report",
    keep_alive.parse,
    record=keep_alive.record,
    stops_with_license=True,
    claims=keep_alive.claim,
)
_ALERT = Endpoint("alarm", alarms.parse, record=alarms.record, stops_with_license=True, claims=alarms.claim)
_USER_KEYS = Endpoint(
    "user keys", user_keys.parse, record=user_keys.record, stops_with_license=True, claims=user_keys.claim
)
_TENANT_FILE = Endpoint(
    "file",
    file_calls.parse,
    provisioning.find_phone_file,
    provisioning.record_phone_file,
    provisioning.wants,
    hands_out_files=True,
    claims=file_calls.claim,
)
_STORED_FILE = Endpoint(
    "file",
    file_calls.parse,
    provisioning.find_stored_file,
    provisioning.record_fetched,
    provisioning.wants,
    hands_out_files=True,
    claims=file_calls.claim,
)
_PROXY_FILE = Endpoint("file", file_calls.parse, provisioning.find_proxy_file, hands_out_files=True)
_FIRMWARE = Endpoint("firmware", firmware.parse, firmware.find, hands_out_files=True)

_NAME = r"(?P<name>[^/]+)"

KEEP_ALIVE_PATH = "/rest/v1/ipphoneMgrStatus/keep-alive"
_KEEP_ALIVE_ROUTE = _route(KEEP_ALIVE_PATH, ("POST",), _KEEP_ALIVE)

ROUTES = (
    _KEEP_ALIVE_ROUTE,
    _route(
        r"/c/(?P<customer>[^/]+)(?:/p/[^/]+)?/rest/v1/ipphoneMgrStatus/(?:init|keep-alive)",
        ("POST",),
        _KEEP_ALIVE,
    ),
    _route(r"/rest/v1/ipphoneMgrAlert/alert", ("POST",), _ALERT),
    _route(r"/rest/v1/ipphoneMgrStatus/user-keys", ("POST",), _USER_KEYS),
    _route(r"/ipp/(?P<name>dhcpoption160\.cfg)", READ_METHODS, _STORED_FILE),
    _route(rf"/ipp/(?:tenant|region)/(?P<tenant>[^/]+)/{_NAME}", READ_METHODS, _TENANT_FILE),
    _route(r"/ipp/httpproxy/(?P<name>[^/]*)", READ_METHODS, _PROXY_FILE),
    _route(rf"/configfiles/{_NAME}", READ_METHODS, _STORED_FILE),
    _route(rf"/firmwarefiles/{_NAME}", READ_METHODS, _FIRMWARE),
)
PREFIXES = ("rest/v1", "c", "ipp", "configfiles", "firmwarefiles", url_keys.PREFIX)


def match(path: str) -> tuple[Route, dict[str, str]] | None:
    """Return the route of a normalised path with the parts it names, or None when phones have nothing there."""
    if path == KEEP_ALIVE_PATH:  # nearly all that phones ask
        return _KEEP_ALIVE_ROUTE, {}
    for route in ROUTES:
        found = route.pattern.fullmatch(path)
        if found is not None:
            return route, {key: value for key, value in found.groupdict().items() if value is not None}
    return None
