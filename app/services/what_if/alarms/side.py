"""One side of a replay: what was recorded, played through one set of rules with a clock that is set.

The rules decide as they do in operation (``app/rules/alarm_rules/course.py``); here are only the places of the
scheduler, the tables and the outbox, in memory.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime
from heapq import heappop, heappush
from itertools import count
from typing import Any

from sqlalchemy.orm import Session

from app.models.enums import AlarmDeed, ClearedBy, RuleKind, Severity
from app.rules.alarm_rules.asked import AskedRules, find_rule
from app.rules.alarm_rules.course import Course
from app.rules.alarm_rules.outcomes import Correlate
from app.rules.alarms import states
from app.rules.alarms.catalogue import type_titled
from app.rules.alarms.in_memory import AlarmRow, AlarmsInMemory, Moved, Raised
from app.rules.alarms.states import Move
from app.rules.ordered.rule import Rule
from app.services.alarm_rules.book import AlarmBook
from app.services.alarm_rules.notices import notice_of
from app.services.alarms.outages import raised_for, size_of_group
from app.services.what_if.alarms.findings import Findings
from app.services.what_if.alarms.messages import Listener, Messages
from app.services.what_if.alarms.outages import Outages, next_look
from app.services.what_if.alarms.recorded import Happening

_BEGINNINGS = frozenset({None, AlarmDeed.REOPEN})
_ALARM, _GROUP, _MESSAGE = range(3)
"""What is due at a time, in the order in which it is done."""


class Side:
    """Alarms, outages and messages under one set of rules."""

    def __init__(
        self, session: Session, book: AlarmBook, listeners: Mapping[int, Listener], since: datetime
    ) -> None:
        """Take the rules in a book; what happens before ``since`` is played and not counted."""
        self.findings = Findings(since)
        self.messages: Counter[int] = Counter()
        self.book = book
        self._session = session
        self._since = since
        self._alarms = AlarmsInMemory({}, {}, has_rules=True)
        self._outages = Outages(self._size_of)
        self._messages = Messages(listeners)
        self._due: list[tuple[datetime, int, int, Any]] = []
        self._awaited: set[tuple[datetime, int, Any]] = set()
        self._numbers = count(1)
        self._by_id: dict[int, AlarmRow] = {}
        self._sizes: dict[str, int] = {}
        self._outages_of: Counter[str] = Counter()

    def play(self, happening: Happening) -> None:
        """Let what is due before happen, then this."""
        self.go_to(happening.at)
        now, key = happening.at, happening.key
        self.book.go_to(now)
        if happening.deed in (None, AlarmDeed.REOPEN, AlarmDeed.SEVERITY):
            if happening.deed is AlarmDeed.SEVERITY and key not in self._alarms.active:
                return
            self._raise(happening)
        elif happening.deed is AlarmDeed.CLEAR:
            moved = self._alarms.clear(key, ClearedBy(happening.new), now=now)
            if moved is not None:
                self._ask([(moved.row, AlarmDeed.CLEAR)], now)
        else:
            self._do(happening)

    def go_to(self, now: datetime) -> None:
        """Let everything happen that is due before this time."""
        while self._due and self._due[0][0] <= now:
            at, what, _, key = heappop(self._due)
            self._awaited.discard((at, what, key))
            self.book.go_to(at)
            if what == _ALARM:
                self._settle(key, at)
            elif what == _GROUP:
                self._look_at(key, at)
            else:
                self._tell(key, at)

    def forget(self, now: datetime) -> None:
        """Forget alarms that ended so long ago that they do not go on any more."""
        waiting = self._messages.waits_for()
        gone = {
            row["id"]
            for row in self._by_id.values()
            if row["cleared_at"] is not None
            and row["flaps_until"] is None
            and row["id"] not in waiting
            and not (self._alarms.ended.get(row["dedup_key"]) is row and states.may_reopen(row, now=now))
        }
        for alarm_id in gone:
            row = self._by_id.pop(alarm_id)
            if self._alarms.ended.get(row["dedup_key"]) is row:
                del self._alarms.ended[row["dedup_key"]]
        self._messages.forget(gone)

    def open_records(self) -> set[str]:
        """Return the names of the alarms of which something may still be found."""
        return {row["record"] for row in self._by_id.values()}

    def _raise(self, happening: Happening) -> None:
        kind = type_titled(happening.fixed["name"])
        raised = Raised(
            happening.key, kind, Severity(happening.new), dict(happening.said), dict(happening.fixed)
        )
        moved = self._alarms.raise_(raised, now=happening.at)
        self._name(moved, str(happening.alarm_id), happening.alarm_id)
        if moved.is_new or moved.change is not None:
            self._ask([(moved.row, moved.change.deed if moved.change else None)], happening.at)

    def _name(self, moved: Moved, record: str, alarm_id: int | None) -> None:
        if moved.is_new:
            moved.row["id"] = next(self._numbers)
            self._by_id[moved.row["id"]] = moved.row
        moved.row.update(record=record, alarm_id=alarm_id)

    def _do(self, happening: Happening) -> None:
        """Do what an operator did, to the alarm that stands."""
        row = self._alarms.active.get(happening.key)
        if row is None:
            return
        kind, by, now = type_titled(row["name"]), happening.actor, happening.at
        move: Move | None
        if happening.deed is AlarmDeed.ACKNOWLEDGE:
            move = states.acknowledge(row, kind, by=by, until=None, note="", now=now)
        elif happening.deed is AlarmDeed.UNACKNOWLEDGE:
            move = states.unacknowledge(row, kind, now=now)
        elif happening.deed is AlarmDeed.SHELVE:
            until = datetime.fromisoformat(happening.new)
            move = states.shelve(row, kind, by=by, until=until, reason="", now=now)
        else:
            move = states.unshelve(row, kind, now=now)
        if move is not None and move.change is not None:
            row |= move.columns
            self._ask([(row, move.change.deed)], now)

    def _ask(
        self,
        happened: Iterable[tuple[AlarmRow, AlarmDeed | None]],
        now: datetime,
        *,
        is_released: bool = False,
    ) -> None:
        """Ask the rules about alarms to which something happened, as ``Following`` does."""
        for alarm, deed in happened:
            rules = self.book.asked_in(alarm["tenant_id"])
            course = Course(alarm, deed, self.book.facts_of(alarm), rules, now)
            if is_released:
                course.release()
            course.begin()
            step = course.due_step()
            if step is not None:
                course.take(step)
            course.end(self._outages.standing)
            self.findings.note_lines(alarm, course.lines, now)
            if course.is_withdrawn:
                self._messages.withdraw(alarm["id"])
            self._put(course, now)
            self._note_group(alarm, rules, came=deed in _BEGINNINGS, now=now)
            self._wait_for(alarm, now)

    def _put(self, course: Course, now: datetime) -> None:
        for telling in course.tellings:
            for destination_id in telling.destinations:
                notice = notice_of(self.book, course.alarm, telling, destination_id)
                due = self._messages.put(notice, course.alarm, now)
                if due is not None:
                    self._later(due[0], _MESSAGE, due[1])

    def _note_group(self, alarm: AlarmRow, rules: AskedRules, *, came: bool, now: datetime) -> None:
        rule: Rule[Correlate] | None = None
        if alarm["group_key"]:
            rule = find_rule(rules.correlate, alarm["group_rule"])
        key = self._outages.note(alarm, rule, came=came, now=now)
        if key:
            self._later(next_look(now), _GROUP, key)

    def _wait_for(self, alarm: AlarmRow, now: datetime) -> None:
        """Let what rules have begun go on when its time comes; what ends by itself is in what was recorded."""
        names = ("flaps_until", "suppressed_until", "escalates_at")
        wanted = names if alarm["cleared_at"] is None else names[:1]
        times = [alarm[name] for name in wanted if alarm[name] is not None]
        if times:
            self._later(max(min(times), next_look(now)), _ALARM, alarm["id"])

    def _settle(self, alarm_id: int, now: datetime) -> None:
        alarm = self._by_id.get(alarm_id)
        if alarm is None:
            return
        is_active = alarm["cleared_at"] is None
        names = ("flaps_until", "suppressed_until", "escalates_at") if is_active else ("flaps_until",)
        if any(alarm[name] is not None and alarm[name] <= now for name in names):
            self._ask([(alarm, AlarmDeed.ESCALATE)], now)

    def _look_at(self, key: str, now: datetime) -> None:
        """Begin the outage of a group, or end it, where that is due."""
        begins = self._outages.begins(key, now)
        if begins is not None:
            self._begin(key, *begins, now)
            return
        is_over, again = self._outages.ends(key, now)
        if is_over:
            left = self._outages.end(key)
            moved = self._alarms.clear(key, ClearedBy.STATE, now=now)
            if moved is not None:
                self._ask([(moved.row, AlarmDeed.CLEAR)], now)
            self._ask([(alarm, AlarmDeed.LEAVE) for alarm in left], now, is_released=True)
        elif again is not None:
            self._later(again, _GROUP, key)

    def _begin(
        self, key: str, rule: Rule[Correlate], children: Iterable[AlarmRow], phones: int, now: datetime
    ) -> None:
        children = list(children)
        self.book.note_outage(key, phones)
        moved = self._alarms.raise_(raised_for(self.book, rule, children[-1], key, phones), now=now)
        if moved.is_new:
            self._outages_of[key] += 1
        self._name(moved, f"{key}/{self._outages_of[key]}", None)
        self.findings.note_outage(moved.row, rule.key, phones, now)
        self._outages.stand(key, moved.row)
        self._ask([(moved.row, moved.change.deed if moved.change else None)], now)
        self._ask([(child, AlarmDeed.JOIN) for child in children], now)

    def _tell(self, key: tuple[int, str, str], now: datetime) -> None:
        for told in self._messages.tell(key, now):
            if not self.findings.counts(now):
                continue
            self.messages[told.destination_id] += 1
            for alarm in told.alarms:
                rules = self.book.asked_in(alarm["tenant_id"])
                is_route = find_rule(rules.route, told.rule_key) is not None
                kind = RuleKind.ROUTE if is_route else RuleKind.ESCALATE
                self.findings.note_told(alarm, told.destination_id, told.rule_key, kind)
        self._messages.skip_reminders(key, self._since)
        due_at = self._messages.due_of(key)
        if due_at is not None:
            self._later(due_at, _MESSAGE, key)

    def _later(self, at: datetime, what: int, key: Any) -> None:
        if (at, what, key) not in self._awaited:
            self._awaited.add((at, what, key))
            heappush(self._due, (at, what, next(self._numbers), key))

    def _size_of(self, rule: Rule[Correlate], alarm: AlarmRow) -> int:
        """Return how many phones the group of an alarm has now: how many there were is not recorded."""
        key = alarm["group_key"]
        if key not in self._sizes:
            self._sizes[key] = size_of_group(self._session, rule.outcome.by, alarm["mac"])
        return self._sizes[key]
