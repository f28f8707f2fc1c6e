"""How long transactions of this process keep others from writing, where the database has one writer at a time."""

import time

from sqlalchemy import event

from app.database import Database


class LockTimes:
    """Notes each transaction that writes, from its beginning to the end of its commit, in seconds."""

    def __init__(self, database: Database) -> None:
        self.taken: list[float] = []
        self._began: float | None = None
        event.listen(database.writer, "begin", self._note_begin)  # follows what takes the lock
        # Follows the commit, and comes before what is done after it while others may write.
        event.listen(database.reader.pool, "checkin", self._note_end, insert=True)

    @property
    def longest(self) -> float:
        """The longest so far."""
        return max(self.taken, default=0.0)

    def _note_begin(self, _connection: object) -> None:
        self._began = time.perf_counter()

    def _note_end(self, _connection: object, _record: object) -> None:
        if self._began is not None:
            self.taken.append(time.perf_counter() - self._began)
            self._began = None
