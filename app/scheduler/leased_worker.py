"""Long jobs in the background: whichever scheduler holds the lease of one works on it, until it is done or let go."""

import logging
import threading
from abc import ABC, abstractmethod
from typing import Generic, TypeVar

from sqlalchemy.exc import DBAPIError

from app.database import Database
from app.scheduler.naming import process_name

log = logging.getLogger(__name__)

Held = TypeVar("Held")
"""A job that this process has taken up."""


class LeasedWorker(ABC, Generic[Held]):
    """Works off jobs in a thread of its own, which looks for one every so many seconds, or by ``work_off``.

    ``_claim`` takes up a job that is due; ``_work_on`` does what it asks for, and lets it go where ``_is_to_stop``.
    """

    def __init__(self, database: Database, title: str, *, looks_every: float) -> None:
        self._database = database
        self._title = title
        self._looks_every = looks_every
        self._name = process_name()
        self._is_to_stop = threading.Event()
        self._thread = threading.Thread(target=self._serve, name=title, daemon=True)

    def start(self) -> None:
        """Begin to look for work."""
        self._thread.start()

    def stop(self) -> None:
        """End after the step under way."""
        self._is_to_stop.set()
        self._thread.join()

    def work_off(self) -> int:
        """Do all that is due, and return how many times a job was taken up."""
        count = 0
        while not self._is_to_stop.is_set() and self.work_once():
            count += 1
        return count

    def work_once(self) -> bool:
        """Take up a job and work on it; whether there was one."""
        held = self._claim()
        if held is not None:
            self._work_on(held)
        return held is not None

    @abstractmethod
    def _claim(self) -> Held | None:
        """Return a job that is this process's from now on, None where none is due."""

    @abstractmethod
    def _work_on(self, held: Held) -> None:
        """Work on a job; errors of the database that may pass are raised, all others end with the job."""

    def _serve(self) -> None:
        while not self._is_to_stop.wait(self._looks_every):
            try:
                self.work_off()
            except DBAPIError as error:
                log.warning("The %s wait, because the database does not answer: %s", self._title, error.orig)
