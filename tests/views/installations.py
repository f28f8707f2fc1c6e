"""Applications on databases of the tests, filled with the company of tests/views/world.py."""

import dataclasses
import math
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

from flask import Flask
from sqlalchemy.orm import Session
from werkzeug.security import generate_password_hash

from app import create_app
from app.database import Database
from app.log_watch import LogWatch
from app.security.tenant_scope import ALL_TENANTS
from app.transaction import writing
from app.views import request_log
from app.views.kept_figures import KEPT_FIGURES, KeptFigures
from app.views.web_session import db
from tests.databases import Databases, settings_for
from tests.views.world import FAST_HASH, World, make_world

Made = TypeVar("Made")


def open_app(url: str, folder: Path, **settings: object) -> Iterator[Flask]:
    """Build the application on a database, and leave the database when the test has ended."""
    app = create_app(dataclasses.replace(settings_for(url, folder), **settings))
    hash_fast(app)
    app.extensions[KEPT_FIGURES] = KeptFigures(for_each=math.inf)  # on a busy machine counting takes long
    # What a page asks of the database is counted, wherever it falls.
    app.extensions[request_log.WATCH] = LogWatch(database_of(app), every_seconds=math.inf)
    yield app
    with app.app_context():
        db.engine.dispose()


def hash_fast(app: Flask) -> None:
    """Let an application check and keep passwords without the third of a second that each takes by design."""
    nobodys = generate_password_hash("nobody's", method=FAST_HASH)
    app.config |= {"FAB_PASSWORD_HASH_METHOD": FAST_HASH, "AUTH_DB_FAKE_PASSWORD_HASH_CHECK": nobodys}


class Worlds:
    """The company, laid into a database of each kind once, to be copied."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._made: dict[str, tuple[str, World]] = {}

    def template(self, kind: str, databases: Databases, empty: str) -> str:
        """Return the URL of the database of a kind that has the company; nobody is connected to it."""
        if kind not in self._made:
            url = databases.copy(empty)
            for app in open_app(url, self._folder):
                self._made[kind] = url, fill(app, make_world)
        return self._made[kind][0]

    def of(self, kind: str) -> World:
        """Return the ids of what is in it."""
        return self._made[kind][1]


def fill(app: Flask, make: Callable[[Session], Made]) -> Made:
    """Make a company in the application's database."""
    with writing(database_of(app), ALL_TENANTS) as session:
        return make(session)


def database_of(app: Flask) -> Database:
    """Return the application's database, for what tests put in and look up."""
    found: Database = app.extensions["ringmaster_database"]
    return found
