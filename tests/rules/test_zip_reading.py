"""Archives that mean no good: bombs, paths, passwords, too many members, and damage."""

import io
import zipfile

import pytest

from app.errors import InvalidInputError
from app.rules.zip_reading import MOST_MEMBERS, Archive


def archive(*members: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as made:
        for name, content in members:
            made.writestr(name, content)
    return stream.getvalue()


def refusal(content: bytes, member: str = "users.csv", most_bytes: int = 1_000_000) -> str:
    with pytest.raises(InvalidInputError) as refused:
        Archive(content, "users.zip").read(member, most_bytes=most_bytes)
    return str(refused.value)


def test_members_are_found_by_the_last_part_of_their_names():
    opened = Archive(
        archive(("users/", b""), ("users/users.csv", b"Name\n"), ("users/system.cfg", b"")), "a.zip"
    )
    assert sorted(opened.members) == ["system.cfg", "users.csv"]
    assert opened.read("users.csv", most_bytes=5) == b"Name\n"


def test_a_bomb_is_refused_before_it_is_unpacked():
    assert "larger than 1 MB when it is unpacked" in refusal(archive(("users.csv", bytes(50_000_000))))


def test_a_bomb_that_lies_about_its_size_gives_no_more_than_it_says():
    content = archive(("users.csv", bytes(50_000_000)))
    size = (50_000_000).to_bytes(4, "little")
    assert content.count(size) == 2
    assert "is damaged" in refusal(content.replace(size, (900_000).to_bytes(4, "little")))


@pytest.mark.parametrize(
    "name", ["../users.csv", "a/../../users.csv", "/etc/users.csv", "C:\\users.csv", "..\\users.csv"]
)
def test_a_name_that_leads_out_is_refused(name: str):
    assert "a name that leads out of it" in refusal(archive((name, b"Name\n")))


def test_too_many_members_and_the_same_twice_are_refused():
    many = archive(*((f"{number}.cfg", b"") for number in range(MOST_MEMBERS + 1)))
    assert "2,001 files" in refusal(many)
    assert "twice" in refusal(archive(("a/users.csv", b""), ("b/users.csv", b"")))


def test_what_is_locked_or_packed_in_rare_ways_is_refused():
    content = bytearray(archive(("users.csv", b"Name\n"), method=zipfile.ZIP_STORED))
    content[content.index(b"PK\x01\x02") + 8] |= 1
    assert "locked with a password" in refusal(bytes(content))
    assert "not read" in refusal(archive(("users.csv", b"Name\n"), method=zipfile.ZIP_BZIP2))


def test_damage_is_told():
    content = archive(("users.csv", b"Name\n" * 1000))
    assert "damaged" in refusal(content[:-30])
    assert "damaged" in refusal(b"PK\x03\x04 and so on")
    broken = bytearray(content)
    broken[60] ^= 0xFF
    assert "damaged" in refusal(bytes(broken))
