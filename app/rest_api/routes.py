"""What the API has: each address with each method, as data; from it requests are answered and documented."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from msgspec import Struct

from app.rest_api.calls import Answer, Call, Nothing
from app.rest_api.reading import MOST_BYTES
from app.rules.api_tokens import Kind
from app.services.firmware.files import StoredBytes

BENEATH = "/api/v1"
FILE_TYPES = ("application/octet-stream", "text/plain")
"""What a file may be sent as; firmware is the first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Right:
    """What a route asks for: a token for this kind, and a role that allows the deeds on the page of the screens."""

    kind: Kind
    page: str
    deeds: tuple[str, ...]

    @property
    def words(self) -> str:
        """The deeds and the page, for a sentence."""
        deeds = (deed.removeprefix("can_").replace("_", " ") for deed in self.deeds)
        return f"{' and '.join(deeds)} in {self.page}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One address with one method. ``place`` has the kind of each part of the address that stands in braces.

    ``answers`` is what it answers with when all went well, None for nothing; ``adds`` says that it may also answer
    201. ``right`` is None for what every token may. ``is_of_license``: it is there also when the licence has expired.
    ``most_bytes`` are those of a body; ``body`` is bytes for a file that is taken as it is.

    ``check`` is asked in a transaction of its own before a file comes in, piece by piece: a firmware, which ``body``
    then is, in its place, or bytes. ``holds_firmware``: no bytes of firmware are put in place or taken away meanwhile.
    ``file_types`` are those that a file is sent as, in whichever direction.

    ``note`` is written in a transaction of its own, of all tenants, before something is read that is to be in the
    journal.
    """

    method: str
    path: str
    does: Callable[[Call[Any, Any]], Answer]
    name: str
    summary: str
    right: Right | None
    answers: Any = None
    query: type[Struct] = Nothing
    body: type[Struct] | type[bytes] | type[StoredBytes] | None = None
    place: Mapping[str, Any] = field(default_factory=dict)
    status: HTTPStatus = HTTPStatus.OK
    adds: bool = False
    is_of_license: bool = False
    check: Callable[[Call[Any, Any]], None] | None = None
    note: Callable[[Call[Any, Any]], None] | None = None
    file_types: Sequence[str] = FILE_TYPES
    holds_firmware: bool = False
    most_bytes: int = MOST_BYTES
    refusals: Sequence[HTTPStatus] = ()

    @property
    def is_change(self) -> bool:
        """Whether it may change something."""
        return self.method != "GET"

    @property
    def takes_file(self) -> bool:
        """Whether the body is a file as it is."""
        return self.check is not None or self.body is bytes
