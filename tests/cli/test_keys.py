"""Changing the installation's key, as an administrator does it on the command line."""

import logging
from collections.abc import Callable, Iterator

import pytest

from app.cli import commands
from app.cli.release import opened_database
from app.security.installation_keys import installation_keys
from app.security.tenant_scope import ALL_TENANTS
from app.services import settings as system_settings
from app.transaction import reading
from config import Settings, load_settings
from tests.databases import INSTALLATION_KEY

Run = Callable[..., tuple[int, str]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture) -> Iterator[Run]:
    """Do a command, and return its exit code with all that it said; the log is as it was afterwards."""
    handlers, level = logging.root.handlers[:], logging.root.level

    def do(*words: str) -> tuple[int, str]:
        code = commands.main(words)
        told = capsys.readouterr()
        return code, told.out + told.err

    yield do
    logging.root.handlers[:] = handlers
    logging.root.setLevel(level)


def _texts(settings: Settings) -> object:
    with opened_database(settings) as database, reading(database, ALL_TENANTS) as session:
        return system_settings.read_texts(session)


def test_a_key_is_changed_in_three_steps(installation: Settings, run: Run) -> None:
    file = installation.data_dir / "secret.key"
    old, before = file.read_text().strip(), _texts(installation)
    code, said = run("new-key")
    assert (code, "re-encrypt" in said) == (0, True)
    new = installation_keys(installation)[0]
    assert file.read_text().split() == [new, old]
    assert file.stat().st_mode & 0o777 == 0o600
    assert new not in said

    code, said = run("drop-old-keys")
    assert code == 1
    assert "system_setting" in said
    code, said = run("re-encrypt", "--check")
    assert code == 1
    code, said = run("re-encrypt")
    assert code == 0
    assert "The newest key alone opens all" in said
    assert run("re-encrypt")[1].startswith("0 values were encrypted anew.\n")

    code, said = run("drop-old-keys")
    assert (code, file.read_text().split()) == (0, [new])
    assert "take a backup" in said
    assert _texts(installation) == before
    assert run("drop-old-keys")[1].endswith("There is no other key.\n")


def test_a_key_of_the_environment_is_changed_there(
    installation: Settings, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, before = (installation.data_dir / "secret.key").read_text().strip(), _texts(installation)
    monkeypatch.setenv("RINGMASTER_SECRET_KEY", INSTALLATION_KEY)
    monkeypatch.setenv("RINGMASTER_OTHER_SECRET_KEYS", old)
    code, said = run("new-key")
    assert (code, "RINGMASTER_OTHER_SECRET_KEYS" in said) == (1, True)
    assert run("re-encrypt")[0] == 0
    code, said = run("drop-old-keys")
    assert (code, "Unset RINGMASTER_OTHER_SECRET_KEYS" in said) == (0, True)
    monkeypatch.delenv("RINGMASTER_OTHER_SECRET_KEYS")
    assert _texts(load_settings()) == before


def test_a_key_file_without_a_key_is_told(installation: Settings, run: Run) -> None:
    (installation.data_dir / "secret.key").write_text("\n")
    code, said = run("re-encrypt")
    assert (code, said.startswith("There is no key in ")) == (1, True)
