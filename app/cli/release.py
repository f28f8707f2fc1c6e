"""The release step: brings the database to this version; done once, before any process serves."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from flask import Flask
from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError

from app import create_app, letter_indexes, schema
from app.cli import accounts
from app.cli.key_check import check_keys_fit
from app.database import Database, make_engine
from app.errors import ConflictError, UnreachableError
from app.security.installation_keys import installation_keys
from app.security.issuer import trust_issuer
from app.security.secrets import open_vault
from app.security.tenant_scope import ALL_TENANTS
from app.services import installation
from app.transaction import writing
from config import Settings

log = logging.getLogger(__name__)


def release(settings: Settings) -> str | None:
    """Bring schema, roles, permissions and seeds up to date; return the first administrator's password when made.

    A database that a later version has brought up to date already is left as it is, if this version works with it.

    Of two that are started at once, the second waits and then finds nothing left to do. Nothing stays connected to
    the database, so that this process can fork.
    """
    _make_folders(settings)
    engine = _reachable_engine(settings)
    try:
        with schema.locked(engine):
            check_keys_fit(engine, settings)
            if schema.is_ahead(engine):
                schema.check_fits(engine)
                log.info("The database is at a later version, which this program works with as it is.")
                return None
            schema.migrate(engine)
            letter_indexes.make_missing(engine)
            app = _app_that_wrote_permissions(settings)
            password = accounts.add_first_administrator(app, settings.admin_password)
            with writing(Database(engine), ALL_TENANTS) as session:
                installation.install(
                    session,
                    public_url=settings.public_url,
                    rest_port=settings.rest_port,
                    now=datetime.now(UTC),
                )
    finally:
        engine.dispose()
    log.info("The database is at the version of this program.")
    return password


@contextmanager
def opened_database(settings: Settings) -> Iterator[Database]:
    """Yield the database, with what is encrypted in it; ConflictError where it is not at this version."""
    check_released(settings)
    open_vault(*installation_keys(settings))
    trust_issuer(settings.license_public_key)
    engine = make_engine(settings.database_url)
    try:
        yield Database(engine)
    finally:
        engine.dispose()


def check_released(settings: Settings) -> None:
    """Raise ConflictError where the database is not at this version; nothing stays connected to it."""
    engine = _reachable_engine(settings)
    try:
        schema.check_fits(engine)
    finally:
        engine.dispose()


def _make_folders(settings: Settings) -> None:
    folders = [settings.data_dir]
    if settings.uses_sqlite:
        folders.append(Path(settings.database_url.removeprefix("sqlite:///")).parent)
    for folder in folders:
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ConflictError(f"The folder {folder} cannot be made ({error.strerror}).") from error
    if settings.shares_firmware and not settings.firmware_folder.is_dir():
        raise ConflictError(
            f"The folder of firmware, {settings.firmware_folder}, is not there. Mount what the hosts share, or make it."
        )


def _reachable_engine(settings: Settings) -> Engine:
    engine = make_engine(settings.database_url)
    try:
        engine.connect().close()
    except OperationalError as error:
        where = engine.url.render_as_string(hide_password=True)
        reason = str(error.orig).splitlines()[0]
        raise UnreachableError(f"The database {where} cannot be opened: {reason}.") from error
    return engine


def _app_that_wrote_permissions(settings: Settings) -> Flask:
    """Build the application, which writes roles and permissions, without its remarks on a database so far empty."""
    remarks = logging.getLogger("flask_appbuilder")
    level = remarks.level
    remarks.setLevel(logging.ERROR)
    try:
        return create_app(settings, writes_permissions=True)
    finally:
        remarks.setLevel(level)
