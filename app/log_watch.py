"""What a process knows of how it is to log: it looks every few seconds at what System Settings say."""

import logging
import time

from sqlalchemy.exc import SQLAlchemyError

from app.database import Database
from app.logs.writing import keep_to
from app.security.tenant_scope import ALL_TENANTS
from app.services import settings
from app.transaction import reading

LOOKS_EVERY_SECONDS = 5.0

log = logging.getLogger(__name__)


class LogWatch:
    """Brings the level of the log, and for how long it is kept, from the database into this process."""

    def __init__(self, database: Database, *, every_seconds: float = LOOKS_EVERY_SECONDS) -> None:
        self._database = database
        self._every_seconds = every_seconds
        self._looks_at = 0.0

    def look_if_due(self) -> None:
        """Look at the database, unless that was done within the last seconds."""
        if time.monotonic() >= self._looks_at:
            self.look()

    def look(self) -> None:
        """Look at the database; while it does not answer, what was known holds."""
        self._looks_at = time.monotonic() + self._every_seconds
        try:
            with reading(self._database, ALL_TENANTS) as session:
                level, days = settings.log_level_and_days(session)
        except SQLAlchemyError as error:
            log.debug("How to log could not be looked at: %s", type(error).__name__)
            return
        keep_to(level, days)
