"""The alarm of somebody who guesses MAC addresses, so as to be given the files of phones (docs/decisions/0069)."""

from collections.abc import Sequence
from datetime import datetime
from itertools import islice

from sqlalchemy.orm import Session

from app.rules.alarms.catalogue import MAC_GUESSING
from app.services.alarms.own import OwnAlarm, raise_own

MOST_AT_ONCE = 20


def note(session: Session, suspects: Sequence[tuple[str, int]], *, now: datetime) -> None:
    """Raise an alarm for each address that guesses, with about how many phones; of very many those that guess most."""
    alarms = [
        OwnAlarm(
            kind=MAC_GUESSING,
            qualifier=source,
            text=f"The files of about {number:,} phones that nobody has heard of were asked for from {source}.",
        )
        for source, number in islice(suspects, MOST_AT_ONCE)
    ]
    raise_own(session, alarms, now=now)
