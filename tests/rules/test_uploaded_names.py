"""Names of uploaded files: one name that every disk can hold, and no path."""

import pytest

from app.errors import InvalidInputError
from app.rules.uploaded_names import checked_name, in_words

SUFFIXES = (".cfg", ".txt")


@pytest.mark.parametrize("name", ["a.cfg", "Company directory 2.TXT", "0-b_c.d.cfg", "x" * 116 + ".cfg"])
def test_plain_names_are_taken(name: str):
    assert checked_name(name, "a file", SUFFIXES) == name


@pytest.mark.parametrize(
    "name",
    [
        "", ".cfg", "a", "a.exe", "a.cfg.exe", "../../x.cfg", "/etc/x.cfg", "..\\x.cfg", "C:\\x.cfg", "a/b.cfg",
        "\0.cfg", "a\0.cfg", "a.cfg\n", "x" * 117 + ".cfg", "-a.cfg", " a.cfg", "ü.cfg", "a%2fb.cfg", "a:b.cfg",
    ],
)  # fmt: skip
def test_paths_and_other_kinds_are_refused_with_what_to_do(name: str):
    with pytest.raises(
        InvalidInputError, match=r"is no name of a file: use letters, .* end with \.cfg or \.txt"
    ):
        checked_name(name, "a file", SUFFIXES)


@pytest.mark.parametrize("name", ["NUL.cfg", "con.txt", "com1.cfg", "LPT9.tar.cfg", "aux.cfg"])
def test_names_of_devices_are_refused(name: str):
    with pytest.raises(InvalidInputError, match="is the name of a device"):
        checked_name(name, "a file", SUFFIXES)


def test_suffixes_are_told_in_words():
    assert in_words([".cfg"]) == ".cfg"
    assert in_words([]) == "nothing"
