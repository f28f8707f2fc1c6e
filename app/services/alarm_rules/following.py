"""What rules make of alarms to which something happened in a transaction: in bulk, with as few statements as for one.

First ``ask``, which changes the alarms' columns; whoever writes the alarms writes those as well. Then, when all have
their ids, ``tell``.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, TypeAlias

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.models import Alarm, Destination, EscalationStep
from app.models.enums import AlarmDeed
from app.rules.alarm_rules import escalating
from app.rules.alarm_rules.course import Course
from app.rules.alarm_rules.rule_columns import UNRULED
from app.rules.alarm_rules.telling import Telling
from app.rules.alarms.catalogue import type_titled
from app.rules.alarms.states import Change, next_due_at
from app.security.tenant_scope import seeing_everything
from app.services import upserts
from app.services.alarm_rules.book import AlarmBook
from app.services.alarm_rules.notices import notice_of
from app.services.alarms import timeline
from app.services.notices import putting
from app.services.rule_sets import hits

AlarmRow: TypeAlias = dict[str, Any]

RULED = (*UNRULED, "severity", "changed_at", "next_due_at")
"""The columns that rules may change."""
_MOST_NAMES = 100


class Following:
    """The alarms of one transaction, and what rules make of them."""

    def __init__(self, session: Session, *, now: datetime) -> None:
        self.book = AlarmBook(session, now=now)
        self._session = session
        self._now = now
        self._courses: list[Course] = []

    @property
    def is_asked(self) -> bool:
        """Whether there are rules for alarms at all."""
        return bool(self.book)

    def ask(
        self,
        happened: Iterable[tuple[AlarmRow, AlarmDeed | None]],
        *,
        released: bool = False,
        anew: bool = False,
    ) -> list[tuple[AlarmRow, Change]]:
        """Ask the rules about alarms to which something happened, None for those that were raised; change the alarms.

        Returns what the timelines tell, without what is told to whom. ``released`` are those whose outage is over;
        ``anew`` asks also what was answered before.
        """
        courses = self._begin(happened, released=released, anew=anew)
        self._take_steps(courses)
        outages = self._outages({course.alarm["group_key"] for course in courses})
        for course in courses:
            course.end(outages)
            course.alarm["next_due_at"] = next_due_at(course.alarm, type_titled(course.alarm["name"]))
        self._courses += courses
        return [(course.alarm, line) for course in courses for line in course.lines]

    def told(self) -> list[AlarmRow]:
        """Return the alarms of which somebody is told: they need their ids."""
        return [course.alarm for course in self._courses if course.tellings]

    def tell(self) -> list[tuple[AlarmRow, Change]]:
        """Put the notices of all that was asked about, and return what the timelines tell of them."""
        withdrawn = {
            course.alarm["id"] for course in self._courses if course.is_withdrawn and "id" in course.alarm
        }
        putting.withdraw(self._session, withdrawn)
        tellings = [(course.alarm, telling) for course in self._courses for telling in course.tellings]
        notices = [
            notice_of(self.book, alarm, telling, destination)
            for alarm, telling in tellings
            for destination in telling.destinations
        ]
        if notices:
            putting.put(self._session, notices, now=self._now)
        decided = Counter(key for course in self._courses for key in course.hits)
        if decided:
            hits.count(self._session, decided, now=self._now)
        self._courses.clear()
        return self._lines(tellings)

    def _begin(
        self, happened: Iterable[tuple[AlarmRow, AlarmDeed | None]], *, released: bool, anew: bool
    ) -> Sequence[Course]:
        pairs = list(happened)
        self.book.read_phones({alarm["mac"] for alarm, _ in pairs})
        courses = []
        for alarm, deed in pairs:
            rules = self.book.asked_in(alarm["tenant_id"])
            course = Course(alarm, deed, self.book.facts_of(alarm), rules, self._now)
            if anew:
                course.rearm()
            if released:
                course.release()
            course.begin()
            courses.append(course)
        return courses

    def _take_steps(self, courses: Iterable[Course]) -> None:
        """Take the steps that are due; a row of each says that it was taken, and is there once whoever else tries."""
        due = [(course, step) for course in courses if (step := course.due_step()) is not None]
        rows = [
            {
                "alarm_id": course.alarm["id"],
                "rule_key": step.rule.key,
                "cycle": step.cycle,
                "step": step.number,
                "at": self._now,
            }
            for course, step in due
        ]
        columns = (
            EscalationStep.alarm_id,
            EscalationStep.rule_key,
            EscalationStep.cycle,
            EscalationStep.step,
        )
        claimed = {
            tuple(row)
            for row in upserts.insert_missing_returning(self._session, EscalationStep, rows, columns)
        }
        for course, step in due:
            if (course.alarm["id"], step.rule.key, step.cycle, step.number) in claimed:
                course.take(step)
            else:
                escalating.take(course.alarm, step, self._now)

    def _outages(self, keys: set[str]) -> dict[str, int]:
        """Return the alarms of the outages that stand, by the keys of their groups."""
        wanted = keys - {""}
        if not wanted:
            return {}
        standing = select(Alarm.dedup_key, Alarm.id).where(Alarm.active_key.in_(wanted))
        return dict(self._session.execute(standing).all())

    def _lines(self, tellings: Sequence[tuple[AlarmRow, Telling]]) -> list[tuple[AlarmRow, Change]]:
        shown = [(alarm, telling) for alarm, telling in tellings if not telling.is_quiet]
        if not shown:
            return []
        ids = {each for _, telling in shown for each in telling.destinations}
        names = dict(
            self._session.execute(
                select(Destination.id, Destination.name).where(Destination.id.in_(ids))
            ).all()
        )
        return [
            (
                alarm,
                Change(
                    AlarmDeed.NOTIFY,
                    old=str(telling.reason),
                    new=", ".join(names[each] for each in telling.destinations if each in names)[
                        :_MOST_NAMES
                    ],
                    note=telling.rule.title,
                    rule_key=telling.rule.key,
                ),
            )
            for alarm, telling in shown
        ]


def follow(session: Session, happened: Sequence[tuple[AlarmRow, AlarmDeed]], *, now: datetime) -> None:
    """Let the rules know what was done to alarms whose rows are written and locked, and write what they make of it.

    Rules are the system's also where an operator of one tenant did it: they tell destinations that he does not see.
    """
    if not happened:
        return
    with seeing_everything(session):
        following = Following(session, now=now)
        if not following.is_asked:
            return
        told = following.ask(happened)
        write_ruled(session, list({row["id"]: row for row, _ in happened}.values()))
        told += following.tell()
        timeline.write(session, ((row["id"], change) for row, change in told), now=now)


def write_ruled(session: Session, alarms: Sequence[AlarmRow], *besides: str) -> None:
    """Write the columns of alarms that rules may have changed, and some others, with one statement."""
    if alarms:
        names = ("id", *RULED, *besides)
        session.execute(update(Alarm), [{name: alarm[name] for name in names} for alarm in alarms])
