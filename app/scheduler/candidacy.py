"""Standing for election: of all schedulers that run, the one that holds the lease leads."""

import logging
import time
from datetime import timedelta

from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from app.database import Database
from app.scheduler.naming import process_name
from app.security.tenant_scope import ALL_TENANTS
from app.services import leases
from app.services.shared_time import shared_time
from app.transaction import writing

log = logging.getLogger(__name__)

# The share of the lease's time for which its holder leads: it steps down well before another may take over.
_LEADS_FOR = 0.6


class Candidacy:
    """One process that would lead; it does as long as it can renew its lease in time."""

    def __init__(self, database: Database, *, lasts: timedelta) -> None:
        self._database = database
        self._lasts = lasts
        self._owner = process_name()
        self._epoch: int | None = None
        self._leads_until = 0.0

    @property
    def leads(self) -> bool:
        """Whether this process leads at this moment."""
        return time.monotonic() < self._leads_until

    def stand(self) -> None:
        """Take the lease, or renew it; without an answer of the database the leadership runs out by itself."""
        asked_at = time.monotonic()
        try:
            with writing(self._database, ALL_TENANTS) as session:
                self._epoch = leases.take(
                    session, leases.TIMETABLE, self._owner, lasts=self._lasts, now=shared_time(session)
                )
        except DBAPIError as error:
            log.warning("The database does not answer: %s", error.orig)
            return
        leads = self._epoch is not None
        self._leads_until = asked_at + self._lasts.total_seconds() * _LEADS_FOR if leads else 0.0

    def still_leads(self, session: Session) -> bool:
        """Whether nobody else took the lease, seen from within this transaction."""
        return (
            self.leads
            and self._epoch is not None
            and leases.is_current(session, leases.TIMETABLE, self._epoch)
        )

    def step_down(self) -> None:
        """Stop leading: a chore that is under way ends with its chunk."""
        self._leads_until = 0.0

    def withdraw(self) -> None:
        """Stop leading and let another take over at once."""
        self.step_down()
        try:
            with writing(self._database, ALL_TENANTS) as session:
                leases.give_back(session, leases.TIMETABLE, self._owner, now=shared_time(session))
        except DBAPIError as error:
            log.warning("The lease could not be given back and runs out by itself: %s", error.orig)
