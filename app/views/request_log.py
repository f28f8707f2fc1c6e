"""A line of the log for each request to a screen: who asked for what, from where, and how it was answered."""

import logging
import secrets
import time

from flask import Flask, Response, current_app, g, request

from app.counters import counters
from app.log_watch import LogWatch
from app.logs import context
from app.logs.levels import VERBOSE
from app.views.request_guards import PROGRAMS_ASK, STATIC, is_for_phones, is_of_a_program
from app.views.web_session import database

WATCH = "ringmaster_log_watch"
_LONGEST_PATH = 200
_READS_ONLY = {"GET", "HEAD", "OPTIONS"}

log = logging.getLogger(__name__)


def install(app: Flask) -> None:
    """Begin each request with a reference, which all of its lines have, and end it with a line of its own."""
    app.before_request(_begin)
    app.after_request(_log)
    app.teardown_request(lambda _error: context.end())


def reference() -> str:
    """Return the reference of this request: it is in its lines, and on the page where something went wrong."""
    return context.current().reference


def _begin() -> None:
    g.began_at = time.monotonic()
    context.begin(context.Request(secrets.token_hex(4), request.remote_addr or "", _account))
    # Whether it lives a process says at once, also while the database lets everybody wait.
    if request.endpoint not in PROGRAMS_ASK | STATIC:
        watch().look_if_due()


def watch() -> LogWatch:
    """Return what this process knows of how it is to log."""
    found: LogWatch | None = current_app.extensions.get(WATCH)
    if found is None:
        found = current_app.extensions[WATCH] = LogWatch(database())
    return found


def _log(response: Response) -> Response:
    milliseconds = round(_seconds() * 1000)
    counters.count("web", _kind(), response.status_code, _seconds())
    level = _level_of(response)
    if log.isEnabledFor(level):
        path = request.path[:_LONGEST_PATH]
        log.log(level, "%s %s %d in %d ms", request.method, path, response.status_code, milliseconds)
    return response


def _seconds() -> float:
    now = time.monotonic()
    return now - float(g.get("began_at", now))


def _kind() -> str:
    if is_for_phones():
        return "phones"
    if is_of_a_program():
        return "rest"
    return "static" if request.endpoint in STATIC else "screen"


def _level_of(response: Response) -> int:
    """Return how much a request matters: what changes something is told at INFO, looking at DEBUGGING."""
    if _kind() not in {"screen", "rest"} or request.endpoint in PROGRAMS_ASK or response.status_code == 304:
        return VERBOSE
    return logging.DEBUG if request.method in _READS_ONLY else logging.INFO


def _account() -> str:
    """Return who is signed in, as far as this request has asked already: a line must not ask the database."""
    return str(getattr(g.get("_login_user"), "username", "")) if g else ""
