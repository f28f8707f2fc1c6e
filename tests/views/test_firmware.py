"""Phone Firmware Files: the list, uploads that are taken and that are refused, and what is left of each."""

import hashlib
import io
import zipfile
from pathlib import Path

import pytest
from flask import Flask

from app.models import ConfigurationValue, Device, Firmware, JournalEntry, SystemSetting
from app.security.tenant_scope import ALL_TENANTS
from app.services import firmware
from app.transaction import reading, writing
from tests import factories
from tests.views.browsing import Browser
from tests.views.conftest import SignIn
from tests.views.installations import database_of
from tests.views.multipart import CONTENT_TYPE, closed, field_part, file_part
from tests.views.world import ACME_MAC, World

IMAGE = b"\0\x01420HDUC_3.2.1.558\0" + bytes(range(256)) * 1000
LIST, UPLOAD = "/firmware/", "/firmware/upload"


@pytest.fixture
def oscar(sign_in: SignIn) -> Browser:
    return sign_in("oscar")


def folder_of(app: Flask) -> Path:
    return app.extensions["ringmaster_settings"].data_dir / "firmware"


def left_in(app: Flask) -> list[str]:
    folder = folder_of(app)
    return sorted(path.name for path in folder.glob("[!.]*")) if folder.exists() else []


def stored(app: Flask, name: str) -> Firmware | None:
    with reading(database_of(app), ALL_TENANTS) as session:
        found = firmware.find(session, name)
        if found:
            _ = found.groups
        return found


def send(
    browser: Browser, content: bytes, file_name: str = "420HD.img", address: str = UPLOAD, **fields: str
):
    return browser.post(address, {**fields, "file": (io.BytesIO(content), file_name)})


def test_an_uploaded_firmware_is_there_with_what_was_written_and_what_stands_in_it(
    app: Flask, oscar: Browser
):
    answer = send(oscar, IMAGE, description="Spring", groups="Pilot, Berlin")
    assert (answer.status_code, answer.location) == (303, LIST)
    page = oscar.get(LIST).text
    assert "The firmware 420HD.img is there" in page
    found = stored(app, "420hd.IMG")
    assert found is not None
    assert (found.name, found.version, found.size) == ("420HD.img", "UC_3.2.1.558", len(IMAGE))
    assert [group.name for group in found.groups] == ["Berlin", "Pilot"]
    assert left_in(app) == [found.sha256] == [hashlib.sha256(IMAGE).hexdigest()]
    with reading(database_of(app), ALL_TENANTS) as session:
        entry = session.query(JournalEntry).filter_by(subject="420HD.img").one()
    assert (entry.actor, entry.action) == ("oscar", "firmware added")


def test_a_script_that_sent_it_is_told_where_to_go(oscar: Browser):
    data = {"csrf_token": oscar.token(), "file": (io.BytesIO(IMAGE), "420HD.img")}
    answer = oscar.client.post(UPLOAD, data=data, headers={"Accept": "application/json"})
    assert (answer.status_code, answer.json) == (200, {"address": LIST})
    assert "The firmware 420HD.img is there" in oscar.get(LIST).text


def test_a_model_without_firmware_is_red_until_it_has_one(oscar: Browser):
    page = oscar.get(LIST).text
    assert "No firmware for the 420HD" in page
    assert "No firmware for the 450HD" not in page
    send(oscar, IMAGE)
    assert "No firmware for the 420HD" not in oscar.get(LIST).text


@pytest.mark.parametrize(
    ("content", "file_name", "fields", "sentence"),
    [
        (b"\xff\xd8\xff\xe0" + bytes(9000), "420HD.img", {}, "The file is a JPEG picture and no firmware"),
        (b"<!doctype html><p>Sign in</p>", "420HD.img", {}, "a web page or an XML file"),
        (b"\x7fELF" + bytes(9000), "420HD.dfu", {}, "a program"),
        (b"voip/line/0/enabled=1\n" * 500, "420HD.img", {}, "a text"),
        (b"", "420HD.img", {}, "The file is empty"),
        (IMAGE, "420HD.jpeg", {}, "end with .dfu or .img"),
        (IMAGE, "../../420HD.img", {}, "is no name of a firmware file"),
        (IMAGE, "/etc/passwd.img", {}, "is no name of a firmware file"),
        (IMAGE, "NUL.img", {}, "is the name of a device"),
        (IMAGE, f"{'x' * 300}.img", {}, "is no name of a firmware file"),
        (IMAGE, "420HD.img", {"name": "..\\420HD"}, "is no name of a firmware file"),
        (IMAGE, "420HD.img", {"name": "420HD.dfu"}, "does not end with .img"),
        (IMAGE, "420HD.img", {"name": "450hd.img"}, "There is a firmware called 450hd.img already"),
        (IMAGE, "420HD.img", {"description": "x" * 201}, "The description takes at most 200"),
        (IMAGE, "", {}, "Choose a file"),
    ],
)
def test_what_will_not_do_is_refused_with_a_sentence_and_leaves_nothing(
    app: Flask, oscar: Browser, content: bytes, file_name: str, fields: dict[str, str], sentence: str
):
    answer = send(oscar, content, file_name, **{"groups": "Typed groups", **fields})
    assert answer.status_code in {400, 409}
    assert sentence in answer.text.replace("&#34;", '"').replace("&#39;", "'")
    assert "Typed groups" in answer.text
    assert left_in(app) == []
    assert stored(app, "420HD.img") is None


def test_a_bomb_is_refused_by_what_it_begins_with_and_never_unpacked(app: Flask, oscar: Browser):
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("420HD.img", bytes(50_000_000))
    answer = send(oscar, bomb.getvalue())
    assert "The file is a ZIP archive and no firmware" in answer.text
    assert left_in(app) == []


def test_a_form_that_breaks_off_in_the_middle_leaves_nothing(app: Flask, oscar: Browser):
    body = multipart(oscar.token(), "420HD.img", IMAGE)
    answer = oscar.client.post(UPLOAD, data=body[: len(body) // 2], content_type=CONTENT_TYPE)
    assert answer.status_code in {400, 408}
    assert "broke off" in answer.text
    assert left_in(app) == []


@pytest.mark.parametrize("token", ["", "another"])
def test_without_its_token_not_one_byte_is_taken(app: Flask, oscar: Browser, token: str):
    answer = oscar.client.post(UPLOAD, data=multipart(token, "420HD.img", IMAGE), content_type=CONTENT_TYPE)
    assert (answer.status_code, left_in(app)) == (400, [])


def test_a_token_behind_the_file_comes_too_late(app: Flask, oscar: Browser):
    parts = [file_part("420HD.img", IMAGE), field_part("csrf_token", oscar.token())]
    answer = oscar.client.post(UPLOAD, data=closed(*parts), content_type=CONTENT_TYPE)
    assert (answer.status_code, left_in(app)) == (400, [])


@pytest.mark.parametrize(
    "body", [b"", b"--b\r\n\r\n--b--", b"--b\r\nContent-Disposition: \xff\r\n\r\n\r\n--b--"]
)
def test_malformed_forms_are_refused(oscar: Browser, body: bytes):
    answer = oscar.client.post(UPLOAD, data=body, content_type=CONTENT_TYPE)
    assert answer.status_code == 400


def test_a_field_as_large_as_a_file_is_not_kept_in_memory(app: Flask, oscar: Browser):
    parts = [field_part("csrf_token", oscar.token()), field_part("description", "x" * 2_000_000)]
    answer = oscar.client.post(UPLOAD, data=closed(*parts), content_type=CONTENT_TYPE)
    assert (answer.status_code, left_in(app)) == (413, [])


def test_two_files_at_once_are_refused(app: Flask, oscar: Browser):
    parts = [
        field_part("csrf_token", oscar.token()),
        file_part("420HD.img", IMAGE),
        file_part("405.img", IMAGE),
    ]
    answer = oscar.client.post(UPLOAD, data=closed(*parts), content_type=CONTENT_TYPE)
    assert "Choose one file only" in answer.text
    assert left_in(app) == []


def test_while_a_file_comes_others_write(app: Flask, oscar: Browser):
    """SQLite has one writer, and it must not be somebody whose file is still on its way."""

    class Slow(io.BytesIO):
        wrote = False

        def readinto(self, target) -> int:
            if self.tell() > 100_000 and not self.wrote:
                with writing(database_of(app), ALL_TENANTS) as session:
                    factories.make_tenant(session, "Meanwhile")
                Slow.wrote = True
            return super().readinto(target)

    body = Slow(multipart(oscar.token(), "420HD.img", IMAGE))
    length = str(len(body.getvalue()))
    answer = oscar.client.post(
        UPLOAD,
        input_stream=body,
        content_type=CONTENT_TYPE,
        environ_overrides={"CONTENT_LENGTH": length},
    )
    assert (answer.status_code, Slow.wrote) == (303, True)


def test_permitted_suffixes_are_those_of_the_system_setting(app: Flask, oscar: Browser):
    with writing(database_of(app), ALL_TENANTS) as session:
        session.merge(SystemSetting(name="upload_suffixes", value=".dfu .jpeg"))
    assert "end with .dfu" in send(oscar, IMAGE).text
    assert "end with .dfu" in send(oscar, b"\xff\xd8\xff\xe0", "420HD.jpeg").text


def test_a_replaced_file_goes_when_no_other_firmware_has_it(app: Flask, oscar: Browser):
    send(oscar, IMAGE, description="Spring")
    first = stored(app, "420HD.img")
    assert first is not None
    other = b"\0UC_3.4.6.604" + IMAGE
    answer = send(oscar, other, "download.img", f"/firmware/replace/{first.id}")
    assert answer.status_code == 303
    second = stored(app, "420HD.img")
    assert second is not None
    assert (second.id, second.description, second.version) == (first.id, "Spring", "UC_3.4.6.604")
    assert left_in(app) == [second.sha256]


def test_a_deleted_firmwares_file_stays_while_another_has_the_same(app: Flask, oscar: Browser):
    send(oscar, IMAGE)
    send(oscar, IMAGE, name="Twin")
    first, twin = stored(app, "420HD.img"), stored(app, "Twin.img")
    assert first is not None
    assert twin is not None
    assert "goes as well, unless another" in oscar.get(f"/firmware/delete/{first.id}").text
    oscar.post(f"/firmware/delete/{first.id}")
    assert left_in(app) == [twin.sha256]
    oscar.post(f"/firmware/delete/{twin.id}")
    assert left_in(app) == []


def test_a_firmware_in_use_is_not_deleted_and_the_page_says_by_whom(app: Flask, oscar: Browser, world: World):
    with writing(database_of(app), ALL_TENANTS) as session:
        session.query(Device).filter_by(mac=ACME_MAC).one().firmware_id = world.firmware
    asked = oscar.get(f"/firmware/delete/{world.firmware}").text
    assert "cannot be deleted: it is used by 1 device" in asked
    answer = oscar.post(f"/firmware/delete/{world.firmware}")
    assert (answer.status_code, "it is used by 1 device" in answer.text) == (409, True)
    assert stored(app, "450HD.img") is not None


def test_a_file_is_the_default_of_the_chosen_model_whatever_it_is_called(app: Flask, oscar: Browser):
    assert "<option selected>420HD</option>" in oscar.get(f"{UPLOAD}?model=420HD").text
    assert send(oscar, IMAGE, "release 7.img", model="420HD").status_code == 303
    assert stored(app, "420HD.img") is not None
    assert "No firmware for the 420HD" not in oscar.get(LIST).text
    for fields, sentence in (
        ({"model": "420HD"}, "There is a firmware called 420HD.img already"),
        ({"model": "430HD", "name": "mine"}, "Choose a model, or give the file a name of its own"),
        ({"model": "99HD"}, "There is no phone model"),
    ):
        answer = send(oscar, IMAGE, "release 7.img", **fields)
        assert answer.status_code in {400, 409}
        assert sentence in answer.text
        assert stored(app, "430HD.img") is None


def test_a_stored_file_becomes_the_default_of_a_model_and_asks_before_it_replaces(app: Flask, oscar: Browser):
    send(oscar, IMAGE, "spring.img", version="1.0")
    send(oscar, b"\0UC_9.9.9.9" + IMAGE, "summer.img")
    spring, summer = stored(app, "spring.img"), stored(app, "summer.img")
    assert spring is not None
    assert summer is not None
    assert oscar.post(f"/firmware/default/{spring.id}", {"model": ""}).status_code == 400
    made = oscar.post(f"/firmware/default/{spring.id}", {"model": "420HD"})
    default = stored(app, "420HD.img")
    assert default is not None
    assert made.location == f"/firmware/show/{default.id}"
    assert (default.sha256, default.version) == (spring.sha256, "1.0")
    asked = oscar.post(f"/firmware/default/{summer.id}", {"model": "420HD"})
    assert asked.status_code == 409
    assert "is the default of the 420HD with the version 1.0" in asked.text
    oscar.post(f"/firmware/delete/{spring.id}")
    assert left_in(app) == sorted([default.sha256, summer.sha256])
    oscar.post(f"/firmware/default/{summer.id}", {"model": "420HD", "replaces": "yes"})
    assert stored(app, "420HD.img").sha256 == summer.sha256
    assert left_in(app) == [summer.sha256]


def test_the_page_of_a_firmware_names_its_users_their_places_and_what_they_run(
    app: Flask, oscar: Browser, world: World
):
    with writing(database_of(app), ALL_TENANTS) as session:
        session.query(Device).filter_by(mac=ACME_MAC).one().firmware_id = world.firmware
        value = "http://x/firmwarefiles/450hd.img"
        session.add(
            ConfigurationValue(
                level="site", tenant_id=world.acme, site_id=world.acme_site,
                parameter="provisioning/firmware/url", value=value,
            )
        )  # fmt: skip
        factories.make_placeholder(session, "FirmwareFile", "450HD.img", tenant_id=world.globex)
    page = oscar.get(f"/firmware/show/{world.firmware}").text
    assert f'<a href="/sites/show/{world.acme_site}">Valley</a>' in page
    assert f'<a href="/tenants/show/{world.globex}">Globex</a>' in page
    assert "site=Valley" in page
    assert "version=UC_3.4.6.604" in page
    assert "this file" in page


def test_a_download_is_the_file_under_its_name_and_parts_of_it_can_be_had(app: Flask, oscar: Browser):
    send(oscar, IMAGE, name="Spring pilot")
    found = stored(app, "Spring pilot.img")
    assert found is not None
    answer = oscar.get(f"/firmware/download/{found.id}")
    assert (answer.status_code, answer.data) == (200, IMAGE)
    assert 'filename="Spring pilot.img"' in answer.headers["Content-Disposition"]
    part = oscar.get(f"/firmware/download/{found.id}", headers={"Range": "bytes=2-20"})
    assert (part.status_code, part.data) == (206, IMAGE[2:21])
    answer.close()
    part.close()


def test_a_file_that_is_missing_is_told(oscar: Browser, world: World):
    answer = oscar.get(f"/firmware/download/{world.firmware}")
    assert (answer.status_code, "is missing. Upload it again" in answer.text) == (409, True)


def test_what_is_written_about_a_firmware_can_be_changed_and_keeps_what_was_typed(
    app: Flask, oscar: Browser, world: World
):
    address = f"/firmware/edit/{world.firmware}"
    refused = oscar.post(address, {"description": "Fine", "version": "9" * 61, "groups": "Pilot"})
    assert refused.status_code == 400
    assert "The version takes at most 60" in refused.text
    assert 'value="Fine"' in refused.text
    oscar.post(address, {"description": "Fine", "version": "9.9", "groups": "Pilot"})
    page = oscar.get(f"/firmware/show/{world.firmware}").text
    assert all(text in page for text in ("Fine", "9.9", "Pilot"))
    assert "450HD.img" in oscar.get("/firmware/?group=pilot").text
    assert "No firmware matches" in oscar.get("/firmware/?group=none").text


def test_another_upload_is_refused_while_one_is_under_way(app: Flask, oscar: Browser):
    slots = app.extensions["ringmaster_uploads"]
    slots.acquire()
    answer = send(oscar, IMAGE)
    slots.release()
    assert (answer.status_code, "Another file is being uploaded" in answer.text) == (409, True)
    assert left_in(app) == []
    assert send(oscar, IMAGE).status_code == 303


def test_a_form_that_is_far_too_large_is_refused(oscar: Browser):
    answer = oscar.client.post(
        UPLOAD, input_stream=io.BytesIO(), content_type=CONTENT_TYPE,
        environ_overrides={"CONTENT_LENGTH": "999999999999"},
    )  # fmt: skip
    assert answer.status_code == 413


def multipart(token: str, name: str, content: bytes) -> bytes:
    return closed(field_part("csrf_token", token), file_part(name, content))
