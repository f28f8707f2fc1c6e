"""Phones that change, or fetch, all the time: what is too much of them is looked for where something was added."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from sqlalchemy.orm import Session

from app.services.fetches import retention as fetch_retention
from app.services.phone_history import retention as history_retention


class BusyPhones:
    """Looks only at phones about which something changed since it last got through; a new leader looks at all once."""

    def __init__(self) -> None:
        self._after = 0
        self._newest = 0

    def find(self, session: Session, _now: datetime) -> Sequence[int]:
        """Return what phones have too much of in their history."""
        self._newest = history_retention.newest(session)
        return history_retention.find_surplus(session, after=self._after)

    def note_done(self) -> None:
        """Remember up to which change all was looked at."""
        self._after = self._newest


class BusyFetchers:
    """The same for what phones fetch; rows come a moment after their time."""

    # What waits to be written is older than what was written last.
    LOOKS_BACK = timedelta(minutes=5)

    def __init__(self) -> None:
        self._after = datetime.min.replace(tzinfo=UTC)
        self._now = self._after

    def find(self, session: Session, now: datetime) -> Sequence[fetch_retention.Key]:
        """Return what phones have too much of in the provisioning log."""
        self._now = now
        return fetch_retention.find_surplus(session, after=self._after)

    def note_done(self) -> None:
        """Remember up to which time all was looked at."""
        self._after = self._now - self.LOOKS_BACK
