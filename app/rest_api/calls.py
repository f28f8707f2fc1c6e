"""A call of a program on its way to a resource, and the answer on its way back; nothing of Flask."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from http import HTTPStatus
from pathlib import Path
from typing import IO, Any, Generic, TypeVar

from msgspec import Struct
from sqlalchemy.orm import Session

from app.rest_api.cursors import Cursors
from app.rest_api.etags import Conditions, etag_of
from app.rest_api.writing import encode
from app.services.api_tokens.checking import Caller
from app.services.author import Author
from app.services.operator_sessions import Limits

Query = TypeVar("Query")
Body = TypeVar("Body")


class Nothing(Struct, forbid_unknown_fields=True, frozen=True):
    """A query or a body that says nothing."""


@dataclass(frozen=True, slots=True)
class SignIn:
    """How people sign in to the screens: what is kept of a password, and how long their sessions live."""

    hash_of: Callable[[str], str]
    limits: Callable[[], Limits]


@dataclass(frozen=True, slots=True, kw_only=True)
class Call(Generic[Query, Body]):
    """What is asked: by whom and when, at which place, with what. ``session`` has the scope of the caller."""

    session: Session
    caller: Caller
    author: Author
    now: datetime
    place: Mapping[str, Any]
    query: Query
    body: Body
    conditions: Conditions
    cursors: Cursors
    firmware_folder: Path
    sign_in: SignIn
    data_folder: Path

    def check_may_change(self, shown: Struct) -> None:
        """Raise RefusedError 412 where who calls has seen another state than this one."""
        self.conditions.check_may_change(etag_of(encode(shown)))


@dataclass(frozen=True, slots=True, kw_only=True)
class SentFile:
    """A file as an answer: bytes, or where they lie, under a name. ``etag`` is without the quotes.

    One that is open already is closed when it was sent.

    ``media_type`` is one of those that the route says.
    """

    content: bytes | Path | IO[bytes]
    name: str
    etag: str
    modified: datetime
    media_type: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What is answered; ``location`` is where something that was added is from now on, beneath /api/v1.

    ``forgets`` is the checksum of firmware that was named until now, empty where there is none.
    """

    content: Struct | SentFile | None = None
    status: HTTPStatus = HTTPStatus.OK
    location: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    forgets: str = ""
