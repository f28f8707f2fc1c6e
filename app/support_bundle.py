"""What is packed together for somebody who is to help: all that says how this installation is, and no secret.

It is a stream: no part is in memory whole, and each part is read in a transaction of its own.
"""

import dataclasses
import json
import platform
from collections.abc import Iterable, Iterator
from datetime import datetime
from importlib.metadata import distributions
from typing import Any

from sqlalchemy import make_url, select, text
from sqlalchemy.orm import Session, selectinload

from app.database import Database
from app.logs import reading as logs
from app.logs.day_files import folder_in
from app.logs.redaction import MASK, Redaction
from app.logs.writing import secrets_of
from app.models import JournalEntry
from app.readiness import check
from app.rendering.csv_lines import csv_line
from app.rendering.exposition import exposition
from app.rendering.zip_stream import Part, zip_stream
from app.security.tenant_scope import ALL_TENANTS
from app.services import journal_export
from app.services import settings as system_settings
from app.services.monitoring import figures, jobs, tables
from app.services.settings.catalogue import CATALOGUE
from app.transaction import reading
from config import Settings

MOST_BYTES_OF_LOGS = 32 * 1024 * 1024
MOST_ACTIVITIES = 2_000
_SECRETS = {"secret_key", "other_secret_keys", "admin_password", "metrics_token"}
_README = """Support bundle of Ringmaster

versions.json          of Ringmaster's libraries, Python, system and database
configuration.json     what the environment decides
system-settings.json   what administrators have set
health.json            whether this machine's process can serve, and what is the matter
metrics.txt            phones, alarms, queues, and how late scheduled jobs are
jobs.json              when each scheduled job was last done, how long it took, when it failed
tables.csv             rows and sizes of the database's tables
activity.csv           the last entries of the Activity log
logs/                  the Web Admin log of the last days, of this machine

Passwords, keys and tokens are left out. Names of accounts, tenants and phones, and addresses, are in the logs.
"""


def bundle(database: Database, settings: Settings, *, now: datetime) -> Iterator[bytes]:
    """Yield the bundle as a ZIP file, piece by piece."""
    return zip_stream(_parts(database, settings, now), made_at=now)


def file_name(now: datetime) -> str:
    """Return what the file is called."""
    return f"ringmaster-support-{now:%Y-%m-%d-%H%M}.zip"


def _parts(database: Database, settings: Settings, now: datetime) -> Iterator[Part]:
    clean = Redaction(secrets_of(settings)).clean
    yield "README.txt", [_README.encode()]
    for name, say in {
        "versions.json": lambda: _read(database, lambda session: _json(_versions(session))),
        "configuration.json": lambda: _json(_configuration(settings)),
        "system-settings.json": lambda: _read(database, lambda session: _json(_system_settings(session))),
        "health.json": lambda: _json([dataclasses.asdict(checked) for checked in check(database, settings)]),
        "metrics.txt": lambda: _read(
            database, lambda session: exposition(figures.of_fleet(session, now=now))
        ),
        "jobs.json": lambda: _read(database, lambda session: _json(_jobs(session, now))),
        "tables.csv": lambda: _read(database, _tables),
        "activity.csv": lambda: _read(database, _activity),
    }.items():
        yield name, [clean(_said(say)).encode()]
    yield from _logs(settings)


def _said(say: Any) -> str:
    """Return a part, or why it cannot be had: a bundle is wanted most when something is broken."""
    try:
        return str(say())
    except Exception as error:  # noqa: BLE001 - whatever is broken is what the bundle is to tell of
        return f"This part could not be read: {type(error).__name__}: {error}\n"


def _read(database: Database, say: Any) -> str:
    with reading(database, ALL_TENANTS) as session:
        return str(say(session))


def _json(content: object) -> str:
    return json.dumps(content, indent=2, ensure_ascii=False, default=str) + "\n"


def _versions(session: Session) -> dict[str, object]:
    is_postgresql = session.get_bind().dialect.name == "postgresql"
    asked = "SELECT version()" if is_postgresql else "SELECT 'SQLite ' || sqlite_version()"
    return {
        "python": platform.python_version(),
        "system": platform.platform(),
        "database": session.scalar(text(asked)),
        "database_revision": session.scalar(text("SELECT version_num FROM alembic_version")),
        "database_bytes": tables.total_bytes(session),
        "libraries": dict(sorted((found.name, found.version) for found in distributions())),
    }


def _configuration(settings: Settings) -> dict[str, object]:
    values = {field.name: getattr(settings, field.name) for field in dataclasses.fields(settings)}
    values |= {name: MASK if values[name] else "" for name in _SECRETS}
    values["database_url"] = make_url(settings.database_url).render_as_string(hide_password=True)
    return values


def _system_settings(session: Session) -> dict[str, str]:
    texts = system_settings.read_texts(session, CATALOGUE.keys())
    return {
        name: (MASK if value else "") if CATALOGUE[name].is_secret else value for name, value in texts.items()
    }


def _jobs(session: Session, now: datetime) -> list[dict[str, object]]:
    return [{**dataclasses.asdict(run), "lag_seconds": round(run.lag(now), 1)} for run in jobs.read(session)]


def _tables(session: Session) -> str:
    sizes = tables.read(session)
    rows = [(size.name, str(size.rows), str(size.size) if size.size is not None else "") for size in sizes]
    return "".join(csv_line(cells) for cells in (("Table", "Rows", "Bytes"), *rows))


def _activity(session: Session) -> str:
    last = select(JournalEntry).order_by(JournalEntry.id.desc()).limit(MOST_ACTIVITIES)
    entries = session.scalars(last.options(selectinload(JournalEntry.tenant))).all()
    return journal_export.header() + journal_export.lines(entries)


def _logs(settings: Settings) -> Iterator[Part]:
    left = MOST_BYTES_OF_LOGS
    for day in logs.days_of(folder_in(settings.data_dir)):
        if left <= 0:
            return
        yield f"logs/IPP.Manage.Web.Admin.{day.day:%d-%m-%Y}.log", _encoded(logs.text_of(day), left)
        left -= day.size


def _encoded(lines: Iterable[str], most: int) -> Iterator[bytes]:
    """Yield lines as bytes, as many as fit; where a day is longer its first hours are what is there."""
    for line in lines:
        piece = line.encode(errors="replace")
        most -= len(piece)
        if most < 0:
            yield b"(The rest of this day is left out.)\n"
            return
        yield piece
