"""The commands beside `python run.py` itself, and how they tell what went wrong."""

import logging
import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select
from werkzeug.security import check_password_hash

from app.cli import commands
from app.cli.release import opened_database
from app.models import JournalEntry, Operator
from app.security import issuer
from app.security.tenant_scope import ALL_TENANTS
from app.services import firmware, settings
from app.services.settings.catalogue import CATALOGUE
from app.transaction import reading
from config import Settings
from tests.cli.running import ROOT, environment, run


@pytest.fixture(autouse=True)
def _logging_as_it_was() -> Iterator[None]:
    """A command writes its own log, to the stderr of its own test."""
    handlers, level = logging.root.handlers[:], logging.root.level
    yield
    logging.root.handlers[:] = handlers
    logging.root.setLevel(level)


def test_a_system_setting_is_changed_and_noted(installation: Settings, capsys: pytest.CaptureFixture) -> None:
    assert commands.main(["set", "disconnected_timeout", "015"]) == 0
    assert capsys.readouterr().out == "disconnected_timeout is '15'.\n"
    with opened_database(installation) as database, reading(database, ALL_TENANTS) as session:
        assert settings.read_texts(session)["disconnected_timeout"] == "15"
        entry = session.scalars(select(JournalEntry).order_by(JournalEntry.id.desc())).first()
        assert entry.actor == "command line"


def test_a_system_setting_that_will_not_do_is_told_in_a_sentence(
    installation: Settings, capsys: pytest.CaptureFixture
) -> None:
    assert commands.main(["set", "disconnected_timeout", "soon"]) == 1
    assert capsys.readouterr().err == '"soon" will not do; give a whole number from 1 to 10080.\n'


def test_the_help_of_set_names_every_system_setting(capsys: pytest.CaptureFixture) -> None:
    with pytest.raises(SystemExit):
        commands.main(["set", "--help"])
    shown = capsys.readouterr().out
    assert all(name in shown for name in CATALOGUE)


def test_another_password_is_made_and_works(installation: Settings, capsys: pytest.CaptureFixture) -> None:
    assert commands.main(["reset-password"]) == 0
    made = re.fullmatch(
        r"The account acladmin has the password (\S{16}), shown this once\.\n", capsys.readouterr().out
    )
    with opened_database(installation) as database, reading(database, ALL_TENANTS) as session:
        account = session.scalars(select(Operator)).one()
        assert check_password_hash(account.password, made[1])
        assert account.password.startswith("scrypt:32768:8:3$")


def test_the_password_of_an_unknown_account_is_not_made(
    installation: Settings, capsys: pytest.CaptureFixture
) -> None:
    assert commands.main(["reset-password", "nobody"]) == 1
    assert capsys.readouterr().err == "There is no account nobody.\n"


def test_a_firmware_file_is_taken_in_under_the_name_phones_ask_for(
    installation: Settings, tmp_path: Path, capsys: pytest.CaptureFixture
) -> None:
    file = tmp_path / "downloaded.img"
    file.write_bytes(b"UC_3.4.5.678" + bytes(1000))
    assert commands.main(["firmware", str(file), "--name", "450HD.img"]) == 0
    with opened_database(installation) as database, reading(database, ALL_TENANTS) as session:
        assert firmware.find(session, "450hd.IMG").size == 1012
    assert capsys.readouterr().out == "Phones get 450HD.img with 1,012 bytes.\n"


def test_a_firmware_file_that_is_not_there_is_told(
    installation: Settings, capsys: pytest.CaptureFixture
) -> None:
    assert commands.main(["firmware", "/nowhere/450HD.img"]) == 1
    assert capsys.readouterr().err == "There is no file /nowhere/450HD.img.\n"


def test_wrong_settings_are_told_in_sentences_and_stop_the_start(tmp_path: Path) -> None:
    ended = run([], environment(tmp_path, WEB_BIND="nowhere", LOG_LEVEL="loud"))
    assert ended.returncode == 2
    assert [line.partition(":")[0] for line in ended.stderr.splitlines()] == [
        "RINGMASTER_LOG_LEVEL",
        "RINGMASTER_WEB_BIND",
    ]


def test_an_unknown_setting_is_told_and_does_not_stop_the_start(tmp_path: Path) -> None:
    ended = run(["init"], environment(tmp_path / "data", WEB_BINDS="x"))
    assert ended.returncode == 0
    assert "RINGMASTER_WEB_BINDS is not a setting of Ringmaster" in ended.stderr


@pytest.mark.parametrize(("number", "name"), [(0, "WEB_BIND"), (1, "PHONE_BIND")])
def test_a_port_that_is_taken_is_told_in_one_sentence(tmp_path: Path, number: int, name: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        ended = run([], environment(tmp_path / "data", **{name: f"127.0.0.1:{port}"}))
    assert ended.returncode == 1
    assert ended.stderr == (
        f"Port {port} of 127.0.0.1 is in use by another program: "
        f"stop that one, or set RINGMASTER_{name} to another port.\n"
    )
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize("word", ["web", "plane", "scheduler"])
def test_no_process_serves_a_database_that_is_behind(tmp_path: Path, word: str) -> None:
    ended = run([word], environment(tmp_path))
    assert ended.returncode == 1
    assert ended.stderr.startswith("The database is at revision none")
    assert ended.stderr.count("\n") == 1


def gunicorn(env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Let a gunicorn that was started by hand load the application, and end."""
    command = [sys.executable, "-m", "gunicorn", "--check-config", "run:app"]
    return subprocess.run(command, cwd=ROOT, env=env, text=True, capture_output=True, check=False)


def test_a_gunicorn_started_by_hand_finds_the_application(installation: Settings) -> None:
    assert gunicorn(dict(os.environ)).returncode == 0


def test_a_gunicorn_started_by_hand_tells_what_is_wrong_in_sentences(tmp_path: Path) -> None:
    behind = gunicorn(environment(tmp_path))
    wrong = gunicorn(environment(tmp_path, LOG_LEVEL="loud"))
    assert (behind.returncode, wrong.returncode) == (4, 4)
    assert "Run `python run.py init`" in behind.stderr
    assert "RINGMASTER_LOG_LEVEL: 'loud' will not do" in wrong.stderr
    assert "Traceback" not in behind.stderr + wrong.stderr


def issued(folder: Path, capsys: pytest.CaptureFixture, *words: str) -> str:
    """Return what the command prints that issues a licence."""
    said = ["license", "--key", str(folder / "license.key"), "--holder", "Acme", *words]
    assert commands.main(said) == 0
    return capsys.readouterr().out


@pytest.mark.usefixtures("installation")
class TestLicenses:
    @pytest.fixture
    def keys(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
    ) -> Iterator[Path]:
        """A folder of keys, by which the installation goes from now on."""
        assert commands.main(["license-keys", str(tmp_path / "keys")]) == 0
        public_key = (tmp_path / "keys" / "license.pub").read_text().strip()
        assert f"RINGMASTER_LICENSE_PUBLIC_KEY={public_key}\n" in capsys.readouterr().out
        monkeypatch.setenv("RINGMASTER_LICENSE_PUBLIC_KEY", public_key)
        yield tmp_path / "keys"
        issuer.trust_issuer("")

    def test_keys_are_made_once_and_the_private_one_is_its_owners(
        self, keys: Path, capsys: pytest.CaptureFixture
    ) -> None:
        assert (keys / "license.key").stat().st_mode & 0o777 == 0o600
        assert commands.main(["license-keys", str(keys)]) == 1
        assert f"{keys / 'license.key'} is there already" in capsys.readouterr().err

    def test_a_licence_is_issued_and_installed(
        self, keys: Path, tmp_path: Path, capsys: pytest.CaptureFixture
    ) -> None:
        text = issued(keys, capsys, "--devices", "500", "--until", "2999-12-31", "--id", "L-9")
        assert text.startswith("Ringmaster license 1\nId: L-9\nHolder: Acme\nValid from: 20")
        file = tmp_path / "licence.txt"
        file.write_text(text)
        assert commands.main(["install-license", str(file)]) == 0
        assert capsys.readouterr().out.startswith("The licence L-9 of Acme is installed;")
        file.write_text(text.replace("500", "501"))
        assert commands.main(["install-license", str(file)]) == 1
        assert "The signature of the licence is not that of the key" in capsys.readouterr().err

    def test_what_will_not_do_is_told_in_a_sentence(
        self, keys: Path, tmp_path: Path, capsys: pytest.CaptureFixture
    ) -> None:
        of_others = tmp_path / "ssh.key"
        of_others.write_text("no key")
        for words, sentence in (
            (
                ["license", "--key", str(keys / "license.key"), "--devices", "many"],
                '"Devices" of a licence is',
            ),
            (["license", "--key", str(keys / "none"), "--devices", "1"], "cannot be read (No such file"),
            (["license", "--key", str(of_others), "--devices", "1"], "holds no private key"),
            (["install-license", str(tmp_path / "none")], "cannot be read (No such file"),
            (["install-license", "/dev/zero"], "licence"),
        ):
            more = ["--holder", "Acme", "--until", "unlimited"] if words[0] == "license" else []
            assert commands.main([*words, *more]) == 1
            assert sentence in capsys.readouterr().err
