"""Parts of pages that keep themselves fresh (static/ringmaster/live.js): one answer for all who look at the same.

Whoever has the same address, scope and roles gets the same bytes, so a part is made once for all of them and kept for
a moment, in the memory of the process. A poll whose part has not changed is answered 304. No answer is older than
what its page shows already: the page says of when that is, and a part that was made before is made anew
(docs/decisions/0054).
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from threading import Lock
from typing import Any

from flask import Flask, current_app, render_template, request, session
from flask_login import current_user
from werkzeug.http import generate_etag
from werkzeug.wrappers import Response

from app.security.tenant_scope import scope_of
from app.views import tenant_choice
from app.views.web_session import db

KEPT_SECONDS = 2.0
"""How long a part is taken as fresh."""
NEWER_THAN, AS_OF = "Ringmaster-Newer-Than", "Ringmaster-As-Of"
"""Headers: of when the page is that asks, and of when the answer is; ISO 8601 in UTC."""
SCOPE = "Ringmaster-Scope"
"""Header: for whom the answer is, and which tenants it shows. A page that is for others is loaded anew."""
_EXTENSION = "ringmaster_fresh_parts"
_MOST_PARTS = 256
_MOST_BYTES = 16 * 1024 * 1024
_MOST_MADE_AT_ONCE = 64


@dataclass(frozen=True, slots=True)
class Part:
    """Bytes as they are sent, their ETag, and the time before which the database was not read."""

    body: bytes
    etag: str
    as_of: datetime


class PartsKept:
    """The parts that a process keeps, those used last; for several threads. Who needs one that is being made waits."""

    def __init__(self, *, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._clock = clock
        self._lock = Lock()
        self._parts: OrderedDict[Hashable, Part] = OrderedDict()
        self._making = [Lock() for _ in range(_MOST_MADE_AT_ONCE)]
        self._bytes = 0

    def __len__(self) -> int:
        return len(self._parts)

    @property
    def size(self) -> int:
        """How many bytes are kept."""
        return self._bytes

    def get(self, key: Hashable, newer_than: datetime | None, make: Callable[[], str]) -> Part:
        """Return the part of this key, not older than KEPT_SECONDS nor than the time given."""
        with self._lock:
            part = self._usable(key, newer_than)
        if part is not None:
            return part
        with self._making[hash(key) % _MOST_MADE_AT_ONCE]:
            with self._lock:
                part = self._usable(key, newer_than)
            return part or self._make(key, make)

    def _usable(self, key: Hashable, newer_than: datetime | None) -> Part | None:
        part = self._parts.get(key)
        if part is None or (self._clock() - part.as_of).total_seconds() >= KEPT_SECONDS:
            return None
        return part if newer_than is None or part.as_of >= newer_than else None

    def _make(self, key: Hashable, make: Callable[[], str]) -> Part:
        as_of = self._clock()
        body = make().encode()
        part = Part(body, generate_etag(body), as_of)
        with self._lock:
            self._drop(key)
            self._parts[key] = part
            self._bytes += len(body)
            while self._bytes > _MOST_BYTES or len(self._parts) > _MOST_PARTS:
                self._drop(next(iter(self._parts)))
        return part

    def _drop(self, key: Hashable) -> None:
        part = self._parts.pop(key, None)
        self._bytes -= len(part.body) if part else 0


def install(app: Flask) -> None:
    """Give the application the parts that its process keeps."""
    app.extensions[_EXTENSION] = PartsKept()
    app.jinja_env.globals["scope_mark"] = scope_mark


def answer(template: str, read: Callable[[], Mapping[str, Any]], *, of_reader: Hashable = None) -> Response:
    """Return a template with what ``read`` returns, or 304 where the one who asks has just that.

    A part may hold nothing that is of one account or one request alone: neither its name, nor the token of a form,
    nor the time of its page. What it shows of how its reader wants it is ``of_reader``: it is shared with those alone
    who want it the same. The counter of alarms in the top bar comes with every part.
    """
    key = (
        request.full_path,
        scope_of(db.session()).tenant_ids,
        _roles(),
        of_reader,
    )
    kept: PartsKept = current_app.extensions[_EXTENSION]
    part = kept.get(key, _newer_than(), lambda: _render(template, read()))
    response = current_app.response_class(part.body, mimetype="text/html")
    response.set_etag(part.etag)
    response.headers[AS_OF] = part.as_of.isoformat()
    response.headers[SCOPE] = scope_mark()
    return response.make_conditional(request)


def scope_mark() -> str:
    """Return a word for whose tenants are shown, by which a page knows an answer for others.

    The account is that of the cookie: a page about a database that is away has this as well.
    """
    chosen = tenant_choice.chosen()
    account = str(session.get("_user_id", "")).partition(".")[0]
    return f"{account or 'nobody'}-{chosen.id if chosen else 'all'}"


def _render(template: str, values: Mapping[str, Any]) -> str:
    body = render_template(template, **values)
    return body if "data-alarm-count" in body else render_template("ringmaster/live_alarms.html") + body


def _roles() -> tuple[int, ...]:
    return tuple(sorted(role.id for role in current_user.roles))


def _newer_than() -> datetime:
    """Return of when the page is that asks; who does not say so gets what is there now."""
    now = datetime.now(UTC)
    try:
        told = datetime.fromisoformat(request.headers.get(NEWER_THAN, ""))
    except ValueError:
        return now
    return told if told.tzinfo else now
