"""The file of ways to sign in, and the files that it names."""

from pathlib import Path

import pytest

from app.errors import InvalidInputError
from app.rules.ways_to_sign_in.reading import NO_WAYS
from app.services.ways_to_sign_in import load
from tests.slapd import READER_PASSWORD, Slapd
from tests.views.ways import write_directory


def test_without_a_file_there_are_no_ways():
    assert load(None) == NO_WAYS


def test_secrets_and_certificates_are_read_and_not_shown(tmp_path: Path, slapd: Slapd):
    way = load(write_directory(tmp_path, slapd)).directory
    assert (way.bind_password, way.certificates) == (READER_PASSWORD, slapd.certificate)
    assert READER_PASSWORD not in repr(way)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("reader", None, "reader cannot be read"),
        ("reader", "\n", "There is no secret in .*reader"),
        ("ca.pem", "no certificate", "ca.pem has no certificates"),
        ("sign-in.toml", "[ldap]", "sign-in.toml: .*servers is missing"),
        ("sign-in.toml", None, "sign-in.toml cannot be read"),
        ("sign-in.toml", "#" * 2_000_000, "larger than 1 MB"),
    ],
)
def test_what_is_wrong_is_said_with_the_file(
    tmp_path: Path, slapd: Slapd, name: str, content: str | None, said: str
):
    file = write_directory(tmp_path, slapd)
    (tmp_path / name).unlink()
    if content is not None:
        (tmp_path / name).write_text(content)
    with pytest.raises(InvalidInputError, match=said):
        load(file)
