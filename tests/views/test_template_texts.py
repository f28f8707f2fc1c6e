"""The editor of templates and what goes with it, as people use it."""

from io import BytesIO

import pytest
from flask import Flask
from sqlalchemy import select

from app.models import ConfigTemplate, TemplateVersion
from app.rendering.factory_templates import FACTORY_TEMPLATES
from app.security.tenant_scope import ALL_TENANTS
from app.transaction import reading
from tests.views.conftest import SignIn
from tests.views.installations import database_of
from tests.views.world import World

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
SHIPPED = FACTORY_TEMPLATES[0]


def template_of(app: Flask, template_id: int) -> ConfigTemplate:
    with reading(database_of(app), ALL_TENANTS) as session:
        return session.get_one(ConfigTemplate, template_id)


def factory_id(app: Flask) -> int:
    with reading(database_of(app), ALL_TENANTS) as session:
        return session.scalars(select(ConfigTemplate.id).where(ConfigTemplate.name == SHIPPED.name)).one()


def form(text: str, base: int = 1, deed: str = "save") -> dict[str, object]:
    return {"text": text, "base": str(base), "deed": deed}


def changed(text: str, line: str = "a=1") -> str:
    return text.replace("voip/line/0/auth_password", f"{line}\nvoip/line/0/auth_password")


def test_an_edited_text_is_saved_and_shown(app: Flask, world: World, sign_in: SignIn):
    olga = sign_in("olga")
    text = template_of(app, world.acme_template).content
    answer = olga.post(f"/templates/edit/{world.acme_template}", form(changed(text).replace("\n", "\r\n")))
    assert answer.location == f"/templates/show/{world.acme_template}"
    assert template_of(app, world.acme_template).content == changed(text)
    assert "Version 2 of Acme desk was saved" in olga.get(answer.location).text


def test_a_fault_is_shown_with_its_place_and_what_was_typed_stays(app: Flask, world: World, sign_in: SignIn):
    answer = sign_in("olga").post(f"/templates/edit/{world.acme_template}", form("<a>\n typed & kept</a>"))
    assert answer.status_code == 400
    assert 'data-line="2" data-column="' in answer.text
    assert "typed &amp; kept" in answer.text
    assert template_of(app, world.acme_template).version == 1


def test_checking_saves_nothing(app: Flask, world: World, sign_in: SignIn):
    olga = sign_in("olga")
    text = template_of(app, world.acme_template).content
    page = olga.post(f"/templates/edit/{world.acme_template}", form(changed(text), deed="check")).text
    assert "No fault was found" in page
    page = olga.post(
        f"/templates/edit/{world.acme_template}", form(changed(text, "b=%ITCS_Nobody%"), deed="check")
    ).text
    assert "there is no placeholder %ITCS_Nobody%" in page
    assert template_of(app, world.acme_template).version == 1


def test_a_doubtful_text_is_saved_at_the_second_asking(app: Flask, world: World, sign_in: SignIn):
    olga, address = sign_in("olga"), f"/templates/edit/{world.acme_template}"
    text = changed(template_of(app, world.acme_template).content, "b=%ITCS_Nobody%")
    answer = olga.post(address, form(text))
    assert answer.status_code == 400
    assert "Save all the same" in answer.text
    assert olga.post(address, form(text, deed="accept")).status_code == 302


def test_a_newer_version_is_shown_before_it_is_saved_over(app: Flask, world: World, sign_in: SignIn):
    olga, oscar, address = sign_in("olga"), sign_in("oscar"), f"/templates/edit/{world.acme_template}"
    text = template_of(app, world.acme_template).content
    oscar.post(address, form(changed(text, "oscars=1")))
    answer = olga.post(address, form(changed(text, "olgas=1")))
    assert answer.status_code == 409
    assert "oscar saved version 2" in answer.text
    assert '<td class="difference__text">oscars=1</td>' in answer.text
    assert "olgas=1" in answer.text
    assert 'name="base" value="2"' in answer.text
    assert olga.post(address, form(changed(text, "olgas=1"), base=2)).status_code == 302


def test_a_version_shows_what_it_changed_with_secrets_masked(app: Flask, world: World, sign_in: SignIn):
    text = template_of(app, world.acme_template).content
    sign_in("olga").post(
        f"/templates/edit/{world.acme_template}", form(changed(text, "system/password=hunter2"))
    )
    address = f"/templates/versions/{world.acme_template}/2"
    assert "hunter2" in sign_in("oscar").get(address).text
    masked = sign_in("helen").get(address).text
    assert "hunter2" not in masked
    assert "system/password=••••••" in masked


def test_rolling_back_is_a_new_version(app: Flask, world: World, sign_in: SignIn):
    olga = sign_in("olga")
    text = template_of(app, world.acme_template).content
    olga.post(f"/templates/edit/{world.acme_template}", form(changed(text)))
    olga.post(f"/templates/roll-back/{world.acme_template}/1", {"base": "2"})
    template = template_of(app, world.acme_template)
    assert (template.version, template.content) == (3, text)
    assert "rolled back to version 1" in olga.get(f"/templates/versions/{template.id}").text


def test_a_factory_template_is_edited_shown_in_green_and_restored(app: Flask, world: World, sign_in: SignIn):
    oscar, template_id = sign_in("oscar"), factory_id(app)
    oscar.post(f"/templates/edit/{template_id}", form(SHIPPED.content.replace("enabled=0", "enabled=1")))
    assert 'class="edited"' in oscar.get("/templates/").text
    asks = oscar.get(f"/templates/restore/{template_id}").text
    assert "difference--added" in asks
    oscar.post(f"/templates/restore/{template_id}", {"base": "2"})
    assert template_of(app, template_id).content == SHIPPED.content
    assert "Restore to default" not in oscar.get(f"/templates/show/{template_id}").text


@pytest.mark.parametrize("page", ["edit", "change", "upload", "restore"])
def test_who_names_tenants_only_looks_at_shared_templates(
    app: Flask, world: World, sign_in: SignIn, page: str
):
    olga, template_id = sign_in("olga"), factory_id(app)
    assert olga.get(f"/templates/show/{template_id}").status_code == 200
    assert olga.get(f"/templates/{page}/{template_id}").status_code == 403
    answer = olga.post(f"/templates/{page}/{template_id}", form(SHIPPED.content + "\n"))
    assert answer.status_code == 403
    assert "shared by all tenants" in answer.text
    assert template_of(app, template_id).version == 1


@pytest.mark.parametrize("deed", ["edit", "upload", "restore", "change", "delete", "generate", "roll-back"])
def test_another_tenants_template_does_not_exist(app: Flask, world: World, sign_in: SignIn, deed: str):
    ending = "/1" if deed == "roll-back" else ""
    address = f"/templates/{deed}/{world.globex_template}{ending}"
    assert sign_in("olga").post(address, form("<a/>")).status_code == 404
    assert template_of(app, world.globex_template).version == 1


def test_what_is_downloaded_can_be_uploaded_again(app: Flask, world: World, sign_in: SignIn):
    olga = sign_in("olga")
    answer = olga.get(f"/templates/text/{world.acme_template}")
    assert answer.headers["Content-Disposition"] == "attachment; filename*=UTF-8''Acme%20desk.xml"
    data = changed(answer.text).encode()
    answer = olga.post(
        f"/templates/upload/{world.acme_template}", {"file": (BytesIO(data), "desk.xml"), "base": "1"}
    )
    assert answer.status_code == 302
    assert template_of(app, world.acme_template).content == data.decode()
    with reading(database_of(app), ALL_TENANTS) as session:
        reasons = select(TemplateVersion.reason).where(TemplateVersion.template_id == world.acme_template)
        assert "uploaded desk.xml" in session.scalars(reasons).all()


BOMB = b'<!DOCTYPE a [<!ENTITY b "bbbbbbbbb"><!ENTITY c "&b;&b;&b;&b;&b;">]><ipphonetamplate>&c;</ipphonetamplate>'
OUTSIDE = b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><ipphonetamplate>&x;</ipphonetamplate>'


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (BOMB, "document type"),
        (OUTSIDE, "document type"),
        (b"\x89PNG\r\n\x1a\n\0\0", "not text in UTF-8"),
        (b"PK\x03\x04\0\0", "no text"),
        (b"", "not well-formed"),
        (b"<html/>", "begins with the element"),
        ("<a>電</a>".encode("utf-16-be"), "not text in UTF-8"),
    ],
)
def test_a_hostile_file_is_refused_with_a_sentence_and_leaves_nothing(
    app: Flask, world: World, sign_in: SignIn, data: bytes, sentence: str
):
    answer = sign_in("olga").post(
        f"/templates/upload/{world.acme_template}", {"file": (BytesIO(data), "a.xml"), "base": "1"}
    )
    assert answer.status_code == 400
    assert sentence in answer.text
    assert "root:" not in answer.text
    assert template_of(app, world.acme_template).version == 1


def test_a_file_that_is_too_large_is_refused_before_it_is_read(world: World, sign_in: SignIn):
    head = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.xml"\r\n\r\n'
    body = head + b"x" * 1024 * 1024 + b"\r\n--x--\r\n"
    address = f"/templates/upload/{world.acme_template}"
    answer = sign_in("olga").client.post(address, data=body, content_type="multipart/form-data; boundary=x")
    assert answer.status_code == 413
    assert "larger than this page takes" in answer.text


def test_a_text_with_markup_is_shown_and_not_run(app: Flask, world: World, sign_in: SignIn):
    olga, address = sign_in("olga"), f"/templates/edit/{world.acme_template}"
    text = changed(template_of(app, world.acme_template).content, "</textarea><script>alert(1)</script>")
    page = olga.post(address, form(text, deed="check")).text
    assert "<script>alert(1)" not in page
    assert olga.post(address, form(text)).status_code == 302
    for page in ("show", "versions"):
        ending = "/2" if page == "versions" else ""
        assert "<script>alert(1)" not in olga.get(f"/templates/{page}/{world.acme_template}{ending}").text
