"""How long transactions of this process keep others from writing, where the database has one writer at a time."""

import time

from sqlalchemy import Connection, event

from app.database import Database


class LockTimes:
    """Notes each transaction that writes, from its beginning to the end of its commit, in seconds."""

    def __init__(self, database: Database) -> None:
        self.taken: list[float] = []
        self._began: dict[int, float] = {}
        event.listen(database.writer, "begin", self._note_begin)  # follows what takes the lock
        # Follows the commit, and comes before what is done after it while others may write.
        event.listen(database.reader.pool, "checkin", self._note_end, insert=True)

    @property
    def longest(self) -> float:
        """The longest so far."""
        return max(self.taken, default=0.0)

    def _note_begin(self, connection: Connection) -> None:
        self._began[id(connection.connection.dbapi_connection)] = time.perf_counter()

    def _note_end(self, connection: object, _record: object) -> None:
        # Others of the same pool read meanwhile.
        began = self._began.pop(id(connection), None)
        if began is not None:
            self.taken.append(time.perf_counter() - began)
