"""A reason stands in every entry of what its author does, however much later an operation or an import does it."""

from sqlalchemy import select

from app.models import JournalEntry
from app.models.enums import Action, ImportKind
from app.services import journal, journal_export, journal_search, settings
from app.services.author import Author
from app.services.imports import jobs
from app.services.journal_search import JournalFilter
from app.services.operations import local, results, starting
from tests.factories import NOW
from tests.services.operating import claim, make_phones, order

WHY = "Ticket 4711; floor 3 moves"
OLGA = Author("olga", "192.0.2.1", WHY)


def reasons(session) -> dict[str, str]:
    return {entry.action: entry.reason for entry in session.scalars(select(JournalEntry))}


def test_an_entry_says_why_and_is_found_by_it(session):
    settings.change(session, "keep_alive_period", "15", author=OLGA, now=NOW)
    settings.change(session, "language", "Czech", author=Author("oscar"), now=NOW)
    found = journal_search.search(session, JournalFilter(words="ticket 4711"), number=1, size=10)
    assert [(entry.actor, entry.reason) for entry in found.rows] == [("olga", WHY)]


def test_the_reason_is_the_last_column_of_the_table(session):
    said = {"at": NOW, "action": "x", "subject": "y", "text": "z"}
    journal.record_all(
        session, [journal.entry(author=OLGA, **said), journal.entry(author=Author("a"), **said)]
    )
    entries = journal_export.read_chunk(session, JournalFilter(action="x"), after=None)
    first, second = journal_export.lines(entries).splitlines()
    assert journal_export.header().removeprefix("\ufeff").strip().split(",")[-2:] == ["Details", "Reason"]
    assert first.split(",")[-2:] == ["", WHY]
    assert second.endswith(",z,,,")


def test_a_formula_is_no_formula_in_the_table(session):
    author = Author("olga", "", "=1+1")
    journal.record(session, at=NOW, author=author, action="x", subject="y", text="z")
    entries = journal_export.read_chunk(session, JournalFilter(action="x"), after=None)
    assert journal_export.lines(entries).rstrip().endswith(",'=1+1")


def test_what_an_operation_does_later_has_its_reason(session):
    devices = make_phones(session, 2)
    session.flush()
    wanted = order(devices, Action.DELETE_DEVICES)
    operation = starting.start(session, wanted, author=OLGA, now=NOW)
    claimed = claim(session, is_local=True)
    results.record(session, operation, local.work_off(session, claimed, now=NOW), owner="a worker", now=NOW)
    assert results.finish(session, results.find_ended(session), now=NOW) == 1
    entries = session.scalars(select(JournalEntry)).all()
    assert {entry.action for entry in entries} >= {
        "operation started",
        "device deleted",
        "operation finished",
    }
    assert {entry.reason for entry in entries} == {WHY}


def test_who_asks_for_the_next_step_of_an_import_says_why_anew(session):
    job = jobs.add(session, ImportKind.USERS, "users.csv", b"", author=OLGA, now=NOW)
    assert jobs.author_of(job) == OLGA
    session.expire_all()
    assert jobs.author_of(job).reason == WHY
