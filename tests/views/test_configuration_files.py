"""Phone Configuration Files: whose are seen and changed, what is masked, uploads, edits, and deleting what is shown."""

import pytest
from flask import Flask
from sqlalchemy import func, insert, select

from app.models import ConfigFile
from app.models.enums import FileKind
from app.security.tenant_scope import ALL_TENANTS
from app.services import config_files
from app.transaction import reading, writing
from tests.views.browsing import Browser
from tests.views.conftest import SignIn
from tests.views.installations import database_of
from tests.views.multipart import CONTENT_TYPE, closed, field_part, file_part
from tests.views.world import ACME_MAC, GLOBEX_MAC, NOW, World

LIST, UPLOAD, DELETE = "/configuration-files/", "/configuration-files/upload", "/configuration-files/delete"
TEXT = b"system/ntp/enabled=1\n"


@pytest.fixture
def oscar(sign_in: SignIn) -> Browser:
    return sign_in("oscar")


@pytest.fixture
def olga(sign_in: SignIn) -> Browser:
    return sign_in("olga")


def send(browser: Browser, *files: tuple[str, bytes], **fields: str):
    parts = [field_part(name, value) for name, value in {**fields, "csrf_token": browser.token()}.items()]
    parts += [file_part(name, content) for name, content in files]
    return browser.client.post(UPLOAD, data=closed(*parts), content_type=CONTENT_TYPE)


def stored(app: Flask, name: str) -> str | None:
    with reading(database_of(app), ALL_TENANTS) as session:
        found = config_files.find(session, name)
        return config_files.text_of(found) if found else None


def id_of(app: Flask, name: str) -> int:
    with reading(database_of(app), ALL_TENANTS) as session:
        return session.scalars(select(ConfigFile.id).where(ConfigFile.name == name)).one()


def count(app: Flask) -> int:
    with reading(database_of(app), ALL_TENANTS) as session:
        return session.scalar(select(func.count()).select_from(ConfigFile)) or 0


def plain(text: str) -> str:
    return text.replace("&#34;", '"').replace("&#39;", "'")


def test_the_list_has_all_kinds_and_is_narrowed_by_each_filter(oscar: Browser, world: World):
    page = oscar.get(f"{LIST}?size=200").text
    assert f"{ACME_MAC}.cfg" in page
    assert "dhcpoption160.cfg" in page
    assert "_global_" in page
    assert f"{ACME_MAC}.cfg" not in oscar.get(f"{LIST}?kind=dhcp_option").text
    assert f"{GLOBEX_MAC}.cfg" not in oscar.get(f"{LIST}?tenant=Acme").text
    assert f"{ACME_MAC}.cfg" in oscar.get(f"{LIST}?q={ACME_MAC.upper()}").text
    assert "No file matches" in oscar.get(f"{LIST}?q=nothing").text
    assert oscar.get(f"{LIST}?kind=nonsense").status_code == 400


def test_pages_are_turned_by_name(oscar: Browser, world: World):
    first = oscar.get(f"{LIST}?size=5").text
    address = first.partition('rel="next" href="')[2].partition('"')[0].replace("&amp;", "&")
    assert "after=" in address
    second = oscar.get(address).text
    assert f"{ACME_MAC}.cfg" in first
    assert f"{ACME_MAC}.cfg" not in second
    assert 'rel="prev"' in second


def test_an_account_of_a_tenant_sees_its_files_and_the_shared_ones_and_changes_its_own(
    app: Flask, olga: Browser, world: World
):
    page = olga.get(f"{LIST}?size=200").text
    assert f"{ACME_MAC}.cfg" in page
    assert "dhcpoption160.cfg" in page
    assert f"{GLOBEX_MAC}.cfg" not in page
    shared = id_of(app, "dhcpoption160.cfg")
    assert f"/configuration-files/edit/{world.acme_file}" in page
    assert f"/configuration-files/edit/{shared}" not in page
    assert olga.get(f"/configuration-files/show/{world.globex_file}").status_code == 404
    assert olga.get(f"/configuration-files/edit/{shared}").status_code == 403
    refused = olga.post(f"/configuration-files/edit/{shared}", {"text": "a=1", "etag": ""})
    assert refused.status_code == 403


def test_secrets_are_masked_for_those_who_may_not_see_them(sign_in: SignIn, world: World):
    address = f"/configuration-files/show/{world.acme_file}"
    oscar, victor = sign_in("oscar"), sign_in("victor")
    assert "open-sesame" not in oscar.get(address).text
    assert "open-sesame" in oscar.get(f"{address}?secrets=shown").text
    assert "open-sesame" not in victor.get(f"{address}?secrets=shown").text
    assert b"open-sesame" in oscar.get(f"/configuration-files/download/{world.acme_file}").data
    assert victor.get(f"/configuration-files/download/{world.acme_file}").status_code == 403


def test_an_uploaded_file_is_served_to_phones_with_a_tag_of_its_bytes(app: Flask, oscar: Browser):
    answer = send(oscar, ("extra.cfg", TEXT), ("company.xml", b"<Directory/>\n"), kind="company_directory")
    assert (answer.status_code, answer.location) == (303, LIST)
    assert "2 files are there." in oscar.get(LIST).text
    phone = app.test_client()
    served = phone.get("/configfiles/EXTRA.cfg")
    assert (served.status_code, served.data) == (200, TEXT)
    assert (
        phone.get("/configfiles/extra.cfg", headers={"If-None-Match": served.headers["ETag"]}).status_code
        == 304
    )
    assert phone.get("/configfiles/company.xml").data == b"<Directory/>\n"


@pytest.mark.parametrize(
    ("name", "content", "fields", "sentence"),
    [
        ("../../x.cfg", TEXT, {}, "is no name of a configuration file"),
        ("..\\x.cfg", TEXT, {}, "is no name of a configuration file"),
        ("CON.cfg", TEXT, {}, "is the name of a device"),
        ("x.zip", TEXT, {}, "end with"),
        ("x.cfg", b"\x89PNG\r\n\x1a\n\0", {}, "x.cfg is a PNG picture and no text"),
        ("x.cfg", b"a=\xe4\n", {}, "a byte that is not UTF-8 in line 1"),
        ("x.cfg", "a=1\n".encode("utf-16"), {}, "is in UTF-16"),
        ("x.cfg", b"a=1\nnonsense\n", {}, "x.cfg: Line 2: there is no equals sign"),
        (
            "x.xml",
            b'<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>',
            {},
            "declares a document type or an entity in line 1",
        ),
        ("x.txt", b"<html><body>Sign in</body></html>", {}, "is a web page"),
        ("\u202egfc.cfg", TEXT, {}, "is no name of a configuration file"),
        (f"{'x' * 300}.cfg", TEXT, {}, "is no name of a configuration file"),
        ("x.cfg", bytes(4_000_001), {}, "x.cfg is larger than 4 MB"),
        ("dhcpoption160.cfg", TEXT, {}, "There is a file called dhcpoption160.cfg already"),
        ("x.cfg", TEXT, {"kind": "phone"}, "Files of this kind are generated"),
        ("x.cfg", TEXT, {"kind": "nonsense"}, "cannot be chosen"),
        ("x.cfg", TEXT, {"tenant": "99999"}, "There is no such tenant any more"),
        ("x.cfg", TEXT, {"tenant": "x"}, "Choose a tenant of the list"),
        ("", TEXT, {}, "Choose a file"),
    ],
)
def test_what_will_not_do_is_refused_with_a_sentence_and_nothing_is_kept(
    app: Flask, oscar: Browser, name: str, content: bytes, fields: dict[str, str], sentence: str
):
    before = count(app)
    answer = (
        send(oscar, ("fine.cfg", TEXT), (name, content), **fields)
        if name
        else send(oscar, (name, b""), **fields)
    )
    assert answer.status_code in {400, 409}
    assert sentence in plain(answer.text)
    assert count(app) == before


def test_a_form_that_is_too_large_in_all_is_heard_out_and_refused(app: Flask, oscar: Browser):
    before = count(app)
    files = [(f"{number}.txt", b"a line\n" * 500_000) for number in range(5)]
    answer = send(oscar, *files)
    assert (answer.status_code, "What was sent is larger than 16 MB" in answer.text) == (400, True)
    assert count(app) == before


def test_an_account_of_a_tenant_uploads_for_its_tenant_alone(app: Flask, olga: Browser, world: World):
    assert "Shared by all" not in olga.get(UPLOAD).text
    assert send(olga, ("acme.cfg", TEXT), tenant=str(world.acme)).status_code == 303
    for tenant in ("", str(world.globex)):
        answer = send(olga, ("other.cfg", TEXT), tenant=tenant)
        assert (answer.status_code, stored(app, "other.cfg")) == (403, None)
    taken = send(olga, (f"{GLOBEX_MAC}.cfg", TEXT), tenant=str(world.acme), replaces="yes")
    assert taken.status_code == 409
    assert "taken by a file that your account does not see" in taken.text
    assert "open-sesame" in (stored(app, f"{GLOBEX_MAC}.cfg") or "")


def test_a_file_is_edited_and_a_generated_one_says_that_generate_writes_over_it(
    app: Flask, oscar: Browser, world: World
):
    address = f"/configuration-files/edit/{world.acme_file}"
    page = oscar.get(address).text
    assert "the next Generate writes over" in page
    assert "open-sesame" in page
    etag = plain(page.partition('name="etag" value="')[2].partition('">')[0])
    refused = oscar.post(address, {"text": "a=1\r\nnonsense", "etag": etag})
    assert (refused.status_code, "Line 2: there is no equals sign" in refused.text) == (400, True)
    assert "nonsense</textarea>" in refused.text
    assert oscar.post(address, {"text": "a=2\r\n", "etag": etag}).status_code == 302
    assert stored(app, f"{ACME_MAC}.cfg") == "a=2\n"
    late = oscar.post(address, {"text": "a=3", "etag": etag})
    assert (late.status_code, "was changed by oscar after you had opened it" in late.text) == (409, True)
    assert "a=3</textarea>" in late.text
    assert stored(app, f"{ACME_MAC}.cfg") == "a=2\n"


def test_a_file_that_is_too_large_for_the_editor_says_so(app: Flask, oscar: Browser):
    send(oscar, ("big.txt", b"x" * 300_001))
    answer = oscar.get(f"/configuration-files/edit/{id_of(app, 'big.txt')}")
    assert (answer.status_code, "too large to be edited here" in answer.text) == (409, True)


def test_deleting_asks_and_says_how_many(app: Flask, oscar: Browser, world: World):
    address = f"{DELETE}?file={world.acme_file}&file={world.globex_file}"
    page = oscar.get(address).text
    assert "2 files will be deleted" in page
    assert stored(app, f"{ACME_MAC}.cfg") is not None
    answer = oscar.post(DELETE, {"file": [world.acme_file, world.globex_file], "number": "2"})
    assert answer.location == LIST
    assert "2 files were deleted" in oscar.get(LIST).text
    assert stored(app, f"{ACME_MAC}.cfg") is None


def test_all_that_the_filter_shows_goes_and_nothing_else(app: Flask, oscar: Browser, world: World):
    fill_up(app, 1_200)
    rest = count(app) - 1_200
    page = oscar.get(f"{DELETE}?choose=all&q=made_up").text
    assert "1,200 files will be deleted" in page
    stale = oscar.post(DELETE, {"choose": "all", "q": "made_up", "number": "1199"})
    assert (stale.status_code, "has changed since you were asked" in stale.text) == (409, True)
    assert count(app) == rest + 1_200
    oscar.post(DELETE, {"choose": "all", "q": "made_up", "number": "1200"})
    assert count(app) == rest


def test_very_many_files_are_deleted_in_steps_that_tell_how_far_it_is(
    app: Flask, oscar: Browser, world: World
):
    fill_up(app, 5_600)
    rest = count(app) - 5_600
    page = oscar.post(DELETE, {"choose": "all", "q": "made_up", "number": "5600"}).text
    assert "5,000 of 5,600 files are deleted." in page
    assert "data-goes-on" in page
    oscar.post(DELETE, {"choose": "all", "q": "made_up", "number": "600", "done": "5000"})
    assert "5,600 files were deleted." in oscar.get(LIST).text
    assert count(app) == rest


def test_an_account_of_a_tenant_deletes_none_that_are_shared(app: Flask, olga: Browser, world: World):
    before = count(app)
    page = olga.get(f"{DELETE}?choose=all").text
    assert "will be deleted" in page
    assert "Files that all tenants share stay" in page
    shared = id_of(app, "dhcpoption160.cfg")
    olga.post(DELETE, {"file": [shared, world.globex_file], "number": "2"})
    assert count(app) == before
    olga.post(DELETE, {"choose": "all", "number": "1"})
    assert count(app) == before - 1


@pytest.mark.parametrize("query", ["", "?file=x", "?file=0", "?file=99999999999999999999", "?file=-1"])
def test_without_a_choice_nothing_is_deleted(app: Flask, oscar: Browser, query: str):
    before = count(app)
    assert oscar.get(f"{DELETE}{query}").location == LIST
    assert oscar.post(f"{DELETE}{query}", {"number": str(before)}).location == LIST
    assert count(app) == before


def fill_up(app: Flask, number: int) -> None:
    columns = {"kind": FileKind.UPLOADED, "content": b"", "size": 1, "etag": '"1"', "generated_at": NOW}
    with writing(database_of(app), ALL_TENANTS) as session:
        names = [f"made_up_{one}.cfg" for one in range(number)]
        rows = [
            {**columns, "name": name, "name_key": name, "problems": [], "template_name": ""} for name in names
        ]
        session.execute(insert(ConfigFile), rows)
