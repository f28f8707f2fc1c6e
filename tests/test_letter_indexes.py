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


def test_only_postgresql_has_them_and_making_them_again_does_nothing(engine: Engine):
    is_postgresql = engine.dialect.name == "postgresql"
    for _ in range(2):
        assert letter_indexes.make_missing(engine) == is_postgresql
        assert has_indexes(engine) == is_postgresql


@pytest.mark.postgresql
@pytest.mark.parametrize("database_kind", ["postgresql"], indirect=True)
def test_an_account_that_may_not_make_the_extension_is_told_what_to_ask_for(
    engine: Engine, caplog: pytest.LogCaptureFixture
):
    account = f"plain_{engine.url.database}"
    with engine.begin() as connection:
        connection.execute(text(f"CREATE ROLE {account} LOGIN"))
    plain = make_engine(engine.url.set(username=account).render_as_string(hide_password=False))
    try:
        with caplog.at_level(logging.WARNING):
            assert letter_indexes.make_missing(plain) is False
    finally:
        plain.dispose()
        with engine.begin() as connection:
            connection.execute(text(f"DROP ROLE {account}"))
    assert "CREATE EXTENSION pg_trgm" in caplog.text
    assert not has_indexes(engine)
