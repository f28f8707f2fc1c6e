"""Import / Export: who may do what, hostile uploads, what the pages say before and after, and files that go out."""

import csv
import io
import zipfile

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.models import ImportJob, JournalEntry, Operator, PhoneUser, Tenant
from app.models.enums import ImportState
from app.rendering.secret_parameters import MASK
from app.scheduler.import_worker import ImportWorker
from app.security.tenant_scope import ALL_TENANTS
from app.transaction import reading, writing
from tests.views.browsing import Browser
from tests.views.conftest import SignIn
from tests.views.installations import database_of
from tests.views.multipart import CONTENT_TYPE, closed, field_part, file_part
from tests.views.world import World

LIST, EXPORT = "/import-export/", "/import-export/users.zip"
TABLE = b"Name,Tenant,Device 1 MAC Address\nzoe,Acme,00908f00aa01\nyann,Nowhere,\n"


@pytest.fixture
def oscar(sign_in: SignIn) -> Browser:
    return sign_in("oscar")


@pytest.fixture
def olga(sign_in: SignIn) -> Browser:
    return sign_in("olga")


def send(
    browser: Browser,
    *files: tuple[str, bytes],
    token: str | None = None,
    reason: str = "",
    json: bool = False,
):
    parts = [field_part("csrf_token", browser.token() if token is None else token)]
    parts += [field_part("given_reason", reason)]
    parts += [file_part(name, content) for name, content in files]
    headers = {"Accept": "application/json"} if json else {}
    return browser.client.post(LIST, data=closed(*parts), content_type=CONTENT_TYPE, headers=headers)


def bring(
    app: Flask, browser: Browser, content: bytes = TABLE, name: str = "users.csv", reason: str = ""
) -> str:
    """Bring a file, let it be looked at, and return the address of its page."""
    answer = send(browser, (name, content), reason=reason)
    assert answer.status_code == 303, answer.text
    ImportWorker(database_of(app)).work_off()
    return str(answer.location)


def number_of(app: Flask, model: type[object], *conditions: object) -> int:
    with reading(database_of(app), ALL_TENANTS) as session:
        return session.scalar(select(func.count()).select_from(model).where(*conditions)) or 0


def archive(*members: tuple[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in members:
            made.writestr(name, content)
    return stream.getvalue()


def exported(browser: Browser) -> list[dict[str, str]]:
    answer = browser.get(EXPORT)
    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-store")
    assert "users.zip" in answer.headers["Content-Disposition"]
    with zipfile.ZipFile(io.BytesIO(answer.data)) as opened:
        assert sorted(opened.namelist()) == ["system.cfg", "users.csv"]
        return list(csv.DictReader(io.StringIO(opened.read("users.csv").decode("utf-8-sig"))))


def test_the_reason_that_came_with_a_file_holds_until_another_is_given(app: Flask, oscar: Browser):
    address = bring(app, oscar, reason="The merger")
    assert 'name="given_reason" value="The merger"' in oscar.get(address).text
    assert oscar.post(f"{address}/confirm").status_code == 303
    ImportWorker(database_of(app)).work_off()
    oscar.post(f"{address}/undo", {"given_reason": "Called off"})
    ImportWorker(database_of(app)).work_off()
    with reading(database_of(app), ALL_TENANTS) as session:
        written = JournalEntry.action.in_(("users imported", "import undone"))
        said = session.scalars(select(JournalEntry.reason).where(written).order_by(JournalEntry.id))
        assert list(said)[-2:] == ["The merger", "Called off"]


def test_a_file_is_looked_at_imported_and_taken_back(app: Flask, oscar: Browser):
    address = bring(app, oscar)
    page = oscar.get(address).text
    assert "1 user and 1 device" in page
    assert "1 row with an error is left out" in page
    assert "There is no tenant &#34;Nowhere&#34;." in page
    assert number_of(app, PhoneUser, PhoneUser.name == "zoe") == 0
    assert oscar.post(f"{address}/confirm").status_code == 303
    assert oscar.get(f"{address}/progress").json == {
        "state": "confirmed",
        "is_busy": True,
        "done": 0,
        "total": 1,
    }
    ImportWorker(database_of(app)).work_off()
    page = oscar.get(address).text
    assert "were added" in page
    assert "zoe Added, Device 00908f00aa01 - added" in oscar.get(f"{address}/result.csv").text
    assert number_of(app, PhoneUser, PhoneUser.name == "zoe") == 1
    assert oscar.post(f"{address}/undo").status_code == 303
    ImportWorker(database_of(app)).work_off()
    assert "was taken back" in oscar.get(address).text
    assert number_of(app, PhoneUser, PhoneUser.name == "zoe") == 0
    assert oscar.post(f"{address}/undo").status_code == 409
    assert oscar.post(f"{address}/confirm").status_code == 409


def test_rows_are_narrowed_by_verdict_and_paged(app: Flask, oscar: Browser):
    people = b"".join(b"user%d,%s,\n" % (number, b"Acme" if number % 2 else b"Moon") for number in range(120))
    address = bring(app, oscar, b"Name,Tenant,Device 1 MAC Address\n" + people)
    first = oscar.get(address).text
    assert "1 to 50 of 120" in first
    assert 'rel="next"' in first
    errors = oscar.get(f"{address}?verdict=error&page=2").text
    assert "51 to 60 of 60" in errors
    assert "user1<" not in errors
    assert oscar.get(f"{address}?verdict=nonsense").status_code == 400


def test_a_dropped_file_leaves_nothing(app: Flask, oscar: Browser):
    address = bring(app, oscar)
    answer = oscar.post(f"{address}/discard")
    assert (answer.status_code, answer.location) == (303, LIST)
    assert oscar.get(address).status_code == 404
    assert number_of(app, ImportJob, ImportJob.by == "oscar") == 0


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("users.csv", b"", "is empty"),
        ("users.exe", TABLE, "ends with .csv or .zip"),
        ("users.csv", b"Colour,Size\n", "which means nothing here"),
        ("users.csv", b"Tenant\nAcme\n", "has no column"),
        ("users.csv", "Name\nanna\n".encode("utf-16"), "UTF-16"),
        ("users.csv", b"\x89PNG\r\n\x1a\n" + bytes(100), "is a PNG picture"),
        ("users.csv", b"Name;Ten\xe4nt\n", "is not UTF-8"),
        ("users.zip", b"PK\x03\x04nonsense", "is no zip archive"),
        ("users.zip", archive(("../users.csv", TABLE)), "leads out of it"),
        ("users.zip", archive(("system.cfg", b"a=1")), "holds no table"),
        ("users.zip", archive(("a.csv", TABLE), ("b.csv", TABLE)), "holds several tables"),
        ("users.zip", archive(("users.csv", bytes(101_000_000))), "larger than 100 MB"),
        ("users.zip", archive(*((f"{number}", b"") for number in range(2001))), "2,001 files"),
    ],
)
def test_a_wrong_file_is_refused_at_once_with_a_sentence(
    app: Flask, oscar: Browser, name: str, content: bytes, words: str
):
    answer = send(oscar, (name, content))
    assert answer.status_code == 400
    assert words in answer.text.replace("&#34;", '"')
    assert words in send(oscar, (name, content), json=True).json["refused"]
    assert number_of(app, ImportJob, ImportJob.by == "oscar") == 0


def test_an_archive_in_a_folder_is_read_and_other_members_are_passed_over(app: Flask, oscar: Browser):
    content = archive(("users/users.csv", TABLE), ("users/system.cfg", b"a=1"), ("users/readme.txt", b"x"))
    address = bring(app, oscar, content, "users.zip")
    assert "1 user and 1 device" in oscar.get(address).text


def test_none_and_several_files_are_refused(oscar: Browser):
    assert "Choose a file." in send(oscar).text
    assert "one file only" in send(oscar, ("a.csv", TABLE), ("b.csv", TABLE)).text


def test_names_from_a_file_do_nothing_on_the_page(app: Flask, oscar: Browser):
    content = b'Name,Tenant\n"<script>alert(1)</script>",Acme\n'
    page = oscar.get(bring(app, oscar, content, "<b>.csv")).text
    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page
    assert "<b>.csv" not in page


def test_without_a_token_nothing_is_taken_or_done(app: Flask, oscar: Browser):
    assert send(oscar, ("users.csv", TABLE), token="wrong").status_code == 400
    address = bring(app, oscar)
    for deed in ("confirm", "discard", "undo"):
        assert oscar.client.post(f"{address}/{deed}").status_code == 400
    assert number_of(app, ImportJob, ImportJob.state == ImportState.CHECKED) == 1


@pytest.mark.parametrize("name", ["hal", "helen"])
def test_who_may_neither_export_nor_import_is_refused(sign_in: SignIn, name: str):
    browser = sign_in(name)
    assert browser.get(LIST).status_code == 403
    assert browser.get(EXPORT).status_code == 403
    assert send(browser, ("users.csv", TABLE)).status_code == 403


def test_who_only_looks_exports_without_passwords_and_imports_nothing(
    app: Flask, sign_in: SignIn, world: World
):
    with writing(database_of(app), ALL_TENANTS) as session:
        session.get_one(PhoneUser, world.acme_user).password = "open-sesame"
    victor, oscar = sign_in("victor"), sign_in("oscar")
    assert "Passwords are masked" in victor.get(LIST).text
    assert 'type="file"' not in victor.get(LIST).text
    assert {row["Password"] for row in exported(victor)} == {"", MASK}
    assert send(victor, ("users.csv", TABLE)).status_code == 403
    address = bring(app, oscar)
    assert "Import 1 row" not in victor.get(address).text
    assert victor.post(f"{address}/confirm").status_code == 403
    assert "holds the users&#39; passwords" in oscar.get(LIST).text.replace("users'", "users&#39;")
    assert "open-sesame" in {row["Password"] for row in exported(oscar)}
    with reading(database_of(app), ALL_TENANTS) as session:
        found = select(JournalEntry.text).where(JournalEntry.action == "exported")
        assert sorted(session.scalars(found)) == [
            "oscar exported users and devices, with passwords.",
            "victor exported users and devices, without passwords.",
        ]


def test_an_account_of_a_tenant_exports_and_imports_within_it(
    app: Flask, oscar: Browser, olga: Browser, world: World
):
    assert {row["Tenant"] for row in exported(olga)} == {"Acme"}
    assert {"Acme", "Globex"} < {row["Tenant"] for row in exported(oscar)}
    others = bring(app, oscar)
    assert olga.get(others).status_code == 404
    assert olga.post(f"{others}/confirm").status_code == 404
    assert others not in olga.get(LIST).text
    own = bring(app, olga, TABLE.replace(b"Nowhere", b"Globex"))
    page = olga.get(own).text
    assert "There is no tenant &#34;Globex&#34;." in page
    assert oscar.get(own).status_code == 200


def test_an_account_that_lost_a_tenant_sees_its_imports_of_it_no_more(
    app: Flask, olga: Browser, world: World
):
    with writing(database_of(app), ALL_TENANTS) as session:
        account = session.scalars(select(Operator).where(Operator.username == "olga")).one()
        account.tenants.append(session.get_one(Tenant, world.globex))
    both = bring(app, olga, TABLE.replace(b"Nowhere", b"Globex"))
    pages = (both, f"{both}/progress", f"{both}/result.csv")
    assert [olga.get(page).status_code for page in pages] == [200] * 3
    assert both in olga.get(LIST).text
    with writing(database_of(app), ALL_TENANTS) as session:
        account = session.scalars(select(Operator).where(Operator.username == "olga")).one()
        account.tenants.remove(session.get_one(Tenant, world.globex))
    assert [olga.get(page).status_code for page in pages] == [404] * 3
    assert [olga.post(f"{both}/{deed}").status_code for deed in ("confirm", "discard", "undo")] == [404] * 3
    assert both not in olga.get(LIST).text
    assert number_of(app, ImportJob, ImportJob.by == "olga") == 1


def test_an_export_that_is_brought_back_adds_nothing(app: Flask, oscar: Browser):
    address = bring(app, oscar, oscar.get(EXPORT).data, "users.zip")
    page = oscar.get(address).text
    assert "The file adds nothing: every row that can be read is there already." in page
    assert "Unchanged" in page
