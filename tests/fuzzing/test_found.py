"""What fuzzing found: each input failed once with an error that was not ours, and is refused with a sentence since."""

import asyncio
import time
from datetime import UTC
from functools import reduce

import pytest

from app.directory.receiving import MOST_BYTES
from app.directory.searching import search
from app.errors import InvalidInputError, UnreachableError
from app.models.enums import DestinationKind
from app.phone_client import telnet
from app.rules.phone_book import Search, Security, Server
from app.rules.rule_kinds import form_values
from app.rules.telnet import TelnetCall
from app.rules.typed_times import read_time
from app.rules.ways_to_sign_in.reading import read_ways
from app.rules.zip_reading import Archive
from app.services.destinations.fields import checked
from tests.fuzzing.ber import BIND_RESULT, ENTRY, PERSON, SEARCH_RESULT, element, entry, message, result
from tests.fuzzing.directory_server import BIND, SEARCH, odd_directory
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


_BOUND = message(result(BIND_RESULT))
_DEEP_INSIDE = reduce(lambda inner, _: element(0x30, inner), range(2000), b"")
_A_NUMBER_FOR_A_NAME = element(
    ENTRY, element(4), element(0x30, element(0x30, element(4, b"cn"), element(0x31, element(2, b"\x7f" * 4))))
)
_FOUND = message(PERSON) + message(result(SEARCH_RESULT))


@pytest.mark.parametrize(
    ("to_bind", "to_search", "sentence"),
    [
        (message(result(BIND_RESULT, 77)), _FOUND, "answers with what is no LDAP"),
        (message(element(0x63)), _FOUND, "answers with what is no LDAP"),
        (message(result(BIND_RESULT, 0, b"", b"", element(0xA3))), _FOUND, "answers with what is no LDAP"),
        (
            _BOUND,
            message(element(ENTRY, element(4), element(0x30, element(2, b"a")))),
            "answers with what is no LDAP",
        ),
        (_BOUND, message(result(SEARCH_RESULT), element(0xA0, b"\x04\x00")), "answers with what is no LDAP"),
        (_BOUND, message(_DEEP_INSIDE), "answers with what is no LDAP"),
        (_BOUND, message(_A_NUMBER_FOR_A_NAME), "answers with what is no LDAP"),
        (message(result(BIND_RESULT, 53, b"", b"x" * 100_000)), _FOUND, r": x{300}\.$"),
        (_BOUND, message(PERSON) * (MOST_BYTES // len(PERSON)), "answers with more than 2 MiB"),
        (_BOUND, b"\x30\x84\x7f\xff\xff\xff", "answers with more than 2 MiB"),
    ],
)
def test_a_directory_that_answers_nonsense_is_refused(to_bind: bytes, to_search: bytes, sentence: str):
    with (
        odd_directory({BIND: [to_bind], SEARCH: [to_search]}) as directory,
        pytest.raises(UnreachableError, match=sentence),
    ):
        search(_search_at(directory.port))


def test_a_number_of_a_directory_is_read_at_once_however_long_it_is():
    endless = message(
        element(BIND_RESULT, element(0x0A, b"\x7f" * 1024 * 1024), element(0x04), element(0x04))
    )
    began = time.process_time()
    with odd_directory({BIND: [endless]}) as directory, pytest.raises(UnreachableError, match="no LDAP"):
        search(_search_at(directory.port))
    assert time.process_time() - began < 5


def test_an_attribute_of_a_directory_may_have_no_values():
    found = message(entry(b"cn=a", [(b"cn", [])])) + message(result(SEARCH_RESULT))
    with odd_directory({BIND: [_BOUND], SEARCH: [found]}) as directory:
        assert search(_search_at(directory.port)).entries == [{"cn": []}]


def _search_at(port: int) -> Search:
    return Search(
        server=Server("127.0.0.1", port, Security.PLAIN), certificates="", user="cn=reader", password="x",
        base="dc=acme", filter="(cn=a*)", attributes=["cn"], most_entries=50, seconds=2,
    )  # fmt: skip


def test_a_phone_that_sends_a_password_back_in_pieces_does_not_have_it_shown(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(telnet, "QUIET_SECONDS", 0.1)

    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"open-\0ses\x07ame\r\n> ")
        await reader.read(64)
        writer.close()

    async def talk() -> str:
        async with await asyncio.start_server(echo, "127.0.0.1", 0) as server:
            port = server.sockets[0].getsockname()[1]
            call = TelnetCall("00908f000001", "127.0.0.1", port, "admin", "open-sesame", ["show mac"])
            return (await telnet.converse(call)).transcript

    assert asyncio.run(talk()).startswith("••••••\n> ")


@pytest.mark.parametrize(
    "text", ["0001-01-01T00:00+14:00", "9999-12-31T23:59-14:00", "9999-12-31T23:59", "1969-01-01"]
)
def test_a_time_that_no_other_zone_can_tell_is_refused(text: str):
    with pytest.raises(InvalidInputError, match="Write a date and a time"):
        form_values.time({"from": [text]}, "from")
    with pytest.raises(ValueError, match="years"):
        read_time(text, UTC)
