"""The release step: brings an empty database, an old one and one in use to this version."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import func, select

from app.cli.release import check_released, opened_database, release
from app.errors import ConflictError, UnreachableError
from app.models import ConfigTemplate, Operator, Tenant
from app.rendering.factory_templates import FACTORY_TEMPLATES, VENDOR_TEMPLATES
from app.security.tenant_scope import ALL_TENANTS
from app.transaction import reading, writing
from config import Settings
from tests.cli.running import ROOT, environment
from tests.databases import settings_for

SHIPPED_TEMPLATES = len(FACTORY_TEMPLATES) + len(VENDOR_TEMPLATES)


def accounts(settings: Settings) -> list[str]:
    with opened_database(settings) as database, reading(database, ALL_TENANTS) as session:
        return list(session.scalars(select(Operator.username)))


def test_an_empty_database_becomes_an_installation(empty_database_url: str, tmp_path: Path) -> None:
    settings = settings_for(empty_database_url, tmp_path / "data")
    assert release(settings) == settings.admin_password
    check_released(settings)
    assert accounts(settings) == ["acladmin"]


def test_the_second_time_nothing_is_made(database_url: str, tmp_path: Path) -> None:
    settings = settings_for(database_url, tmp_path)
    assert release(settings) is None
    assert accounts(settings) == ["acladmin"]


def test_a_folder_of_firmware_that_hosts_share_has_to_be_there(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "data", firmware_dir=tmp_path / "share" / "firmware")
    with pytest.raises(ConflictError, match=r"share/firmware, is not there\. Mount"):
        release(settings)
    settings.firmware_dir.mkdir(parents=True)
    assert release(settings)


@pytest.mark.parametrize("key", ["", "the key of another installation"])
def test_a_host_without_the_key_of_the_database_does_not_start_and_makes_none(
    database_url: str, tmp_path: Path, key: str
) -> None:
    others = settings_for(database_url, tmp_path / "first")
    release(others)
    second = replace(others, data_dir=tmp_path / "second", secret_key=key)
    with pytest.raises(ConflictError, match=r"another key than this host has\. Copy secret\.key"):
        release(second)
    assert not (second.data_dir / "secret.key").exists()
    assert release(replace(second, secret_key="", other_secret_keys=[others.secret_key])) is None


def test_a_password_is_made_when_none_is_given(tmp_path: Path) -> None:
    passwords = {release(Settings(data_dir=tmp_path / name)) for name in ("one", "other")}
    assert len(passwords) == 2
    assert all(password and len(password) >= 16 for password in passwords)


def test_an_account_that_was_deleted_on_purpose_does_not_come_back(database_url: str, tmp_path: Path) -> None:
    settings = settings_for(database_url, tmp_path)
    with opened_database(settings) as database, writing(database, ALL_TENANTS) as session:
        session.scalars(select(Operator)).one().username = "alice"
    assert release(settings) is None
    assert accounts(settings) == ["alice"]


def test_of_three_that_start_at_once_on_an_empty_database_one_makes_it_and_all_succeed(
    empty_database_url: str, tmp_path: Path
) -> None:
    env = environment(tmp_path / "data", DATABASE_URL=empty_database_url)
    command = [sys.executable, "run.py", "init"]
    started = [
        subprocess.Popen(
            command, cwd=ROOT, env=env, text=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        for _ in range(3)
    ]
    said = [process.communicate()[0] for process in started]
    assert [process.returncode for process in started] == [0, 0, 0]
    assert sum("acladmin has the password" in text for text in said) == 1
    settings = Settings(database_url=empty_database_url, data_dir=tmp_path / "data")
    with opened_database(settings) as database, reading(database, ALL_TENANTS) as session:
        assert session.scalar(select(func.count()).select_from(Tenant)) == 1
        assert session.scalar(select(func.count()).select_from(ConfigTemplate)) == SHIPPED_TEMPLATES


def test_a_process_does_not_serve_a_database_that_is_behind(empty_database_url: str, tmp_path: Path) -> None:
    settings = settings_for(empty_database_url, tmp_path)
    with pytest.raises(ConflictError, match=r"Run `python run\.py init`"):
        check_released(settings)
    with pytest.raises(ConflictError, match=r"Run `python run\.py init`"), opened_database(settings):
        pass


def test_a_database_that_cannot_be_opened_is_told_without_its_password(tmp_path: Path) -> None:
    url = "postgresql+psycopg://ringmaster:hush@127.0.0.1:1/ringmaster"
    with pytest.raises(UnreachableError) as caught:
        release(Settings(database_url=url, data_dir=tmp_path))
    assert "ringmaster:***@127.0.0.1:1/ringmaster cannot be opened" in str(caught.value)
    assert "hush" not in str(caught.value)


def test_a_data_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ConflictError, match=r"The folder .* cannot be made"):
        release(Settings(data_dir=tmp_path / "file" / "data"))
