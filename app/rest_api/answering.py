"""From a request to its answer: who asks, what is asked, one transaction, and each error as a problem."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from http import HTTPStatus
from pathlib import Path
from typing import Any

from msgspec import Struct
from sqlalchemy.exc import SQLAlchemyError

from app.arrivals.firmware import forget
from app.database import Database
from app.errors import RingmasterError
from app.logs import security_events
from app.rest_api.access import Access
from app.rest_api.calls import Call, Nothing, SignIn
from app.rest_api.cursors import Cursors
from app.rest_api.etags import Conditions
from app.rest_api.problems import RefusedError, problem_of, status_of
from app.rest_api.reading import UnreadableError, read_body, read_place, read_query
from app.rest_api.reasons import read_reason
from app.rest_api.responses import JSON, Response, as_problem, as_response, refused, refused_by_database
from app.rest_api.routes import BENEATH, Route
from app.rest_api.writing import encode
from app.security.tenant_scope import ALL_TENANTS
from app.services.api_tokens.checking import Caller
from app.services.author import Author
from app.services.firmware import files
from app.services.firmware.files import StoredBytes
from app.transaction import reading, writing

MERGE = "application/merge-patch+json"
_REFUSED = {
    HTTPStatus.UNAUTHORIZED: "a caller",
    HTTPStatus.FORBIDDEN: "a call",
    HTTPStatus.TOO_MANY_REQUESTS: "one more call",
}
"""What the log has as an event of its own, in words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A request as it came; ``body`` is read only when it is known who asks, and raises RefusedError 413.

    ``reason`` is the header of that name as WSGI has it, each byte a letter.

    ``pieces`` is told how many bytes may come at most, and yields those of a file that is not read at once.
    """

    route: Route
    place: Mapping[str, str]
    query: Sequence[tuple[str, str]]
    authorization: str
    reason: str
    conditions: Conditions
    media_type: str
    body: Callable[[], bytes]
    pieces: Callable[[int], AbstractContextManager[Iterator[bytes]]]
    address: str


@dataclass(frozen=True, slots=True)
class FirmwareStore:
    """Where firmware lies, and how many bytes one may have at most."""

    folder: Path
    most_bytes: int


class RestApi:
    """Answers requests; for several threads."""

    def __init__(
        self,
        database: Database,
        access: Access,
        cursors: Cursors,
        firmware: FirmwareStore,
        sign_in: SignIn,
        data_folder: Path,
    ) -> None:
        self._database = database
        self._sign_in = sign_in
        self._firmware = firmware
        self._data_folder = data_folder
        self._access = access
        self._cursors = cursors

    def answer(self, request: Request) -> Response:
        """Answer a request, whatever comes of it."""
        try:
            return self._answer(request, datetime.now(UTC))
        except UnreadableError as error:
            return refused(HTTPStatus.BAD_REQUEST, str(error))
        except RingmasterError as error:
            headers = error.headers if isinstance(error, RefusedError) else {}
            _note_refusal(request.route, status_of(error), str(error))
            return as_problem(status_of(error), problem_of(error), headers)
        except SQLAlchemyError as error:
            return refused_by_database(error)

    def _answer(self, request: Request, now: datetime) -> Response:
        route = request.route
        caller = self._access.caller(request.authorization, request.address, now=now)
        self._access.check(caller, route, now=now)
        place = read_place(request.place, route.place)
        query = read_query(request.query, route.query)
        call_of = partial(
            Call,
            caller=caller,
            author=Author(caller.username, request.address, read_reason(request.reason)),
            place=place,
            query=query,
            conditions=request.conditions,
            cursors=self._cursors,
            firmware_folder=self._firmware.folder,
            sign_in=self._sign_in,
            data_folder=self._data_folder,
        )
        if route.note is not None:
            with writing(self._database, ALL_TENANTS) as session:
                route.note(call_of(session=session, body=Nothing(), now=now))
        with self._body_of(request, caller, partial(call_of, now=now)) as body:
            open_session = writing if route.is_change else reading
            with open_session(self._database, caller.scope) as session:
                answer = route.does(call_of(session=session, body=body, now=datetime.now(UTC)))
                written = encode(answer.content) if isinstance(answer.content, Struct) else b""
        if answer.forgets:
            forget(self._database, self._firmware.folder, answer.forgets)
        if route.is_of_license and route.is_change:
            self._access.look_at_license()
        return as_response(answer, written, None if route.is_change else request.conditions)

    @contextmanager
    def _body_of(
        self, request: Request, caller: Caller, call_of: Callable[..., Call[Any, Any]]
    ) -> Iterator[object]:
        """Yield what came; the folder of firmware is locked meanwhile where the route asks for it."""
        route = request.route
        if route.check is not None:
            _check_is_file(request, route)
            check = partial(self._checked, route.check, caller, call_of)
            if route.body is bytes:
                yield _gathered(request, check)
            else:
                with self._taken_in(request, check) as stored:
                    yield stored
        elif route.holds_firmware:
            body = _body(request, route)
            with files.held(self._firmware.folder):
                yield body
        else:
            yield _body(request, route)

    @contextmanager
    def _taken_in(self, request: Request, check: Callable[[], None]) -> Iterator[StoredBytes]:
        """Take a firmware in; while it comes no transaction is open, and it is in its place for its row."""
        store = self._firmware
        with files.draft(store.folder, store.most_bytes) as draft:
            with request.pieces(store.most_bytes) as pieces:
                check()
                for piece in pieces:
                    draft.write(piece)
            with draft.placed() as stored:
                yield stored

    def _checked(
        self, check: Callable[[Call[Any, Any]], None], caller: Caller, call_of: Callable[..., Call[Any, Any]]
    ) -> None:
        with reading(self._database, caller.scope) as session:
            check(call_of(session=session, body=Nothing()))


def _note_refusal(route: Route, status: HTTPStatus, why: str) -> None:
    if status in _REFUSED:
        security_events.note_refusal(_REFUSED[status], f"{route.method} {BENEATH}{route.path}", why)


def _body(request: Request, route: Route) -> object:
    if route.body is None:
        return Nothing()
    if route.body is bytes:
        _check_is_file(request, route)
        return request.body()
    assert issubclass(route.body, Struct)
    taken = (JSON, MERGE) if route.method == "PATCH" else (JSON,)
    if request.media_type not in taken:
        raise RefusedError(
            HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
            f"Send the body as {JSON}.",
            headers={"Accept-Patch" if route.method == "PATCH" else "Accept": ", ".join(taken)},
        )
    return read_body(request.body(), route.body)


def _gathered(request: Request, check: Callable[[], None]) -> bytes:
    """Return a file that comes in pieces; nothing is asked of the database while it comes."""
    with request.pieces(request.route.most_bytes) as pieces:
        check()
        return b"".join(pieces)


def _check_is_file(request: Request, route: Route) -> None:
    if request.media_type not in route.file_types:
        raise RefusedError(
            HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
            f"Send the file itself as the body, as {' or '.join(route.file_types)}.",
            headers={"Accept": ", ".join(route.file_types)},
        )
