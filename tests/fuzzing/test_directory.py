"""Whatever an LDAP directory answers, a search ends with people or a sentence, and a sign-in with a verdict or one."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

import hypothesis
import pytest
from hypothesis import strategies as st

from app.directory.people import Directory, Verdict
from app.directory.searching import search
from app.errors import RingmasterError
from app.rules.phone_book import Search, Security, Server, person
from app.rules.ways_to_sign_in.access import access_of
from app.rules.ways_to_sign_in.reading import read_ways
from tests.fuzzing.ber import BIND_RESULT, EXTENDED_RESULT, SEARCH_RESULT, answers
from tests.fuzzing.directory_server import BIND, EXTENDED, SEARCH, OddDirectory, odd_directory
from tests.fuzzing.samples import WAYS

FEW, MANY = 20, 250
PASSWORD = "open-sesame"
MOST_SECONDS = 5
"""Of processor time, for one conversation."""

LONGEST_SENTENCE = 700
"""Whatever a directory says about why it refuses."""

CONVERSATIONS = st.fixed_dictionaries(
    {
        BIND: st.lists(answers(BIND_RESULT), min_size=1, max_size=2),
        SEARCH: st.lists(answers(SEARCH_RESULT), min_size=1, max_size=3),
        EXTENDED: st.lists(answers(EXTENDED_RESULT), min_size=1, max_size=1),
    }
)


@pytest.fixture(scope="module")
def directory() -> Iterator[OddDirectory]:
    with odd_directory() as odd:
        yield odd


def look_up(directory: OddDirectory) -> None:
    """Search as a test of the phones' directory does, and show what is found."""
    for security in (Security.PLAIN, Security.START_TLS):
        wanted = Search(
            server=Server("127.0.0.1", directory.port, security), certificates="", user="cn=reader,dc=acme",
            password=PASSWORD, base="dc=acme", filter="(cn=a*)", attributes=["cn", "sn", "telephoneNumber"],
            most_entries=50, seconds=2,
        )  # fmt: skip
        found = refused_with_a_sentence(lambda wanted=wanted: search(wanted))
        for values in found.entries if found else ():
            person(values, "%sn, %cn", ["cn"], ["telephoneNumber"]).name.encode()


def sign_in(directory: OddDirectory) -> None:
    """Sign in, find somebody without a password, and see what the groups give."""
    read = read_ways(WAYS[0]).directory
    server = Server("127.0.0.1", directory.port, Security.PLAIN)
    for group_base in ("", "ou=groups"):
        way = replace(read, servers=(server,), bind_password=PASSWORD, group_base=group_base, seconds=2)
        refused_with_a_sentence(lambda way=way: Directory(way).find("anna"))
        answer = refused_with_a_sentence(lambda way=way: Directory(way).sign_in("anna", PASSWORD))
        if answer is None or answer.person is None:
            continue
        assert answer.verdict is Verdict.RIGHT
        found = answer.person
        for text in (found.username, found.first_name, found.last_name, found.mail, *found.groups):
            text.encode()
        access_of(found.groups, way.access)


def refused_with_a_sentence(ask: Callable[[], object]) -> object:
    """Return the answer to a question; None where it is refused, with a sentence that tells no password."""
    answer, sentence = None, "None: it was answered."
    try:
        answer = ask()
    except RingmasterError as error:
        sentence = str(error)
    assert 0 < len(sentence.strip()) < LONGEST_SENTENCE
    assert PASSWORD not in sentence
    return answer


WHO_ASKS = pytest.mark.parametrize("ask", [look_up, sign_in], ids=lambda ask: ask.__name__)


@WHO_ASKS
def test_answers_of_a_directory_are_read_or_refused(directory: OddDirectory, ask):
    assert ask_often(directory, ask, FEW)[0] >= FEW


@pytest.mark.acceptance
@WHO_ASKS
def test_many_answers_of_a_directory_are_read_or_refused(directory: OddDirectory, ask, record_property):
    asked, longest = ask_often(directory, ask, MANY)
    record_property("conversations", f"{asked:,}")
    record_property("longest", f"{longest * 1000:.0f} ms")


def ask_often(directory: OddDirectory, ask: Callable[[OddDirectory], None], times: int) -> tuple[int, float]:
    """Ask so often, each time with other answers; return how often, and the seconds of the dearest."""
    spent: list[float] = []

    def once(said: dict[int, Sequence[bytes]]) -> None:
        directory.said = said
        began = time.thread_time()
        ask(directory)
        spent.append(time.thread_time() - began)
        assert spent[-1] < MOST_SECONDS

    settings = hypothesis.settings(
        max_examples=times, database=None, deadline=None,
        phases=[hypothesis.Phase.generate, hypothesis.Phase.shrink],
        suppress_health_check=list(hypothesis.HealthCheck),
    )  # fmt: skip
    settings(hypothesis.given(said=CONVERSATIONS)(once))()
    return len(spent), max(spent)
