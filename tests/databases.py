"""Databases for the tests, of both kinds: empty ones, and fresh copies of one that was set up once."""

import shutil
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Protocol
from uuid import uuid4

from app.cli.release import release
from config import Settings
from tests.postgresql import PostgresqlServer

INSTALLATION_KEY = "the key of the tests' own installations"
ADMIN_PASSWORD = "pass_1234"


def settings_for(url: str, data_dir: Path) -> Settings:
    """Return the settings of an installation on the database at `url`, as the fixture `database_url` makes them."""
    return Settings(
        database_url=url,
        data_dir=data_dir,
        secret_key=INSTALLATION_KEY,
        admin_password=ADMIN_PASSWORD,
        guessed_macs=0,  # tests ask for many phones from one address, and share the memory of their process
    )


def prepare(url: str) -> None:
    """Make the tables, the roles and the seeds in the empty database at `url`, as an installation does."""
    with TemporaryDirectory() as folder:
        release(settings_for(url, Path(folder)))


class Databases(Protocol):
    """The databases of one kind. A test has its own and sees no other's."""

    def create(self) -> str:
        """Make an empty database and return its URL."""

    def copy(self, url: str) -> str:
        """Make a copy of a database that nobody is connected to, and return the copy's URL."""

    def drop(self, url: str) -> None:
        """Remove a database, whoever is still connected to it."""


@dataclass(frozen=True)
class SqliteDatabases:
    """One file for each database."""

    folder: Path

    def create(self) -> str:
        """Return the URL of a file that comes into being when it is first opened."""
        return f"sqlite:///{self.folder / uuid4().hex}.db"

    def copy(self, url: str) -> str:
        """Copy the file, after what its write-ahead log holds was brought home."""
        source, copied = self._file(url), self.create()
        with closing(sqlite3.connect(source)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        shutil.copyfile(source, self._file(copied))
        return copied

    def drop(self, url: str) -> None:
        """Remove the file and those that SQLite laid beside it."""
        file = self._file(url)
        for leftover in file.parent.glob(f"{file.name}*"):
            leftover.unlink()

    def _file(self, url: str) -> Path:
        return Path(url.removeprefix("sqlite:///"))


@dataclass(frozen=True)
class PostgresqlDatabases:
    """Databases of one running server."""

    server: PostgresqlServer

    def create(self) -> str:
        """Create from the server's own template."""
        return self._create_from("template0")

    def copy(self, url: str) -> str:
        """Create with the other database as its template; its files are copied, which is twice as fast."""
        return self._create_from(f"{self._name(url)} STRATEGY FILE_COPY")

    def drop(self, url: str) -> None:
        """Drop, and end the connections that are left."""
        self.server.execute(f"DROP DATABASE {self._name(url)} WITH (FORCE)")

    def _create_from(self, template: str) -> str:
        name = f"test_{uuid4().hex}"
        self.server.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        return self.server.url(name)

    def _name(self, url: str) -> str:
        return url.partition("@/")[2].partition("?")[0]
