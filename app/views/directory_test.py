"""A test of the LDAP directory: what was typed into a phone, and who it would list (manual, chapter 10)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.directory.searching import search
from app.errors import RingmasterError
from app.rules.phone_book import Person
from app.services import directory_questions
from app.services.directory_questions import SearchBy


@dataclass(frozen=True, slots=True)
class DirectoryTest:
    """What was searched for, and what came of it: people, or the sentence that says why not.

    ``people`` is None while nothing was searched; ``asked`` is the filter that the directory was sent.
    """

    by: SearchBy
    typed: str
    refused: str = ""
    people: Sequence[Person] | None = None
    is_cut: bool = False
    seconds: float = 0
    server: str = ""
    asked: str = ""


NO_TEST = DirectoryTest(SearchBy.NAME, "")


def typed_by_form(form: Mapping[str, str]) -> tuple[SearchBy, str]:
    """Return what a form searches by, and for."""
    by = SearchBy.NUMBER if form.get("search_by") == SearchBy.NUMBER else SearchBy.NAME
    return by, form.get("search_for", "").strip()


def run(texts: Mapping[str, str], by: SearchBy, typed: str) -> DirectoryTest:
    """Search the directory with these settings; no transaction may be open meanwhile."""
    try:
        wanted = directory_questions.question(texts, by, typed)
        found = search(wanted)
        people = directory_questions.people(texts, found.entries)
    except RingmasterError as error:
        return DirectoryTest(by, typed, refused=str(error))
    return DirectoryTest(
        by,
        typed,
        people=people,
        is_cut=found.is_cut,
        seconds=found.seconds,
        server=str(wanted.server),
        asked=wanted.filter,
    )
