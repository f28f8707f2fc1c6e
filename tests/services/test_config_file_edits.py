"""Configuration files that people change: whole or not at all, in their scope, under names that are nobody else's."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from app.errors import ConflictError, InvalidInputError, NotAllowedError
from app.models import ConfigFile, JournalEntry
from app.models.enums import FileKind
from app.security.tenant_scope import only_tenants, set_scope
from app.services import config_files, stored_files
from app.services.author import Author
from app.services.config_files import edits
from app.services.config_files.edits import Destination, Upload, checked_upload
from tests import factories
from tests.factories import NOW

WHO = {"author": Author("oscar", "10.9.9.9"), "now": NOW}
SUFFIXES = (".cfg", ".txt", ".xml")


def upload(name="extra.cfg", content=b"system/ntp/enabled=1\n", kind=FileKind.UPLOADED):
    return checked_upload(name, content, kind, SUFFIXES)


def store(session, *uploads, kind=FileKind.UPLOADED, tenant_id=None, replaces=False):
    edits.store(session, uploads, Destination(kind, tenant_id, replaces), **WHO)
    return [config_files.find(session, one.name) for one in uploads]


def generated(session, **fields):
    device = factories.make_device(session, **fields)
    file = config_files.generate(session, device, now=NOW - timedelta(days=1))
    return device, file


def test_an_uploaded_file_is_kept_as_it_is(session):
    text = "; für alle\r\nsystem/ntp/enabled=1\r\n".encode()
    (file,) = store(session, upload(content=text))
    assert config_files.content_of(file) == text
    assert (file.kind, file.tenant_id, file.size, file.edited_by) == (
        FileKind.UPLOADED,
        None,
        len(text),
        "oscar",
    )
    assert file.etag == stored_files.etag_of(text)
    entry = session.scalars(select(JournalEntry).where(JournalEntry.subject == "extra.cfg")).one()
    assert entry.text == "oscar uploaded the configuration file extra.cfg."


def test_of_several_files_all_are_kept_or_none(session):
    store(session, upload("a.cfg"))
    with pytest.raises(ConflictError, match=r"There is a file called A\.cfg already"):
        store(session, upload("b.cfg"), upload("A.cfg"))
    assert config_files.find(session, "b.cfg") is None
    with pytest.raises(InvalidInputError, match=r"c\.cfg was chosen twice"):
        store(session, upload("c.cfg"), upload("c.cfg"))


def test_a_file_of_the_same_name_is_replaced_when_that_is_asked_for(session):
    (first,) = store(session, upload())
    (second,) = store(session, upload("EXTRA.cfg", b"a=2\n"), replaces=True)
    assert second.id == first.id
    assert config_files.text_of(second) == "a=2\n"


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("../../x.cfg", b"a=1", "is no name of a configuration file"),
        ("/etc/x.cfg", b"a=1", "is no name of a configuration file"),
        ("NUL.cfg", b"a=1", "is the name of a device"),
        ("x.cfg\0", b"a=1", "is no name of a configuration file"),
        ("x" * 200 + ".cfg", b"a=1", "is no name of a configuration file"),
        ("x.exe", b"a=1", "end with .cfg, .txt or .xml"),
        ("x.cfg", b"a=\xff", "not UTF-8 in line 1"),
        ("x.cfg", b"a=1\nnonsense", r"x\.cfg: Line 2: there is no equals sign"),
        ("x.cfg", b"", "is empty"),
    ],
)
def test_what_phones_cannot_take_is_refused(name, content, sentence):
    with pytest.raises(InvalidInputError, match=sentence):
        upload(name, content)


def test_a_company_directory_is_taken_as_it_is(session):
    text = b"<Directory><Entry Name='Anna' Number='1'/></Directory>"
    (file,) = store(
        session, upload("company.xml", text, FileKind.COMPANY_DIRECTORY), kind=FileKind.COMPANY_DIRECTORY
    )
    assert (file.kind, config_files.content_of(file)) == (FileKind.COMPANY_DIRECTORY, text)


def test_a_file_with_a_phones_mac_is_that_phones_own_however_it_is_written(session):
    device = factories.make_device(session, mac="00908f123456")
    one = upload("00-90-8F-12-34-56.cfg")
    (file,) = store(session, one)
    assert (file.name, file.kind, file.device_id, file.tenant_id) == (
        "00908f123456.cfg", FileKind.PHONE, device.id, device.tenant_id,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("00908f0000ff.cfg", "no phone that you see has this MAC"),
        ("Audiocodes_405_global_GENERIC_empty.cfg", "is the name of a template's global file"),
        ("DHCPOPTION160.cfg", "is the first file of all phones"),
    ],
)
def test_names_that_are_kept_for_others_are_refused(session, name, sentence):
    session.query(ConfigFile).delete()
    with pytest.raises(InvalidInputError, match=sentence):
        store(session, upload(name))


def test_an_edited_file_keeps_the_ends_of_its_lines_and_is_marked(session):
    (file,) = store(session, upload(content=b"a=1\r\nb=2\r\n"))
    edits.save(session, file, "a=1\r\nb=3\r\n", etag=file.etag, **{**WHO, "author": Author("olga")})
    assert config_files.content_of(file) == b"a=1\r\nb=3\r\n"
    assert file.edited_by == "olga"
    (unix,) = store(session, upload("unix.cfg", b"a=1\n"))
    edits.save(session, unix, "a=2\r\n", etag=unix.etag, **WHO)
    assert config_files.content_of(unix) == b"a=2\n"


def test_a_text_typed_over_an_older_version_is_refused_and_says_whose_the_newer_one_is(session):
    (file,) = store(session, upload())
    seen = file.etag
    edits.save(session, file, "a=2", etag=seen, **{**WHO, "author": Author("olga")})
    with pytest.raises(ConflictError, match=r"extra\.cfg was changed by olga after you had opened it"):
        edits.save(session, file, "a=3", etag=seen, **WHO)
    assert config_files.text_of(file) == "a=2"


def test_the_next_generate_writes_over_an_edited_file_and_forgets_who_edited_it(session):
    device, file = generated(session)
    edits.save(session, file, "a=1", etag=file.etag, **WHO)
    session.expire_all()
    again = config_files.generate(session, device, now=NOW)
    assert again is not None
    assert (again.edited_by, "a=1\n" in config_files.text_of(again)) == ("", False)


def test_an_account_of_a_tenant_writes_its_own_files_and_none_that_are_shared(session):
    acme, globex = factories.make_tenant(session, "Acme"), factories.make_tenant(session, "Globex")
    (shared,) = store(session, upload("shared.cfg"))
    store(session, upload("globex.cfg"), tenant_id=globex.id)
    session.flush()
    set_scope(session, only_tenants([acme.id]))
    store(session, upload("acme.cfg"), tenant_id=acme.id)
    not_yours = "Choose one of your tenants"
    in_acme = {"tenant_id": acme.id, "replaces": True}
    for refused, error, sentence in (
        (lambda: store(session, upload("x.cfg")), NotAllowedError, not_yours),
        (lambda: store(session, upload("x.cfg"), tenant_id=globex.id), NotAllowedError, not_yours),
        (lambda: store(session, upload("shared.cfg"), **in_acme), NotAllowedError, "shared by all"),
        (lambda: store(session, upload("globex.cfg"), **in_acme), ConflictError, "does not see"),
        (lambda: edits.save(session, shared, "a=2", etag="", **WHO), NotAllowedError, "shared"),
    ):
        with pytest.raises(error, match=sentence):
            refused()


def test_a_phone_of_another_tenant_cannot_be_given_a_file(session):
    acme, globex = factories.make_tenant(session, "Acme"), factories.make_tenant(session, "Globex")
    factories.make_device(session, mac="00908f222222", tenant=globex)
    session.flush()
    set_scope(session, only_tenants([acme.id]))
    with pytest.raises(InvalidInputError, match="no phone that you see has this MAC"):
        store(session, upload("00908f222222.cfg"), tenant_id=acme.id)


def test_deleting_takes_what_is_chosen_in_bites_and_never_what_the_account_may_not_change(
    session, monkeypatch
):
    acme = factories.make_tenant(session, "Acme")
    for number in range(7):
        store(session, upload(f"a{number}.cfg"), tenant_id=acme.id)
    before = session.scalar(select(func.count()).select_from(ConfigFile))
    set_scope(session, only_tenants([acme.id]))
    assert [edits.delete_some(session, [], most=5, **WHO).number for _ in range(3)] == [5, 2, 0]
    assert session.scalar(select(func.count()).select_from(ConfigFile)) == before - 7


def test_uploads_are_compared_as_phones_ask_for_them():
    assert Upload("Ä.cfg", b"").key == Upload("ä.CFG", b"").key


@pytest.mark.parametrize(
    "content", [b"#!version:1.0.0.1\naccount.1.label = 1\n", b'<?xml version="1.0"?>\n<a b="1"/>\n']
)
def test_files_of_other_vendors_are_taken_for_what_they_are(session, content):
    (file,) = store(session, upload("y000000000066.cfg", content))
    assert config_files.content_of(file) == content


def test_xml_that_is_none_is_refused_with_its_line(session):
    with pytest.raises(
        InvalidInputError, match=r"extra\.cfg is no well-formed XML in line 2: mismatched tag"
    ):
        upload(content=b"<a>\n<b></a>")


def test_a_name_that_a_phone_of_another_vendor_asks_for_is_nobodys(session):
    with pytest.raises(InvalidInputError, match=r"upload it as 000b82123456\.cfg"):
        store(session, upload("cfg000B82123456.xml", b"<a/>"))
    store(session, upload("rings-000b82123456.txt", b"x"))


def test_the_file_of_a_phone_that_was_uploaded_is_of_its_template(session):
    device, file = generated(session)
    session.delete(file)
    session.flush()
    (uploaded,) = store(session, upload(f"{device.mac}.cfg"), tenant_id=device.tenant_id)
    assert (uploaded.kind, uploaded.template_id) == (FileKind.PHONE, device.template_id)
