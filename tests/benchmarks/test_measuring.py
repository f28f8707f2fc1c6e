"""One slice against the real phone plane: the answers are counted, and the database is looked into."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select

from app.database import Database
from app.models import ConfigFile, Device, DeviceSeen, DeviceStatus, PhoneUser
from app.models.enums import FileKind, Status
from app.security.tenant_scope import ALL_TENANTS
from app.transaction import reading
from benchmarks import asks, reports, servers, verification
from benchmarks.asks import Ask
from benchmarks.plain_client import PlainClient
from benchmarks.rounds import FailedAnswersError, Measuring, Plan
from benchmarks.seed import FILE_BYTES
from benchmarks.variants import Storage, Variant
from benchmarks.verification import DiscrepancyError
from benchmarks.workloads import Effect, Workload
from tests.benchmarks.known_phones import PHONES, SEED

PLAN = Plan(rounds=1, seconds=1, connections=4)


@pytest.fixture
def measuring() -> Measuring:
    return Measuring(PlainClient(), tell=lambda _: None)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    asks.write(tmp_path / "asks", reports.asks(PHONES))
    return tmp_path / "asks"


def test_the_seed_knows_every_phone_as_a_registered_device_with_its_user(database: Database) -> None:
    known = SEED.known
    with reading(database, ALL_TENANTS) as session:
        registered = select(DeviceStatus.mac).where(
            DeviceStatus.status == Status.REGISTERED, DeviceStatus.device_id.is_not(None)
        )
        macs = set(session.scalars(registered))
        assert set(reports.macs(PHONES)) <= macs
        assert len(macs) == known
        assert set(session.scalars(select(Device.mac))) == macs
        assert set(session.scalars(select(DeviceSeen.mac))) == macs
        assert len(set(session.scalars(select(Device.phone_user_id)))) == known
        assert session.scalars(select(func.count()).where(~PhoneUser.is_system)).one() == known


def test_the_seed_has_a_long_file_for_every_phone(database: Database) -> None:
    with reading(database, ALL_TENANTS) as session:
        files = session.scalars(select(ConfigFile).where(ConfigFile.kind == FileKind.PHONE)).all()
        macs = dict(session.execute(select(Device.id, Device.mac)).all())
    assert {file.device_id: file.name for file in files} == {key: f"{mac}.cfg" for key, mac in macs.items()}
    for file in files:
        assert file.size == pytest.approx(FILE_BYTES, rel=0.1)


@pytest.mark.parametrize("effect", [Effect.TOUCH, Effect.CHANGE])
def test_a_slice_counts_answers_that_the_database_bears_out(
    measuring: Measuring, plane: servers.Server, database: Database, file: Path, effect: Effect
) -> None:
    variant = Variant("plane", plane, Workload(file, PHONES, effect), Storage(database))
    taken = measuring.slice(variant, PLAN)
    assert taken.answers.count > 0
    assert taken.cpu_each > 0
    assert taken.database_cpu_each == 0


def test_a_door_that_refuses_ends_the_measuring(
    measuring: Measuring, plane: servers.Server, tmp_path: Path
) -> None:
    asks.write(tmp_path / "asks", [Ask("GET", "/nothing")])
    variant = Variant("plane", plane, Workload(tmp_path / "asks", 1, Effect.NONE))
    with pytest.raises(FailedAnswersError, match=r"plane: [0-9]+ requests failed, 0 did not"):
        measuring.slice(variant, PLAN)


def test_answers_without_their_rows_are_a_discrepancy(database: Database) -> None:
    with pytest.raises(DiscrepancyError, match="0 changed rows: by what was answered, 9 to 13 are right"):
        verification.check_changes(database, "nobody said this", (9, 13))


def test_answers_of_phones_that_were_not_heard_are_a_discrepancy(database: Database) -> None:
    with pytest.raises(DiscrepancyError, match="0 phones heard"):
        verification.check_last_contact(database, datetime.now(UTC), (9, 13))


def test_more_rows_than_answers_are_a_discrepancy(database: Database) -> None:
    with pytest.raises(DiscrepancyError, match=f"{SEED.known} changed rows"):
        verification.check_changes(database, "Desk", (9, 13))


@pytest.mark.parametrize(
    ("each", "answered", "expected"),
    [(1, 9, (9, 13)), (1, 58, (58, 60)), (1, 500, (60, 60)), (3, 30, (6, 12)), (3, 3, (0, 3))],
)
def test_as_many_phones_have_reported_as_answers_and_requests_under_way_allow(
    each: int, answered: int, expected: tuple[int, int]
) -> None:
    workload = Workload(Path("asks"), PHONES, Effect.CHANGE, each)
    assert workload.reports_in(answered, connections=4) == expected
