"""The databases the tests themselves stand on: real, of both kinds, and each test's own."""

from contextlib import suppress

import pytest
import sqlalchemy

from tests.postgresql import running_server


def connect(url):
    """Return an engine that keeps no connection, so that a database can be copied and dropped."""
    return sqlalchemy.create_engine(url, poolclass=sqlalchemy.NullPool)


def tables(url):
    return sqlalchemy.inspect(connect(url)).get_table_names()


def make_table(url):
    with connect(url).begin() as connection:
        connection.execute(sqlalchemy.text("CREATE TABLE extension (number INTEGER)"))
        connection.execute(sqlalchemy.text("INSERT INTO extension VALUES (4711)"))


def test_an_empty_database_is_of_the_kind_asked_for(empty_database_url, database_kind):
    assert connect(empty_database_url).dialect.name == database_kind
    assert tables(empty_database_url) == []


def test_two_databases_do_not_see_each_others_tables(databases):
    first, second = databases.create(), databases.create()
    make_table(first)
    assert tables(first) == ["extension"]
    assert tables(second) == []


def test_a_copy_has_the_rows_of_its_source_and_keeps_its_own_to_itself(databases):
    source = databases.create()
    make_table(source)
    copied = databases.copy(source)
    with connect(copied).begin() as connection:
        connection.execute(sqlalchemy.text("INSERT INTO extension VALUES (4712)"))
    assert numbers(copied) == [4711, 4712]
    assert numbers(source) == [4711]


def numbers(url):
    with connect(url).begin() as connection:
        return list(connection.scalars(sqlalchemy.text("SELECT number FROM extension ORDER BY number")))


def test_a_copy_has_what_still_lies_in_the_write_ahead_log(sqlite_databases):
    source = sqlite_databases.create()
    with connect(source).connect() as connection:
        connection.execute(sqlalchemy.text("PRAGMA journal_mode=WAL"))
    make_table(source)
    assert numbers(sqlite_databases.copy(source)) == [4711]


@pytest.mark.postgresql
def test_a_dropped_database_ends_the_connections_to_it(postgresql_databases):
    url = postgresql_databases.create()
    with connect(url).connect() as connection:
        connection.execute(sqlalchemy.text("SELECT 1"))
        postgresql_databases.drop(url)
        with pytest.raises(sqlalchemy.exc.OperationalError):
            connection.execute(sqlalchemy.text("SELECT 1"))


@pytest.mark.postgresql
def test_the_server_and_its_folder_go_when_the_tests_fail():
    with suppress(ZeroDivisionError), running_server() as server:
        assert server.answers()
        raise ZeroDivisionError
    assert not server.answers()
    assert not server.folder.exists()
