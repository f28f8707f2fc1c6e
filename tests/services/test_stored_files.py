"""What is stored of a configuration file: a gzip stream, encrypted; what earlier versions stored is read as well."""

import gzip
import zlib

import pytest

from app.models import ConfigFile
from app.models.enums import FileKind
from app.security.secrets import open_vault, vault
from app.services import stored_files
from tests.databases import INSTALLATION_KEY
from tests.factories import NOW

TEXT = b"system/type=430HD\n" * 200


@pytest.fixture(autouse=True)
def _vault():
    open_vault(INSTALLATION_KEY)


def test_the_gzip_stream_is_one_that_any_client_reads_and_holds_no_time():
    stream = stored_files.gzip_of(stored_files.pack(TEXT))
    assert gzip.decompress(stream) == TEXT
    assert stream[:2] == b"\x1f\x8b"
    assert stream[4:8] == bytes(4)
    assert len(stream) < len(TEXT) // 10


def test_the_same_text_has_the_same_stream_and_is_stored_encrypted():
    first, second = stored_files.pack(TEXT), stored_files.pack(TEXT)
    assert first != second
    assert stored_files.gzip_of(first) == stored_files.gzip_of(second)
    assert b"430HD" not in first


def test_what_an_earlier_version_stored_is_read_and_served_as_the_same_stream():
    earlier = vault().encrypt(zlib.compress(TEXT, 1))
    assert stored_files.text_of(earlier) == TEXT
    assert stored_files.gzip_of(earlier) == stored_files.gzip_of(stored_files.pack(TEXT))


def test_an_empty_text_is_kept():
    assert stored_files.text_of(stored_files.pack(b"")) == b""


def test_many_are_found_at_once_by_their_names_without_regard_to_case(session):
    for name in ("a.cfg", "Straße.cfg", "c.cfg"):
        session.add(file_named(name))
    session.flush()
    found = stored_files.find_many(session, ["A.CFG", "STRASSE.cfg", "none.cfg"], with_content=True)
    assert set(found) == {"a.cfg", "strasse.cfg"}
    file = found[stored_files.key_of("Straße.CFG")]
    assert (file.kind, file.size, file.generated_at) == (FileKind.UPLOADED, len(TEXT), NOW)
    assert stored_files.text_of(file.content) == TEXT
    assert stored_files.find_many(session, [], with_content=True) == {}


def test_the_content_is_not_read_where_it_is_not_asked_for(session):
    session.add(file_named("a.cfg"))
    session.flush()
    (file,) = stored_files.find_many(session, ["a.cfg"], with_content=False).values()
    assert (file.content, file.etag) == (None, stored_files.etag_of(TEXT))


def file_named(name):
    return ConfigFile(
        name=name,
        kind=FileKind.UPLOADED,
        content=stored_files.pack(TEXT),
        size=len(TEXT),
        etag=stored_files.etag_of(TEXT),
        generated_at=NOW,
    )
