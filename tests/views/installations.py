"""Applications on databases of the tests, filled with the company of tests/views/world.py."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

from flask import Flask
from sqlalchemy.orm import Session

from app import create_app
from app.database import Database
from app.security.tenant_scope import ALL_TENANTS
from app.transaction import writing
from app.views.web_session import db
from tests.databases import settings_for

Made = TypeVar("Made")


def open_app(url: str, folder: Path) -> Iterator[Flask]:
    """Build the application on a database, and leave the database when the test has ended."""
    app = create_app(settings_for(url, folder))
    yield app
    with app.app_context():
        db.engine.dispose()


def fill(app: Flask, make: Callable[[Session], Made]) -> Made:
    """Make a company in the application's database."""
    with writing(database_of(app), ALL_TENANTS) as session:
        return make(session)


def database_of(app: Flask) -> Database:
    """Return the application's database, for what tests put in and look up."""
    found: Database = app.extensions["ringmaster_database"]
    return found
