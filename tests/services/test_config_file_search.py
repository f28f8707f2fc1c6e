"""The list of configuration files: filters, and pages that begin behind a name."""

import pytest

from app.models import ConfigFile
from app.models.enums import FileKind
from app.services.config_files import search
from app.services.config_files.search import SHARED, FileFilter
from tests import factories
from tests.factories import NOW
from tests.services.statements import Statements


@pytest.fixture
def files(session):
    session.query(ConfigFile).delete()
    acme = factories.make_tenant(session, "Acme")
    for number in range(10):
        session.add(
            ConfigFile(
                name=f"File_{number}.cfg", kind=FileKind.UPLOADED if number % 2 else FileKind.GLOBAL, content=b"",
                tenant_id=acme.id if number < 4 else None, etag='"1"', size=1, generated_at=NOW,
            )
        )  # fmt: skip
    session.flush()


def read(session, *, size=4, before="", after="", **wanted):
    return search.read_page(session, FileFilter(**wanted), size=size, before=before, after=after)


def numbers(page):
    return "".join(file.name[5] for file in page.files)


@pytest.mark.usefixtures("files")
def test_pages_follow_one_another_in_both_directions(session):
    first = read(session)
    second = read(session, after=first.after)
    third = read(session, after=second.after)
    assert [numbers(page) for page in (first, second, third)] == ["0123", "4567", "89"]
    assert (first.total, first.before, third.after) == (10, "", "")
    assert numbers(read(session, before=third.before)) == "4567"
    back = read(session, before=second.before)
    assert (numbers(back), back.before, back.after) == ("0123", "", "file_3.cfg")


@pytest.mark.usefixtures("files")
def test_less_than_a_page_before_a_name_is_the_first_page(session):
    assert numbers(read(session, before="file_2.cfg")) == "0123"
    assert numbers(read(session, after="zzz")) == ""


@pytest.mark.usefixtures("files")
@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({"words": "FILE_3"}, "3"),
        ({"words": "_"}, "0123456789"),
        ({"words": "%"}, ""),
        ({"kind": FileKind.UPLOADED}, "13579"),
        ({"tenant_name": "ACME"}, "0123"),
        ({"tenant_name": SHARED}, "456789"),
        ({"tenant_name": "Acme", "kind": FileKind.GLOBAL}, "02"),
        ({"tenant_name": "Nobody"}, ""),
    ],
)
def test_filters_narrow_the_list_and_its_count(session, wanted, found):
    page = read(session, size=20, **wanted)
    assert (numbers(page), page.total) == (found, len(found))


@pytest.mark.usefixtures("files")
def test_a_page_of_many_files_takes_no_statement_for_each_and_no_content(session):
    def look():
        return [file.tenant and file.tenant.name for file in read(session, size=9).files]

    session.expunge_all()
    statements = Statements(session)
    assert statements.of(session, look) == 3
    assert not any("config_file.content" in text for text in statements.texts)
