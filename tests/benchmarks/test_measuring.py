"""One slice against the real phone plane: the answers are counted, and the database is looked into."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select

from app.cli.release import opened_database
from app.database import Database
from app.models import Device, DeviceSeen, DeviceStatus, PhoneUser
from app.models.enums import Status
from app.security.tenant_scope import ALL_TENANTS
from app.transaction import reading
from benchmarks import reports, servers, verification
from benchmarks.plain_client import PlainClient
from benchmarks.rounds import FailedAnswersError, Measuring, Plan
from benchmarks.seed import make_seed
from benchmarks.variants import Subject, Variant
from benchmarks.verification import DiscrepancyError
from config import Settings

PHONES = 60
PLAN = Plan(rounds=1, seconds=1, connections=4, phones=PHONES)
KEY = "a key for tests only"


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """An installation that knows the phones."""
    found = Settings(data_dir=tmp_path_factory.mktemp("seed"), secret_key=KEY, admin_password="pass_1234")
    make_seed(found, PHONES)
    return found


@pytest.fixture
def database(settings: Settings) -> Iterator[Database]:
    with opened_database(settings) as opened:
        yield opened


@pytest.fixture(scope="module")
def plane(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[servers.Server]:
    environment = {
        "RINGMASTER_DATA_DIR": str(settings.data_dir),
        "RINGMASTER_SECRET_KEY": KEY,
    }
    with servers.ringmaster("plane", environment, tmp_path_factory.mktemp("plane") / "log") as server:
        yield server


@pytest.fixture
def measuring(tmp_path: Path) -> Measuring:
    reports.write_bodies(tmp_path / "bodies", PHONES)
    return Measuring(PlainClient(), tmp_path / "bodies", tell=lambda _: None)


def test_the_seed_knows_every_phone_as_a_registered_device_with_its_user(database: Database) -> None:
    with reading(database, ALL_TENANTS) as session:
        registered = select(DeviceStatus.mac).where(
            DeviceStatus.status == Status.REGISTERED, DeviceStatus.device_id.is_not(None)
        )
        assert sorted(session.scalars(registered)) == reports.macs(PHONES)
        assert len(set(session.scalars(select(Device.phone_user_id)))) == PHONES
        assert session.scalars(select(func.count()).where(~PhoneUser.is_system)).one() == PHONES
        assert session.scalars(select(func.count()).select_from(DeviceSeen)).one() == PHONES


@pytest.mark.parametrize("changes", [False, True])
def test_a_slice_counts_answers_that_the_database_bears_out(
    measuring: Measuring, plane: servers.Server, database: Database, changes: bool
) -> None:
    variant = Variant("plane", plane, reports.PATH, Subject(database, None, changes))
    taken = measuring.slice(variant, PLAN)
    assert taken.answers.count > 0
    assert taken.cpu_each > 0
    assert taken.database_cpu_each == 0


def test_a_door_that_refuses_ends_the_measuring(
    measuring: Measuring, plane: servers.Server, database: Database
) -> None:
    variant = Variant("plane", plane, "/nothing", Subject(database, None, changes=True))
    with pytest.raises(FailedAnswersError, match=r"plane: [0-9]+ requests failed, 0 did not"):
        measuring.slice(variant, PLAN)


def test_answers_without_their_rows_are_a_discrepancy(database: Database) -> None:
    with pytest.raises(
        DiscrepancyError, match="0 changed rows, but 9 reports were answered: 9 to 13 are right"
    ):
        verification.check_changes(database, "nobody said this", phones=PHONES, answered=9, connections=4)


def test_answers_of_phones_that_were_not_heard_are_a_discrepancy(database: Database) -> None:
    with pytest.raises(DiscrepancyError, match="0 phones heard"):
        verification.check_last_contact(database, datetime.now(UTC), phones=PHONES, answered=9, connections=4)


def test_more_rows_than_answers_are_a_discrepancy(database: Database) -> None:
    with pytest.raises(DiscrepancyError, match=f"{PHONES} changed rows"):
        verification.check_changes(database, "Desk", phones=PHONES, answered=9, connections=4)
