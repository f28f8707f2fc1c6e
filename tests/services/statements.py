"""What a database was asked, and when it makes somebody wait."""

from collections.abc import Callable

from sqlalchemy import event, text
from sqlalchemy.orm import Session

from app.database import Database


class Statements:
    """Counts the statements of a session's connection."""

    def __init__(self, session: Session) -> None:
        self.texts: list[str] = []
        event.listen(session.connection().engine, "before_cursor_execute", self._note)

    def of(self, session: Session, order: Callable[[], object]) -> int:
        """Do something and return how many statements it took."""
        session.flush()
        self.texts.clear()
        order()
        session.flush()
        return len(self.texts)

    def _note(self, _connection: object, _cursor: object, statement: str, *_: object) -> None:
        self.texts.append(statement)


def until_somebody_waits(database: Database) -> None:
    """Return when, on PostgreSQL, a transaction of this database waits for another one's lock."""
    waiting = text(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    with database.reader.connect() as connection:
        while not connection.execute(waiting).scalar_one():
            connection.rollback()
