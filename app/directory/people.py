"""Finds people in the directory of a company, and asks it whether a password is theirs."""

import logging
import re
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any, TypeVar

from ldap3 import Connection

from app.directory.connections import bind, opened
from app.directory.searching import RawEntry, read_pages
from app.errors import ConflictError, InvalidInputError, RingmasterError, UnreachableError
from app.rules.phone_book import Search, Server
from app.rules.sentences import quoted
from app.rules.ways_to_sign_in.directory import DirectoryWay

_log = logging.getLogger(__name__)

LONGEST_TYPED = 128
_MOST_AT_ONCE = 2
_WAITS_SECONDS = 3
_LEFT_OUT_SECONDS = 15
_MOST_GROUPS = 1_000
_REFUSED = frozenset({"invalidCredentials", "inappropriateAuthentication", "unwillingToPerform"})
_reason_of_ad = re.compile(r"\bdata ([0-9a-f]{3})\b")

Result = TypeVar("Result")


class Verdict(Enum):
    """What a directory says of a name and a password."""

    RIGHT = "right"
    WRONG = "wrong"
    NOBODY = "nobody has this name"
    BARRED = "right, and not let in any more"


class _SeveralPeopleError(ConflictError):
    """A name is that of several people."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody as the directory has him; ``groups`` are DNs."""

    dn: str
    username: str
    first_name: str
    last_name: str
    mail: str
    groups: Sequence[str]


@dataclass(frozen=True, slots=True)
class Answer:
    """The verdict, who it is where it is RIGHT, and what the person is to be told where the password was right."""

    verdict: Verdict
    person: Person | None = None
    told: str = ""


_REASONS = {
    "532": (
        Verdict.WRONG,
        "Your password has expired. Change it where you change it for the whole company, then sign in here.",
    ),
    "773": (
        Verdict.WRONG,
        "You have to change your password first, where you change it for the whole company.",
    ),
    "533": (Verdict.BARRED, "Your account in the directory is switched off."),
    "701": (Verdict.BARRED, "Your account in the directory has expired."),
}
"""What Active Directory says to somebody whose password was right (MS-ERREF, 2.2)."""


class Directory:
    """The servers of a directory, asked one after the other; one that was away is left out for a while.

    Used by all threads of a process. Hold no transaction meanwhile: it may take ``CONNECT_SECONDS`` and the seconds of
    the way for each server.
    """

    def __init__(self, way: DirectoryWay) -> None:
        self.way = way
        self._away_until: dict[Server, float] = {}
        self._places = threading.BoundedSemaphore(_MOST_AT_ONCE)

    def sign_in(self, username: str, password: str) -> Answer:
        """Return whether this is somebody's password; UnreachableError where no server says so."""
        if not password or not username or len(username) > LONGEST_TYPED:
            return Answer(
                Verdict.WRONG
            )  # an empty one would bind as nobody, which succeeds (RFC 4513, 5.1.2)
        return self._ask(lambda server: self._sign_in(server, username, password))

    def find(self, username: str) -> Person | None:
        """Return somebody without a password, which needs ``bind_user``; None where nobody has this name.

        ConflictError where several have.
        """
        if not self.way.bind_user:
            raise ConflictError("Without bind_user nobody is found without a password; give one.")
        return self._ask(lambda server: self._find(server, username))

    def _ask(self, question: Callable[[Server], Result]) -> Result:
        with self._place():
            now = time.monotonic()
            here = [one for one in self.way.servers if self._away_until.get(one, 0) <= now]
            error: UnreachableError | None = None
            for server in here:
                try:
                    return question(server)
                except UnreachableError as away:
                    _log.warning("People cannot sign in through %s: %s", server, away)
                    self._away_until[server] = time.monotonic() + _LEFT_OUT_SECONDS
                    error = away
                except InvalidInputError as wrong:
                    raise UnreachableError(f"{self.way.name} cannot be asked so: {wrong}") from wrong
        raise error or UnreachableError(
            f"No server of {self.way.name} answered a moment ago; they are asked again in some seconds."
        )

    @contextmanager
    def _place(self) -> Iterator[None]:
        if not self._places.acquire(timeout=_WAITS_SECONDS):
            raise ConflictError("Many people are signing in just now. Try again in a few seconds.")
        try:
            yield
        finally:
            self._places.release()

    def _sign_in(self, server: Server, username: str, password: str) -> Answer:
        searches = self._question(server)
        if self.way.bind_as:
            searches = replace(searches, user=self.way.bind_name(username), password=password)
        with opened(searches) as connection:
            refusal = _refusal(bind(connection, searches))
            if refusal is not None:
                if self.way.bind_as:
                    return refusal
                raise UnreachableError(
                    f"{server} refuses bind_user or its password, so nobody is found there."
                )
            try:
                person = self._read(connection, searches, username)
            except _SeveralPeopleError:
                return Answer(Verdict.WRONG)  # whose it is nobody knows, and nobody's account loses anything
            if person is None:
                return Answer(Verdict.NOBODY)
            # Who was found proves it, also where others are bound under a name that was typed: they may be different.
            proof = replace(searches, user=person.dn, password=password)
            return _refusal(bind(connection, proof)) or Answer(Verdict.RIGHT, person)

    def _find(self, server: Server, username: str) -> Person | None:
        searches = self._question(server)
        with opened(searches) as connection:
            if _refusal(bind(connection, searches)) is not None:
                raise UnreachableError(
                    f"{server} refuses bind_user or its password, so nobody is found there."
                )
            return self._read(connection, searches, username)

    def _question(self, server: Server) -> Search:
        way = self.way
        return Search(
            server=server,
            certificates=way.certificates,
            user=way.bind_user,
            password=way.bind_password,
            base=way.base,
            filter="",
            attributes=way.attributes,
            most_entries=2,
            seconds=way.seconds,
        )

    def _read(self, connection: Connection, searches: Search, username: str) -> Person | None:
        way = self.way
        wanted = replace(searches, filter=way.filter_for(username))
        with _advised(way):
            found, _ = read_pages(connection, wanted)
            if not found:
                return None
            if len(found) > 1:
                said = f"{way.name} finds several people called {quoted(username)}: make filter stricter."
                _log.warning(said)
                raise _SeveralPeopleError(said)
            values = _texts(found[0])
            dn = str(found[0]["dn"])
            name = _first(values, way.username) or username
            groups = [*values.get(way.groups_attribute.casefold(), ())]
            if way.group_base:
                groups += self._read_groups(connection, searches, dn, name)
        return Person(
            dn,
            name,
            _first(values, way.first_name),
            _first(values, way.last_name),
            _first(values, way.mail),
            tuple(dict.fromkeys(groups)),
        )

    def _read_groups(self, connection: Connection, searches: Search, dn: str, username: str) -> Iterator[str]:
        wanted = replace(
            searches,
            base=self.way.group_base,
            filter=self.way.filter_of_groups(dn, username),
            attributes=["1.1"],  # none (RFC 4511, 4.5.1.8): the names are enough
            most_entries=_MOST_GROUPS,
        )
        found, is_cut = read_pages(connection, wanted)
        if is_cut:
            _log.warning(
                "%.80r is in more than %d groups; those beyond count for nothing.", username, _MOST_GROUPS
            )
        return (str(one["dn"]) for one in found)


@contextmanager
def _advised(way: DirectoryWay) -> Iterator[None]:
    """Let a refusal of a search be one of the directory as a whole: no name and no password is wrong."""
    try:
        yield
    except (UnreachableError, _SeveralPeopleError):
        raise
    except RingmasterError as error:
        raise UnreachableError(f"{way.name} cannot be searched: {error}") from error


def _refusal(result: Mapping[str, Any]) -> Answer | None:
    """Return the answer that a refused bind is, None where it is none; others than for a wrong password are errors."""
    said = result["description"]
    if said == "success":
        return None
    if said not in _REFUSED:
        raise UnreachableError(f"The directory answered {said} when somebody was to be signed in.")
    reason = _reason_of_ad.search(result.get("message") or "")
    verdict, told = _REASONS.get(reason[1] if reason else "", (Verdict.WRONG, ""))
    return Answer(verdict, told=told)


def _texts(entry: RawEntry) -> dict[str, Sequence[str]]:
    return {
        name.casefold(): [value.decode("utf-8", "replace") for value in values or ()]
        for name, values in entry["raw_attributes"].items()
    }


def _first(values: Mapping[str, Sequence[str]], name: str) -> str:
    return next(iter(values.get(name.casefold(), ())), "").strip()
