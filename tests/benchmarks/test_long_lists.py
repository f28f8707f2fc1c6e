"""Pages with long lists are all there to be measured, and the operation on all phones has ended and failed for some."""

from pathlib import Path

from sqlalchemy import select

from app.cli.release import opened_database
from app.models import OperationTarget
from app.models.enums import TargetState
from app.security.tenant_scope import ALL_TENANTS
from app.transaction import reading, writing
from benchmarks import long_lists, screens, servers
from tests.databases import ADMIN_PASSWORD, INSTALLATION_KEY, Databases, settings_for
from tests.factories import make_device


def test_every_page_is_loaded(sqlite_databases: Databases, sqlite_template: str, tmp_path: Path) -> None:
    url = sqlite_databases.copy(sqlite_template)
    settings = settings_for(url, tmp_path)
    with opened_database(settings) as database:
        with writing(database, ALL_TENANTS) as session:
            for _ in range(21):
                make_device(session)
        pages = long_lists.pages_of(long_lists.add_operation(settings))
        with reading(database, ALL_TENANTS) as session:
            states = set(session.scalars(select(OperationTarget.state)))
    assert states == {TargetState.WAITING, TargetState.CONFIRMED, TargetState.FAILED}
    environment = {
        "RINGMASTER_DATA_DIR": str(tmp_path),
        "RINGMASTER_DATABASE_URL": url,
        "RINGMASTER_SECRET_KEY": INSTALLATION_KEY,
    }
    with servers.ringmaster("web", environment, tmp_path / "log") as web:
        found = long_lists.measure(web, screens.signed_in(web.url, ADMIN_PASSWORD), pages, loads=1)
    assert [load.title for load in found] == list(pages)
    assert all(load.size and load.time > 0 for load in found)
    sqlite_databases.drop(url)
