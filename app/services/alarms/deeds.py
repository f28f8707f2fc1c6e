"""What operators make of alarms: of one, of some, or of all that match; each with its line in the timeline."""

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, TypeAlias

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from app.database import table_of
from app.errors import InvalidInputError
from app.models import Alarm, Tenant
from app.models.alarm import MAX_REMARK
from app.models.enums import AlarmDeed, ClearedBy
from app.rules.alarms import states
from app.rules.alarms.catalogue import AlarmType, type_titled
from app.rules.alarms.states import Change, Columns, Move, State
from app.security.roles import ACKNOWLEDGE, DELETE, SHELVE
from app.services import journal
from app.services.alarm_rules.following import AlarmRow, follow
from app.services.alarm_search import AlarmFilter, conditions_of
from app.services.alarms import timeline
from app.services.author import Author

CHUNK = 500
"""Alarms that one transaction changes at most."""
MOST_AT_ONCE = 50_000
"""Alarms that are done at once."""


class Deed(StrEnum):
    """What an operator can do to alarms (manual 6.6, and what acknowledging and shelving add)."""

    ACKNOWLEDGE = "acknowledge"
    UNACKNOWLEDGE = "unacknowledge"
    SHELVE = "shelve"
    UNSHELVE = "unshelve"
    COMMENT = "comment"
    DELETE = "delete"


NEEDS: Mapping[Deed, str] = {
    Deed.ACKNOWLEDGE: ACKNOWLEDGE,
    Deed.UNACKNOWLEDGE: ACKNOWLEDGE,
    Deed.COMMENT: ACKNOWLEDGE,
    Deed.SHELVE: SHELVE,
    Deed.UNSHELVE: SHELVE,
    Deed.DELETE: DELETE,
}
"""What a role has to allow on the page of alarms."""

DONE: Mapping[Deed, str] = {
    Deed.ACKNOWLEDGE: "acknowledged",
    Deed.UNACKNOWLEDGE: "took the acknowledgement back of",
    Deed.SHELVE: "shelved",
    Deed.UNSHELVE: "took from the shelf",
    Deed.COMMENT: "commented on",
    Deed.DELETE: "deleted",
}
"""How the journal says that somebody did it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What is to be done: ``until`` when an acknowledgement or a shelf lasts, and a ``note`` with it."""

    deed: Deed
    until: datetime | None = None
    note: str = ""


def check(order: Order, *, now: datetime) -> None:
    """Raise InvalidInputError where the order says too little, too much or something impossible."""
    if len(order.note) > MAX_REMARK:
        raise InvalidInputError(by_field={"note": f"Write at most {MAX_REMARK:,} characters."})
    if order.deed is Deed.COMMENT and not order.note:
        raise InvalidInputError(by_field={"note": "Write a comment."})
    if order.deed is Deed.SHELVE and order.until is None:
        raise InvalidInputError(by_field={"until": "Say until when; nothing is shelved for ever."})
    longest = states.LONGEST_SHELF if order.deed is Deed.SHELVE else None
    states.check_until(order.until, now=now, longest=longest)


def latest_id(session: Session) -> int:
    """Return the id of the newest alarm: whoever looks at all that match has seen none beyond."""
    return session.scalar(select(func.max(Alarm.id))) or 0


def find_matching(session: Session, wanted: AlarmFilter, *, up_to: int) -> Sequence[int]:
    """Return the alarms that match and are not newer than this one, up to MOST_AT_ONCE of them."""
    matching = select(Alarm.id).where(*conditions_of(wanted), Alarm.id <= up_to)
    return session.scalars(matching.order_by(Alarm.id).limit(MOST_AT_ONCE)).all()


def do(session: Session, ids: Collection[int], order: Order, *, author: Author, now: datetime) -> int:
    """Do it to those of these alarms that it changes, with as many statements for many as for one; return how many."""
    check(order, now=now)
    columns = table_of(Alarm).columns
    wanted = select(*columns).where(Alarm.id.in_(ids)).order_by(Alarm.id).with_for_update()
    done: list[tuple[AlarmRow, Move]] = []
    for row in map(dict, session.execute(wanted).mappings()):
        move = _MOVES[order.deed](row, type_titled(row["name"]), order, author.name[:100], now)
        if move is not None:
            row.update(move.columns)
            done.append((row, move))
    changed = [{"id": row["id"], **move.columns} for row, move in done if move.columns]
    if changed:
        session.execute(update(Alarm), changed)
    told = [(row, move.change) for row, move in done if move.change is not None]
    timeline.write(session, ((row["id"], change) for row, change in told), now=now, actor=author.name)
    follow(session, [(row, change.deed) for row, change in told], now=now)
    journal.record_all(session, _entries(session, order, [row for row, _ in done], author, now))
    return len(done)


_Mover: TypeAlias = Callable[[State, AlarmType | None, Order, str, datetime], Move | None]


def _comment(_state: State, _kind: AlarmType | None, order: Order, _by: str, _now: datetime) -> Move:
    nothing: Columns = {}
    return Move(nothing, Change(AlarmDeed.COMMENT, note=order.note))


_MOVES: Mapping[Deed, _Mover] = {
    Deed.ACKNOWLEDGE: lambda state, kind, order, by, now: states.acknowledge(
        state, kind, by=by, until=order.until, note=order.note, now=now
    ),
    Deed.UNACKNOWLEDGE: lambda state, kind, order, _by, now: states.unacknowledge(
        state, kind, now=now, note=order.note
    ),
    Deed.SHELVE: lambda state, kind, order, by, now: states.shelve(
        state, kind, by=by, until=order.until or now, reason=order.note, now=now
    ),
    Deed.UNSHELVE: lambda state, kind, order, _by, now: states.unshelve(
        state, kind, now=now, note=order.note
    ),
    Deed.COMMENT: _comment,
    Deed.DELETE: lambda state, _kind, order, _by, now: states.clear(
        state, ClearedBy.OPERATOR, now=now, note=order.note
    ),
}


def _entries(
    session: Session, order: Order, rows: Sequence[Mapping[str, Any]], author: Author, now: datetime
) -> list[journal.Entry]:
    """Say it in one entry of each tenant; of a single alarm by its name and its phone."""
    ending = f": {order.note}" if order.note else "."
    until = f" until {order.until:%Y-%m-%d %H:%M} UTC" if order.until else ""
    said = f"{author.name} {DONE[order.deed]}"
    action = (
        f"alarm {DONE[order.deed].split()[0]}" if len(rows) == 1 else f"alarms {DONE[order.deed].split()[0]}"
    )
    if len(rows) == 1:
        (row,) = rows
        text = f"{said} the alarm {row['name']} of {row['source']}{until}{ending}"
        return [_entry(action, row["mac"] or row["source"], text, row["tenant_id"], author, now)]
    names = dict(session.execute(select(Tenant.id, Tenant.name)).all())
    return [
        _entry(
            action,
            "alarms",
            f"{said} {_counted(number)} of {names.get(tenant_id or 0, 'no tenant')}{until}{ending}",
            tenant_id,
            author,
            now,
        )
        for tenant_id, number in Counter(row["tenant_id"] for row in rows).items()
    ]


def _entry(
    action: str, subject: str, text: str, tenant_id: int | None, author: Author, now: datetime
) -> journal.Entry:
    return journal.entry(
        at=now, author=author, action=action, subject=subject, text=text, tenant_id=tenant_id
    )


def _counted(number: int) -> str:
    return f"{number:,} alarm{'' if number == 1 else 's'}"
