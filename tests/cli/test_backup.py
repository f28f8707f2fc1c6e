"""Backup and restore: an empty place becomes an installation that goes on, and nothing is half restored."""

import hashlib
import logging
import os
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt
from sqlalchemy import func, select, text

from app.cli.backup import archive
from app.cli.backup.container import FIRST_LINE, BackupReader
from app.cli.backup.restoring import needs_upgrade, restore
from app.cli.backup.taking import back_up
from app.cli.commands import main
from app.database import Database, make_engine
from app.errors import ConflictError, InvalidInputError
from app.logs import writing as logs
from app.models import Device, DeviceStatus, Firmware, Heartbeat, Lease
from app.security.tenant_scope import ALL_TENANTS
from app.services import leases, silence
from app.transaction import reading, writing
from config import Settings
from tests import factories
from tests.databases import Databases, settings_for
from tests.phone_api.doors import Phone, plane_door

Ask = Callable[..., tuple[int, str]]
PASSPHRASE = "correct horse battery"
IMAGE = b"firmware of a phone"
CHECKSUM = hashlib.sha256(IMAGE).hexdigest()


@pytest.fixture
def source(database_url: str, tmp_path: Path) -> Settings:
    """An installation with a phone and a firmware file."""
    settings = settings_for(database_url, tmp_path / "source")
    folder = settings.data_dir / "firmware"
    folder.mkdir(parents=True)
    (folder / CHECKSUM).write_bytes(IMAGE)
    return settings


@pytest.fixture
def elsewhere(databases: Databases, source: Settings, tmp_path: Path) -> Iterator[Settings]:
    """An empty place with the same key."""
    url = databases.create()
    yield replace(source, database_url=url, data_dir=tmp_path / "elsewhere")
    databases.drop(url)


def quiet(database: Database) -> None:
    """Let those who said that they run have said it a while ago."""
    with writing(database, ALL_TENANTS) as session:
        for row in session.scalars(select(Heartbeat).where(Heartbeat.name == silence.PHONE_PLANE)):
            row.beat_at -= timedelta(minutes=1)


def count(settings: Settings, model: type) -> int:
    database = Database(make_engine(settings.database_url))
    with reading(database, ALL_TENANTS) as session:
        number = session.scalar(select(func.count()).select_from(model))
    database.reader.dispose()
    return number


def test_what_is_restored_elsewhere_goes_on(
    source: Settings, database: Database, elsewhere: Settings, tmp_path: Path
):
    with writing(database, ALL_TENANTS) as session:
        factories.make_tenant(session, "Acme")
        session.add(
            Firmware(
                name="430HD.img", version="", sha256=CHECKSUM, size=len(IMAGE), uploaded_at=datetime.now(UTC)
            )
        )
    file = tmp_path / "backup"
    with plane_door(source, database) as door:
        phone = Phone(door, database)
        phone.report(region="Acme")
        phone.sign_in(region="Acme")
        has = phone.get(f"/configfiles/{phone.mac}.cfg")
        assert has.status == 200
        back_up(source, file, "")  # while the plane runs
        phone.report("unregistered")  # what happens behind it is not in it
    assert file.stat().st_mode & 0o777 == 0o600
    head = restore(elsewhere, file, "", replaces=False)
    assert not needs_upgrade(head)
    restored = Database(make_engine(elsewhere.database_url))
    with plane_door(elsewhere, restored) as door:
        again = Phone(door, restored)
        assert again.row().status == "registered"
        assert again.get(f"/configfiles/{phone.mac}.cfg").body == has.body
        assert again.get(f"/configfiles/{phone.mac}.cfg", If_None_Match=has.headers["etag"]).status == 304
        assert again.get("/firmwarefiles/430HD.img").status == 200
        assert again.report("unregistered").status == 200
        another = Phone(door, restored, mac="00908f9a9624")
        another.report(region="Acme")
        assert another.sign_in("bea@acme.com", region="Acme").status == 200  # ids go on where they were
        assert again.row().status == "unregistered"
    restored.reader.dispose()
    assert count(elsewhere, Device) == 2
    assert (elsewhere.data_dir / "firmware" / CHECKSUM).read_bytes() == IMAGE
    assert list(elsewhere.data_dir.glob(".*")) == list(source.data_dir.glob(".*")) == []


def test_what_is_there_is_replaced_only_when_asked_for_and_not_while_it_runs(
    source: Settings, database: Database, tmp_path: Path
):
    file = tmp_path / "backup"
    back_up(source, file, "")
    with writing(database, ALL_TENANTS) as session:
        factories.make_tenant(session, "Later")
        session.execute(text("CREATE TABLE left_over (id integer, tenant_id integer REFERENCES tenant (id))"))
        silence.beat(session, now=datetime.now(UTC))
    with pytest.raises(ConflictError, match="--replace"):
        restore(source, file, "", replaces=False)
    with pytest.raises(ConflictError, match="is running"):
        restore(source, file, "", replaces=True)
    quiet(database)
    with writing(database, ALL_TENANTS) as session:
        lease = session.get_one(Lease, leases.TIMETABLE)
        lease.owner, lease.expires_at = "a scheduler", datetime.now(UTC) + timedelta(seconds=15)
    with pytest.raises(ConflictError, match="is running"):
        restore(source, file, "", replaces=True)
    with writing(database, ALL_TENANTS) as session:
        session.get_one(Lease, leases.TIMETABLE).owner = ""
    database.reader.dispose()
    restore(source, file, "", replaces=True)
    with reading(database, ALL_TENANTS) as session:
        assert session.scalar(text("SELECT count(*) FROM tenant WHERE name = 'Later'")) == 0
        tables = text("SELECT count(*) FROM information_schema.tables WHERE table_name = 'left_over'")
        if session.get_bind().dialect.name == "sqlite":
            tables = text("SELECT count(*) FROM sqlite_master WHERE name = 'left_over'")
        assert session.scalar(tables) == 0
    assert count(source, DeviceStatus) == 0


@pytest.fixture
def ask(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Ask]:
    """Give a command, for an installation, within this process; returns the exit code and what was said."""
    root = logging.getLogger()
    handlers, levels = root.handlers[:], {name: logging.getLogger(name).level for name in ("", *logs.OURS)}

    def run(settings: Settings, *words: str) -> tuple[int, str]:
        for name in ("database_url", "data_dir", "secret_key"):
            monkeypatch.setenv(f"RINGMASTER_{name.upper()}", str(getattr(settings, name)))
        code = main(words)
        told = capsys.readouterr()
        return code, told.out + told.err

    yield run
    root.handlers[0].close()
    root.handlers[:] = handlers
    for name, level in levels.items():
        logging.getLogger(name).setLevel(level)


@pytest.mark.parametrize(("form", "rounds"), [(b"S", 3), (b"E", 1)])
def test_a_passphrase_is_stretched_as_it_should_be_and_once_was(form: bytes, rounds: int):
    salt = bytes(16)
    key = Scrypt(salt=salt, length=32, n=2**15, r=8, p=rounds).derive(PASSPHRASE.encode())
    sealed = AESGCM(key).encrypt(bytes(11) + b"\1", b"all of it", FIRST_LINE)
    file = BytesIO(FIRST_LINE + form + salt + len(sealed).to_bytes(4, "big") + sealed)
    assert BackupReader(file, PASSPHRASE).read() == b"all of it"


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
class TestKeysAndFiles:
    """What does not differ between databases."""

    def test_a_passphrase_encrypts_all_of_it_with_the_key(
        self, source: Settings, elsewhere: Settings, tmp_path: Path
    ):
        own_key = replace(source, secret_key="")
        (source.data_dir / "secret.key").write_text("the key of this very installation\n")
        file = tmp_path / "backup"
        back_up(own_key, file, PASSPHRASE)
        content = file.read_bytes()
        assert content.startswith(FIRST_LINE + b"S")
        assert IMAGE not in content
        new_place = replace(elsewhere, secret_key="")
        with pytest.raises(InvalidInputError, match="passphrase"):
            restore(new_place, file, "", replaces=False)
        with pytest.raises(InvalidInputError, match="passphrase is another one"):
            restore(new_place, file, "another passphrase", replaces=False)
        assert not new_place.data_dir.exists()
        restore(new_place, file, PASSPHRASE, replaces=False)
        key = new_place.data_dir / "secret.key"
        assert key.read_text() == "the key of this very installation\n"
        assert key.stat().st_mode & 0o777 == 0o600

    def test_without_a_passphrase_the_key_is_not_in_it_and_must_be_there(
        self, source: Settings, elsewhere: Settings, tmp_path: Path
    ):
        file = tmp_path / "backup"
        back_up(source, file, "")
        assert not archive.read_head(file, "").has_key
        for key in ("", "another key of sixteen characters"):
            with pytest.raises(InvalidInputError, match="another key"):
                restore(replace(elsewhere, secret_key=key), file, "", replaces=False)
        assert not list(elsewhere.data_dir.glob("*"))

    @pytest.mark.parametrize("passphrase", ["", PASSPHRASE])
    def test_whatever_was_changed_or_cut_off_is_noticed_before_anything_is_changed(
        self, source: Settings, elsewhere: Settings, tmp_path: Path, passphrase: str
    ):
        file = tmp_path / "backup"
        back_up(source, file, passphrase)
        content = file.read_bytes()
        flipped = [len(FIRST_LINE) + 1, 60, len(content) // 3, len(content) // 2, len(content) - 40]
        broken = [content[:cut] for cut in (0, 10, len(FIRST_LINE), 50, len(content) // 2, len(content) - 30)]
        broken += [content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :] for at in flipped]
        for number, changed in enumerate(broken):
            bad = tmp_path / f"bad-{number}"
            bad.write_bytes(changed)
            with pytest.raises(InvalidInputError):
                restore(elsewhere, bad, passphrase, replaces=False)
            assert not elsewhere.data_dir.exists() or not list(elsewhere.data_dir.iterdir())
            bad.unlink()

    def test_one_of_another_kind_or_a_later_version_is_refused(
        self, source: Settings, elsewhere: Settings, tmp_path: Path
    ):
        file = tmp_path / "backup"
        head = back_up(source, file, "")
        on_postgresql = replace(elsewhere, database_url="postgresql+psycopg://u:p@127.0.0.1/nowhere")
        with pytest.raises(InvalidInputError, match="is of a sqlite database"):
            restore(on_postgresql, file, "", replaces=False)
        later = tmp_path / "later"
        with later.open("wb") as target, archive.written(target, replace(head, revision="9999"), ""):
            pass
        with pytest.raises(InvalidInputError, match="does not know"):
            restore(elsewhere, later, "", replaces=False)
        assert needs_upgrade(replace(head, revision="0001"))

    def test_what_a_killed_backup_left_goes_with_a_later_one(self, source: Settings, tmp_path: Path):
        left, lately = source.data_dir / ".backup-left", source.data_dir / ".backup-lately"
        for folder in (left, lately):
            folder.mkdir()
            (folder / "database").touch()
        long_ago = (datetime.now(UTC) - timedelta(days=2)).timestamp()
        os.utime(left, (long_ago, long_ago))
        back_up(source, tmp_path / "backup", "")
        assert (left.exists(), lately.exists()) == (False, True)

    def test_a_file_that_is_there_is_not_overwritten(self, source: Settings, tmp_path: Path):
        file = tmp_path / "backup"
        file.write_text("mine")
        with pytest.raises(ConflictError, match="already"):
            back_up(source, file, "")
        assert file.read_text() == "mine"
        assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []

    def test_the_commands_say_what_they_did_and_what_is_missing(
        self, source: Settings, elsewhere: Settings, tmp_path: Path, ask: Ask
    ):
        file, bundle = tmp_path / "backup", tmp_path / "bundle.zip"
        code, said = ask(source, "backup", str(file))
        assert code == 0
        assert "key that opens its secrets is NOT in it" in said
        code, said = ask(elsewhere, "restore", str(file))
        assert code == 0
        assert "is restored." in said
        code, said = ask(elsewhere, "restore", str(file))
        assert code == 1
        assert said.startswith("There is a database already.")
        assert ask(elsewhere, "support-bundle", str(bundle))[0] == 0
        assert zipfile.ZipFile(bundle).testzip() is None
        short = tmp_path / "short"
        short.write_text("too short\n")
        code, said = ask(source, "backup", str(tmp_path / "another"), "--passphrase-file", str(short))
        assert (code, said) == (1, "A passphrase has at least 12 characters.\n")
