"""What a process knows of the licence without asking the database each time: whether it has expired.

Phones report hundreds of times a second, so each process looks every few seconds; what is installed in another one
counts here within that time. Where nobody issues licences nothing is ever asked.
"""

import logging
import time
from collections.abc import Callable
from datetime import UTC, datetime
from threading import Lock

from sqlalchemy.exc import SQLAlchemyError

from app.database import Database
from app.errors import RingmasterError
from app.rules.license_standing import expired_on
from app.security import issuer
from app.security.tenant_scope import ALL_TENANTS
from app.services import settings
from app.services.licenses import installed
from app.transaction import reading

LOOKS_EVERY_SECONDS = 5.0

log = logging.getLogger(__name__)


class LicenseWatch:
    """Remembers until when the licence of a database counts; for several threads."""

    def __init__(self, database: Database, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._database = database
        self._clock = clock
        self._lock = Lock()
        self._looked_at: float | None = None
        self._ends_at: datetime | None = None
        self._sentence = ""

    def expired(self, now: datetime) -> str:
        """Return the sentence that says since when the licence has expired, or an empty text."""
        if not issuer.has_issuer():
            return ""
        with self._lock:
            if self._looked_at is None or self._clock() - self._looked_at >= LOOKS_EVERY_SECONDS:
                self._look()
            has_expired = self._ends_at is not None and now >= self._ends_at
            return self._sentence if has_expired else ""

    def look_again(self) -> None:
        """Look at the database when next asked: something was installed."""
        with self._lock:
            self._looked_at = None

    def _look(self) -> None:
        """Look at the database; while it does not answer, what was known holds."""
        self._looked_at = self._clock()
        try:
            with reading(self._database, ALL_TENANTS) as session:
                license_ = installed.current(session)
                is_limited = license_ is not None and license_.valid_until is not None
                zone = settings.web_ui_time_zone(session) if is_limited else UTC
            self._ends_at = license_.ends_at(zone) if license_ is not None else None
            self._sentence = expired_on(license_) if license_ is not None and is_limited else ""
        except (SQLAlchemyError, RingmasterError) as error:
            log.warning("The licence could not be looked at: %s", error)
