"""Indexes over letters: made by a release where the account may, and done without where it may not."""

import logging
from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, inspect, text

from app import letter_indexes, schema
from app.database import make_engine


@pytest.fixture
def engine(empty_database_url: str) -> Iterator[Engine]:
    engine = make_engine(empty_database_url)
    schema.migrate(engine)
    yield engine
    engine.dispose()


def has_indexes(engine: Engine) -> bool:
    return any(
        index["name"] == "ix_phone_user_letters" for index in inspect(engine).get_indexes("phone_user")
    )


def add_user(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO tenant (id, name, name_key, description, is_default, approves_automatically, "
                "endpoint_licenses, created_at) VALUES (1, 'A', 'a', '', true, false, 1, '2026-03-09 14:00:00')"
            )
        )
        connection.execute(
            text(
                "INSERT INTO phone_user (id, tenant_id, name, name_key, display_name, nickname, is_system, created_at)"
                " VALUES (1, 1, 'anna', 'anna', '', '', false, '2026-03-09 14:00:00')"
            )
        )


def test_only_large_tables_of_postgresql_have_them_and_making_them_again_does_nothing(engine: Engine):
    add_user(engine)
    assert letter_indexes.make_missing(engine)
    assert not has_indexes(engine)
    for _ in range(2):
        assert letter_indexes.make_missing(engine, from_rows=1)
        assert has_indexes(engine) == (engine.dialect.name == "postgresql")


@pytest.mark.postgresql
@pytest.mark.parametrize("database_kind", ["postgresql"], indirect=True)
def test_an_account_that_may_not_make_the_extension_is_told_what_to_ask_for(
    engine: Engine, caplog: pytest.LogCaptureFixture
):
    add_user(engine)
    account = f"plain_{engine.url.database}"
    with engine.begin() as connection:
        connection.execute(text(f"CREATE ROLE {account} LOGIN"))
        connection.execute(text(f"GRANT SELECT ON phone_search, phone_user, device TO {account}"))
    plain = make_engine(engine.url.set(username=account).render_as_string(hide_password=False))
    try:
        with caplog.at_level(logging.WARNING):
            assert letter_indexes.make_missing(plain, from_rows=1) is False
    finally:
        plain.dispose()
        with engine.begin() as connection:
            connection.execute(text(f"DROP OWNED BY {account}"))
            connection.execute(text(f"DROP ROLE {account}"))
    assert "permission denied to create extension" in caplog.text
    assert "CREATE EXTENSION pg_trgm" in caplog.text
    assert not has_indexes(engine)
