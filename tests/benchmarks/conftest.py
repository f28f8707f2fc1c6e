"""An installation that knows some phones, and the plane that serves them."""

from collections.abc import Iterator

import pytest

from app.cli.release import opened_database
from app.database import Database
from benchmarks import servers
from benchmarks.seed import make_seed
from config import Settings
from tests.benchmarks.known_phones import KEY, SEED


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """An installation that knows the phones."""
    found = Settings(data_dir=tmp_path_factory.mktemp("seed"), secret_key=KEY, admin_password="pass_1234")
    make_seed(found, SEED)
    return found


@pytest.fixture
def database(settings: Settings) -> Iterator[Database]:
    """What that installation knows."""
    with opened_database(settings) as opened:
        yield opened


@pytest.fixture(scope="module")
def plane(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[servers.Server]:
    """The plane on that installation."""
    environment = {
        "RINGMASTER_DATA_DIR": str(settings.data_dir),
        "RINGMASTER_SECRET_KEY": KEY,
    }
    with servers.ringmaster("plane", environment, tmp_path_factory.mktemp("plane") / "log") as server:
        yield server
