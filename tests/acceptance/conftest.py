"""A Ringmaster of this folder's own on each kind of database, whose temporary folder is looked into."""

from collections.abc import Iterator

import pytest

from app.security.secrets import open_vault
from tests.acceptance.besieged import Besieged, besieged
from tests.databases import Databases
from tests.flows.installation import KEY

THREADS = 4
LARGE = "<a>" * 100_000


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def target(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Besieged]:
    """A Ringmaster with somebody signed in, on each kind of database in turn."""
    open_vault(KEY)
    databases: Databases = request.getfixturevalue(f"{request.param}_databases")
    with besieged(tmp_path_factory.mktemp(request.param), databases.create()) as found:
        warm_up(found)
        yield found


def warm_up(target: Besieged) -> None:
    """Let every thread have served a large page: what a thread needs for that, it keeps."""
    for _ in range(2 * THREADS):
        target.type(target.typed_template, LARGE)
        for box in target.typed_texts:
            target.type(box, LARGE)
        target.send(target.template, LARGE.encode())
