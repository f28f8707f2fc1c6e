"""Files are asked for in three ways, each of which is checked; generating writes them all."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select, update

from app.database import Database
from app.models import ConfigFile
from app.models.enums import FileKind
from app.security.tenant_scope import ALL_TENANTS
from app.transaction import reading, writing
from benchmarks import generating, reports
from benchmarks.experiments.files import WAYS, asks_by_way, check_answer
from benchmarks.servers import Server
from benchmarks.variants import Storage
from benchmarks.verification import DiscrepancyError
from config import Settings
from tests.benchmarks.known_phones import PHONES, SEED


@pytest.mark.parametrize("way", WAYS)
def test_a_file_is_answered_in_the_way_that_is_measured(plane: Server, database: Database, way: str) -> None:
    asks = asks_by_way(Storage(database), PHONES)[way]
    assert [ask.path for ask in asks] == [f"/configfiles/{mac}.cfg" for mac in reports.macs(PHONES)]
    check_answer(plane, asks[-1], way)


def test_an_answer_in_another_way_is_a_discrepancy(plane: Server, database: Database) -> None:
    plain, gzip, _ = (asks_by_way(Storage(database), PHONES)[way][0] for way in WAYS)
    with pytest.raises(DiscrepancyError, match="answered as it is, where gzip"):
        check_answer(plane, plain, "gzip")
    with pytest.raises(DiscrepancyError, match="answered gzip, where 304"):
        check_answer(plane, gzip, "304")


def set_back(database: Database) -> None:
    """Let every file be another than what would be generated."""
    with writing(database, ALL_TENANTS) as session:
        session.execute(update(ConfigFile).values(etag='"another"'))


@pytest.mark.parametrize("processes", [1, 2])
def test_generating_writes_the_files_of_all_phones(
    settings: Settings, database: Database, processes: int
) -> None:
    set_back(database)
    began_at = datetime.now(UTC)
    assert generating.generate_all(settings, processes) > 0
    written = select(func.count()).where(
        ConfigFile.kind == FileKind.PHONE, ConfigFile.generated_at >= began_at
    )
    with reading(database, ALL_TENANTS) as session:
        assert session.scalars(written).one() == SEED.known


def test_rendering_alone_is_timed(database: Database) -> None:
    assert 0 < generating.seconds_to_render(database) < 1
