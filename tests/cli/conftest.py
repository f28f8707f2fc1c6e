"""What the tests of the command line share: an installation in a folder, made once and copied for each test."""

import shutil
from pathlib import Path

import pytest

from app.cli.release import release
from config import Settings, load_settings
from tests.cli.running import environment
from tests.databases import ADMIN_PASSWORD


@pytest.fixture(scope="session")
def installed_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder that the release step leaves, with its key and its database."""
    folder = tmp_path_factory.mktemp("installed") / "data"
    release(load_settings(environment(folder, ADMIN_PASSWORD=ADMIN_PASSWORD)))
    return folder


@pytest.fixture
def installation(installed_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """An installation in the environment of this test, whose key and database are in its data folder."""
    folder = shutil.copytree(installed_folder, tmp_path / "data")
    for name, value in environment(folder, ADMIN_PASSWORD=ADMIN_PASSWORD).items():
        monkeypatch.setenv(name, value)
    return load_settings()
