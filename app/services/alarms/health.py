"""What the manager notices of itself: a timetable that nobody keeps, and phones that had to be told to come later."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import Alarm, Heartbeat, Lease
from app.rules.alarms.catalogue import SCHEDULER_LATE, SERVER_OVERLOADED
from app.services import leases, silence
from app.services.alarms.own import OwnAlarm, clear_own, raise_own

SCHEDULER_MAY_BE_LATE = timedelta(minutes=2)


def note_refusals(session: Session, number: int, *, now: datetime) -> None:
    """Raise the alarm of a server that is overloaded, where it had to tell phones to come again later."""
    if number:
        requests = "One request was" if number == 1 else f"{number:,} requests were"
        text = f"{requests} answered with 503 within a few seconds: phones come again by themselves."
        raise_own(session, [OwnAlarm(kind=SERVER_OVERLOADED, text=text)], now=now)


def watch_scheduler(session: Session, *, now: datetime) -> None:
    """Raise an alarm while nobody has kept the timetable for too long, as far as the phone plane could see it.

    The scheduler cannot tell of its own absence; the phone plane runs whenever anything does.
    """
    plane = session.get(Heartbeat, silence.PHONE_PLANE)
    lease = session.scalar(select(Lease.expires_at).where(Lease.name == leases.TIMETABLE))
    if plane is None or lease is None:
        return
    late_since = max(lease, plane.running_since)
    if now - late_since > SCHEDULER_MAY_BE_LATE:
        text = f"{SCHEDULER_LATE.description} Since {late_since:%Y-%m-%d %H:%M} UTC."
        raise_own(session, [OwnAlarm(kind=SCHEDULER_LATE, text=text)], now=now)
    elif lease > now and _stands(session):
        clear_own(session, SCHEDULER_LATE, [("", "")], now=now)


def _stands(session: Session) -> bool:
    key = OwnAlarm(kind=SCHEDULER_LATE).key
    standing = select(Alarm.id).where(Alarm.active_key == key)
    return session.scalar(standing) is not None
