"""What is encrypted at rest is found by its type, and encrypted anew with another key while others write."""

from datetime import UTC, datetime

import pytest
from flask_appbuilder import Model
from sqlalchemy import LargeBinary, select
from sqlalchemy.orm import Session
from sqlalchemy.types import TypeDecorator

from app.database import Database, EncryptedBytes, EncryptedText
from app.errors import InvalidInputError
from app.models import ConfigFile, ImportRow, PhoneUser, Placeholder
from app.models.enums import FileKind, Verdict
from app.security.secrets import Vault, open_vault, vault
from app.security.tenant_scope import ALL_TENANTS
from app.services import encrypted_columns, stored_files
from app.services.encrypted_columns import Piece, encrypt_anew, look, next_piece
from app.transaction import reading, writing
from tests.databases import INSTALLATION_KEY
from tests.factories import make_placeholder, make_tenant, make_user

NEW_KEY = "the key that comes after it"
AT = datetime(2026, 3, 9, 8, 0, tzinfo=UTC)


def test_all_bytes_in_the_database_are_encrypted_and_known_as_such() -> None:
    """Whoever adds a column of bytes says that it is encrypted, or writes here why it need not be."""
    known = {column for columns in encrypted_columns.encrypted_columns().values() for column in columns}
    holds_bytes = {
        column
        for table in Model.metadata.sorted_tables
        for column in table.columns
        if isinstance(
            column.type.impl if isinstance(column.type, TypeDecorator) else column.type, LargeBinary
        )
    }
    assert known == holds_bytes
    assert {type(column.type) for column in known} == {EncryptedBytes, EncryptedText}
    names = {str(column) for column in known}
    assert {"phone_user.password", "config_file.content", "import_row.password"} <= names


@pytest.fixture
def filled(database: Database) -> Database:
    """A database in which each way to encrypt was taken, in tables with keys of one and of two columns."""
    with writing(database, ALL_TENANTS) as session:
        for number in range(5):
            make_user(session, f"user{number}", password=f"secret {number}")
        make_placeholder(session, "P_Pin", "4711", tenant_id=make_tenant(session, "Other").id)
        session.add(
            ConfigFile(
                name="a.cfg",
                name_key="a.cfg",
                kind=FileKind.GLOBAL,
                content=stored_files.pack(b"x=1\n"),
                size=4,
                etag='"x"',
                generated_at=AT,
            )
        )
        for line in range(3):
            session.add(
                ImportRow(
                    job_id=1,
                    line=line,
                    verdict=Verdict.NEW,
                    payload=f"payload {line}",
                    password=vault().encrypt(b"p"),
                )
            )
    return database


def change_key(database: Database, *, together: int = 2) -> int:
    """Do what the command does, in pieces of a few rows; return how many values were written."""
    written = 0
    for table in encrypted_columns.encrypted_columns():
        last = None
        while True:
            with reading(database, ALL_TENANTS) as session:
                piece = next_piece(session, table, last)
            if not piece.rows:
                break
            piece = Piece(table, piece.rows[:together])
            last = piece.rows[-1]
            with writing(database, ALL_TENANTS) as session:
                written += encrypt_anew(session, piece, vault(), Vault(NEW_KEY))
    return written


def count(database: Database, newest: Vault) -> tuple[int, int]:
    """Return how many values there are, and in how many rows the newest key does not open one."""
    values = old = 0
    with reading(database, ALL_TENANTS) as session:
        for table in encrypted_columns.encrypted_columns():
            found = look(session, next_piece(session, table, None), newest)
            values, old = values + found.values, old + len(found.old)
    return values, old


def test_everything_opens_with_the_new_key_alone_and_says_what_it_said(filled: Database) -> None:
    open_vault(NEW_KEY, INSTALLATION_KEY)
    values, old = count(filled, Vault(NEW_KEY))
    assert old >= 9
    assert change_key(filled) == values
    assert count(filled, Vault(NEW_KEY)) == (values, 0)
    open_vault(NEW_KEY)
    with reading(filled, ALL_TENANTS) as session:
        assert _passwords(session) == [f"secret {number}" for number in range(5)]
        assert session.scalar(select(Placeholder.value).where(Placeholder.name == "P_Pin")) == "4711"
        content = session.scalar(select(ConfigFile.content).where(ConfigFile.name == "a.cfg"))
        assert stored_files.text_of(content) == b"x=1\n"
        assert session.scalars(select(ImportRow.payload).order_by(ImportRow.line)).all() == [
            f"payload {line}" for line in range(3)
        ]


def test_what_was_done_before_is_not_done_again(filled: Database) -> None:
    open_vault(NEW_KEY, INSTALLATION_KEY)
    with writing(filled, ALL_TENANTS) as session:
        piece = next_piece(session, PhoneUser.__table__, None)
        assert encrypt_anew(session, Piece(piece.table, piece.rows[:3]), vault(), Vault(NEW_KEY)) == 2
        before = _stored(session)
    change_key(filled)
    with reading(filled, ALL_TENANTS) as session:
        assert _stored(session)[:2] == before[:2]
    assert change_key(filled) == 0


@pytest.mark.parametrize(
    "database_kind", [pytest.param("postgresql", marks=pytest.mark.postgresql)], indirect=True
)
def test_what_somebody_else_is_writing_is_left_out(filled: Database) -> None:
    """On SQLite nobody else writes meanwhile."""
    open_vault(NEW_KEY, INSTALLATION_KEY)
    with writing(filled, ALL_TENANTS) as other:
        first = other.scalars(select(PhoneUser).where(PhoneUser.name == "user0").with_for_update()).one()
        first.password = "typed meanwhile"
        other.flush()
        change_key(filled)
    open_vault(NEW_KEY)
    with reading(filled, ALL_TENANTS) as session:
        assert _passwords(session)[0] == "typed meanwhile"


def test_a_value_of_a_key_that_is_not_there_is_named(filled: Database) -> None:
    open_vault(NEW_KEY)
    with (
        pytest.raises(InvalidInputError, match=r"^Row \d+ of phone_user: .*RINGMASTER_OTHER_SECRET_KEYS"),
        writing(filled, ALL_TENANTS) as session,
    ):
        encrypt_anew(session, next_piece(session, PhoneUser.__table__, None), vault(), Vault(NEW_KEY))


def test_large_values_are_few_together(filled: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encrypted_columns, "BYTES_TOGETHER", 90)
    with reading(filled, ALL_TENANTS) as session:
        rows = [next_piece(session, PhoneUser.__table__, None).rows]
        while rows[-1]:
            rows.append(next_piece(session, PhoneUser.__table__, rows[-1][-1]).rows)
    assert [len(found) for found in rows] == [3, 2, 1, 0]  # the first user has no password


def _passwords(session: Session) -> list[str | None]:
    return list(
        session.scalars(
            select(PhoneUser.password).where(PhoneUser.password.is_not(None)).order_by(PhoneUser.id)
        )
    )


def _stored(session: Session) -> list[bytes]:
    table = PhoneUser.__table__
    statement = (
        select(encrypted_columns._stored(table.c.password))
        .where(table.c.password.is_not(None))
        .order_by(table.c.id)
    )
    return [bytes(row[0]) for row in session.connection().execute(statement)]
