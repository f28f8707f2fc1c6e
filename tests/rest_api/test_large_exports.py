"""Exports of many users: nothing of them is in memory, all of one is of one moment, nothing is left of its file."""

import os
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Connection, event, insert
from werkzeug.test import TestResponse

from app.database import Database
from app.models import PhoneUser
from app.security.tenant_scope import ALL_TENANTS
from app.transaction import writing
from tests.rest_api.programs import program_of
from tests.views.browsing import signed_in
from tests.views.installations import database_of
from tests.views.world import World

USERS, LETTERS_OF_EACH, USERS_BETWEEN = 16_000, 150, 50
OF_A_BATCH, MOST_BYTES = 1_000_000, 2_000_000
"""What an export takes that keeps nothing but the users at hand, and what it may take."""

PAGE, ROUTE = "/import-export/users.zip", "/api/v1/exports/users"

Export = Callable[..., TestResponse]


@pytest.fixture(params=[PAGE, ROUTE])
def export(request: pytest.FixtureRequest, app: Flask, world: World) -> Export:
    """Ask for an export, whose answer is still to be read."""
    assert world.acme
    if request.param == PAGE:
        client: FlaskClient = signed_in(app, "oscar").client
        headers = {}
    else:
        client = app.test_client()
        headers = {"Authorization": f"Bearer {program_of(app, 'oscar').token}"}

    def ask(method: str = "GET", **more: str) -> TestResponse:
        return client.open(request.param, method=method, headers={**headers, **more}, buffered=False)

    return ask


def read(answer: TestResponse) -> int:
    """Read an answer piece by piece and keep nothing; return its size."""
    assert answer.status_code == 200
    size = sum(map(len, answer.response))
    answer.close()
    return size


def add_users(database: Database, tenant_id: int, number: int) -> None:
    """Add users whose names compress badly."""
    rows = [
        {
            "tenant_id": tenant_id,
            "name": f"user{one}",
            "name_key": f"user{one}",
            "display_name": os.urandom(LETTERS_OF_EACH // 2).hex(),
            "nickname": "",
            "is_system": False,
            "created_at": datetime.now(UTC),
        }
        for one in range(number)
    ]
    with writing(database, ALL_TENANTS) as session:
        session.connection().execute(insert(PhoneUser.__table__), rows)


def test_an_export_takes_no_memory_for_what_is_in_it(app: Flask, world: World, export: Export):
    read(export())  # what is imported and compiled once
    add_users(database_of(app), world.acme, USERS)
    tracemalloc.start()
    try:
        size, most = read(export()), tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert most < MOST_BYTES < size + OF_A_BATCH


def test_an_export_is_of_one_moment(app: Flask, world: World, export: Export):
    """Whoever writes between two of its statements is not in it."""
    before = read(export())
    with _meanwhile(database_of(app), lambda: add_users(database_of(app), world.acme, USERS_BETWEEN)):
        during = read(export())
    after = read(export())
    assert before == during < after


def test_the_file_of_an_export_lies_in_the_data_folder_until_it_was_read(app: Flask, export: Export):
    folder: Path = app.extensions["ringmaster_settings"].data_dir
    names = sorted(folder.iterdir())
    answer = export()
    assert len(_open_files_in(folder)) == 1
    assert sorted(folder.iterdir()) == names
    assert read(answer) == int(answer.headers["Content-Length"])
    assert _open_files_in(folder) == []
    assert export("HEAD").status_code == 200
    assert _open_files_in(folder) == []
    if "ETag" in answer.headers:
        assert export(If_None_Match=answer.headers["ETag"]).status_code == 304
        assert _open_files_in(folder) == []


@contextmanager
def _meanwhile(database: Database, do: Callable[[], None]) -> Iterator[None]:
    """Do something once, when the first users have been asked for."""
    left = [do]

    def look(_connection: Connection, _cursor: object, statement: str, *_: object) -> None:
        if "FROM phone_user" in statement and left:
            left.pop()()

    event.listen(database.reader, "after_cursor_execute", look)
    yield
    event.remove(database.reader, "after_cursor_execute", look)
    assert not left


def _open_files_in(folder: Path) -> list[str]:
    """Return the files without a name that this process has open there."""
    targets = []
    for descriptor in Path("/proc/self/fd").iterdir():
        try:
            targets.append(str(descriptor.readlink()))
        except FileNotFoundError:  # the one that lists them
            continue
    return [target for target in targets if target.startswith(f"{folder}/") and target.endswith(" (deleted)")]
