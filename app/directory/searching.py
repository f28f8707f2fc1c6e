"""Searches a real LDAP directory, bounded in time, and says what went wrong in sentences."""

import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ldap3 import SUBTREE, Connection

from app.directory.answers import refuse_answer
from app.directory.connections import MOST_SECONDS, bound, silence_told
from app.errors import ConflictError
from app.rules.phone_book import Search

_MOST_AT_ONCE = 2
_PAGE = 200
_PAGING = "1.2.840.113556.1.4.319"  # RFC 2696
_CUT = frozenset({"sizeLimitExceeded", "adminLimitExceeded"})

# Searches hold a thread of the web server each; those who wait for a page must not run out of them.
_places = threading.BoundedSemaphore(_MOST_AT_ONCE)

Entry = Mapping[str, Sequence[str]]
RawEntry = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Found:
    """The entries that were found; ``is_cut`` where the directory had more than it gave, and how long it took."""

    entries: Sequence[Entry]
    is_cut: bool
    seconds: float


def search(wanted: Search) -> Found:
    """Search the directory. Hold no transaction meanwhile: it may take ``CONNECT_SECONDS`` and ``MOST_SECONDS``.

    UnreachableError where it cannot be reached, is not trusted or does not answer, NotAllowedError where it refuses
    the user name or password, InvalidInputError for a filter or base that it cannot understand, ConflictError while
    too many search.
    """
    if not _places.acquire(blocking=False):
        raise ConflictError("Other searches of the directory are still running. Try again in a few seconds.")
    try:
        return _search(wanted)
    finally:
        _places.release()


def _search(wanted: Search) -> Found:
    began = time.monotonic()
    with bound(wanted) as connection:
        found, is_cut = read_pages(connection, wanted)
    return Found([_entry(one) for one in found], is_cut, time.monotonic() - began)


def read_pages(connection: Connection, wanted: Search) -> tuple[list[RawEntry], bool]:
    """Return the entries that a search finds, as ldap3 has them, and whether the directory had more than it gave."""
    entries: list[RawEntry] = []
    cookie = None
    while True:
        found, result = _read_page(connection, wanted, cookie)
        entries += found
        cookie = result.get("controls", {}).get(_PAGING, {}).get("value", {}).get("cookie")
        is_cut = result["description"] in _CUT
        if len(entries) >= wanted.most_entries:
            return entries[: wanted.most_entries], is_cut or bool(cookie) or len(
                entries
            ) > wanted.most_entries
        if is_cut or not cookie:
            return entries, is_cut


def _read_page(connection: Connection, wanted: Search, cookie: Any) -> tuple[list[RawEntry], dict[str, Any]]:
    with silence_told(wanted):
        _, result, response, _ = connection.search(
            wanted.base,
            wanted.filter,
            SUBTREE,
            attributes=list(wanted.attributes),
            size_limit=wanted.most_entries,
            time_limit=min(wanted.seconds, MOST_SECONDS),
            paged_size=min(wanted.most_entries, _PAGE),
            paged_cookie=cookie,
        )
    if result["description"] != "success" and result["description"] not in _CUT:
        refuse_answer(wanted, result)
    return [found for found in response or [] if found["type"] == "searchResEntry"], result


def _entry(found: Mapping[str, Any]) -> Entry:
    return {
        name: [value.decode("utf-8", "replace") for value in values or ()]
        for name, values in found["raw_attributes"].items()
    }
