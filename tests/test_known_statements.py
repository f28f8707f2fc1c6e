"""Engines of a kind share what they have compiled, and nothing else."""

from contextlib import closing

from sqlalchemy import Engine, column, select, table, text

from app.database import make_engine
from tests.databases import Databases
from tests.known_statements import knowing_statements

WORDS = select(column("word")).select_from(table("words"))


def word_of(url: str, word: str) -> tuple[Engine, str]:
    """Put a word into an empty database, and read it."""
    engine = knowing_statements(make_engine(url))
    with closing(engine.connect()) as connection:
        connection.execute(text("CREATE TABLE words (word TEXT)"))
        connection.execute(text("INSERT INTO words VALUES (:word)"), {"word": word})
        return engine, connection.scalars(WORDS).one()


def test_what_one_has_compiled_another_asks_of_its_own_database(databases: Databases):
    urls = [databases.create(), databases.create()]
    first, word = word_of(urls[0], "first")
    known = dict(first.get_execution_options()["compiled_cache"])
    second, other = word_of(urls[1], "second")

    assert (word, other) == ("first", "second")
    assert second is not first
    assert second.pool is not first.pool
    assert known
    assert dict(second.get_execution_options()["compiled_cache"]) == known
    for engine, url in zip((first, second), urls, strict=True):
        engine.dispose()
        databases.drop(url)
