"""Active alarms by name, text, or the phone that they are of."""

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.models import Alarm
from app.services.alarm_search import AlarmFilter, conditions_of
from app.services.global_search.found import Found, Kind, Words, joined
from app.services.text_search import contains, either


def find(session: Session, words: Words, *, at_most: int) -> list[Found]:
    """Return the newest active alarms that are in sight."""
    if words.is_surely_mac:
        is_found = Alarm.mac == words.mac
    else:
        is_found = contains(either(Alarm.name, Alarm.text), words.text)
        if words.digits is not None:
            is_found = or_(is_found, Alarm.mac.contains(words.digits))
    rows = session.execute(
        select(Alarm.id, Alarm.name, Alarm.severity, Alarm.source, Alarm.text)
        .where(*conditions_of(AlarmFilter()), is_found)
        .order_by(Alarm.last_raised_at.desc(), Alarm.id.desc())
        .limit(at_most)
    )
    return [
        Found(Kind.ALARM, str(row.id), row.name, joined(row.severity.value, row.source, row.text[:120]))
        for row in rows
    ]
