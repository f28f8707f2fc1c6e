"""Alarms that stand when other rules become active: they are asked about anew, in the background.

Who is told is not: nobody hears again of what he has heard of because a rule was changed.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.database import table_of
from app.models import Alarm, RuleSetVersion
from app.models.enums import AlarmDeed, RuleSetState
from app.services.alarm_rules.book import KINDS
from app.services.alarm_rules.following import AlarmRow, Following, write_ruled
from app.services.alarms import timeline


def active_versions(session: Session) -> tuple[int, ...]:
    """Return what tells the rules that are active from those before: they are not changed in place."""
    active = select(RuleSetVersion.id).where(
        RuleSetVersion.state == RuleSetState.ACTIVE, RuleSetVersion.kind.in_(KINDS)
    )
    return tuple(session.scalars(active.order_by(RuleSetVersion.id)))


def find_standing(session: Session) -> Sequence[int]:
    """Return all alarms that stand."""
    return session.scalars(select(Alarm.id).where(Alarm.cleared_at.is_(None)).order_by(Alarm.id)).all()


def rearm(session: Session, ids: Sequence[int], *, now: datetime) -> int:
    """Ask the rules anew about these alarms, and return for how many something is different."""
    columns = table_of(Alarm).columns
    wanted = select(*columns).where(Alarm.id.in_(ids), Alarm.cleared_at.is_(None)).order_by(Alarm.id)
    rows = [dict(row) for row in session.execute(wanted.with_for_update()).mappings()]
    before = [row.copy() for row in rows]
    following = Following(session, now=now)
    told = following.ask([(row, AlarmDeed.UNSUPPRESS) for row in rows], anew=True)
    changed: list[AlarmRow] = [row for row, was in zip(rows, before, strict=True) if row != was]
    write_ruled(session, changed)
    told += following.tell()
    timeline.write(session, ((row["id"], change) for row, change in told), now=now)
    return len(changed)
