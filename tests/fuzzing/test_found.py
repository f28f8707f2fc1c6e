"""What fuzzing found: each input failed once with an error that was not ours, and is refused with a sentence since."""

import pytest

from app.errors import InvalidInputError
from app.models.enums import DestinationKind
from app.rules.ways_to_sign_in.reading import read_ways
from app.rules.zip_reading import Archive
from app.services.destinations.fields import checked
from tests.fuzzing.parsers import PARSERS
from tests.fuzzing.samples import PARTS_OF_A_BACKUP, SEPARATOR, WAYS, packed

HEAD, SUMS, NAME = PARTS_OF_A_BACKUP[0].split(SEPARATOR)
DEEP = b"[" * 100_000


@pytest.mark.parametrize(
    ("parts", "sentence"),
    [
        ((HEAD, b"[]", NAME), "it has database twice"),
        ((HEAD, b"[1]", b"firmware/" + b"a" * 64), "twice"),
        ((b"[1]", SUMS, NAME), "a list in it cannot be read"),
        ((DEEP, SUMS, NAME), "a list in it cannot be read"),
        ((b"{", SUMS, NAME), "a list in it cannot be read"),
        ((b'{"kind": "sqlite"}', SUMS, NAME), "made by another version"),
    ],
)
def test_a_backup_that_is_put_together_wrongly_is_refused(parts: tuple[bytes, ...], sentence: str):
    parser = next(parser for parser in PARSERS if parser.name == "head and checksums of a backup")
    with pytest.raises(InvalidInputError, match=sentence):
        parser.read(SEPARATOR.join(parts))


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (f"a = {DEEP.decode()}", "too deep"),
        (WAYS[1].replace("https://login.example.com", "https://[login"), "the address of the provider"),
    ],
)
def test_a_file_of_ways_to_sign_in_that_cannot_be_read_is_refused(text: str, sentence: str):
    with pytest.raises(InvalidInputError, match=sentence):
        read_ways(text)


@pytest.mark.parametrize("url", ["https://[", "https://[::1", "https://]/", "https://[x]:80/"])
def test_a_web_hook_at_brackets_without_an_address_is_refused(url: str):
    with pytest.raises(InvalidInputError) as refused:
        checked(DestinationKind.WEBHOOK, {"url": url})
    assert "is no web address" in refused.value.by_field["url"]


def test_a_zip_archive_with_a_file_without_a_name_is_refused():
    content = bytearray(packed({"a": b"Name\n"}))
    entry = content.index(b"PK\x01\x02")
    content[entry + 28], content[entry + 32] = 0, 1  # the letter of its name is a comment now
    with pytest.raises(InvalidInputError, match="a file without a name"):
        Archive(bytes(content), "users.zip")
