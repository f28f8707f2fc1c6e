"""Secrets at rest: what is encrypted comes back with the same key and with no other."""

import multiprocessing
from pathlib import Path

import pytest

from app.errors import InvalidInputError
from app.security.installation_keys import find_or_make_key
from app.security.secrets import Vault, derive_key


def test_a_text_comes_back_and_is_not_readable_in_between() -> None:
    stored = Vault("a key of the installation").encrypt(b"the password")
    assert b"password" not in stored
    assert Vault("a key of the installation").decrypt(stored) == b"the password"


def test_the_same_text_is_never_stored_twice_alike() -> None:
    vault = Vault("a key of the installation")
    assert vault.encrypt(b"same") != vault.encrypt(b"same")


@pytest.mark.parametrize("position", [0, 1, 5, 20, -1])
def test_a_changed_byte_is_noticed(position: int) -> None:
    vault = Vault("a key of the installation")
    stored = bytearray(vault.encrypt(b"the password"))
    stored[position] ^= 1
    with pytest.raises(InvalidInputError):
        vault.decrypt(bytes(stored))


def test_another_key_is_refused_with_what_to_do() -> None:
    stored = Vault("a key of the installation").encrypt(b"the password")
    with pytest.raises(InvalidInputError, match="RINGMASTER_SECRET_KEY"):
        Vault("a key of somebody else").decrypt(stored)


def test_a_new_key_encrypts_and_the_old_one_still_decrypts() -> None:
    both = Vault("the new key", "the old key")
    assert both.decrypt(Vault("the old key").encrypt(b"earlier")) == b"earlier"
    assert Vault("the new key").decrypt(both.encrypt(b"later")) == b"later"


def test_each_purpose_has_its_own_key() -> None:
    assert derive_key("key", "sessions") != derive_key("key", "at rest")


def test_the_key_file_is_made_once_and_for_its_owner_alone(tmp_path: Path) -> None:
    key = find_or_make_key(tmp_path / "data")
    assert find_or_make_key(tmp_path / "data") == key
    assert (tmp_path / "data" / "secret.key").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in (tmp_path / "data").iterdir()] == ["secret.key"]


def test_processes_that_start_at_once_get_the_same_key(tmp_path: Path) -> None:
    with multiprocessing.get_context("fork").Pool(8) as pool:
        keys = pool.map(find_or_make_key, [tmp_path] * 32, chunksize=1)
    assert len(set(keys)) == 1
