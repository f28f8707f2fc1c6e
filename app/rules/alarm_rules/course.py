"""What rules make of one alarm to which something happened, in the order of rules.md 3.3.

Flapping, suppression and the group that it belongs to come first, escalation and who is told after it is known which
outages stand: those are looked up for many alarms at once. What nobody is told of is *held*: it flaps, it is
suppressed, it is part of an outage, or an operator put it on the shelf.
"""

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from app.models.enums import AlarmDeed, NoticeReason, SourceKind
from app.rules.alarm_rules import calming, escalating
from app.rules.alarm_rules.asked import COUNT, AskedRules, find_rule, first_match
from app.rules.alarm_rules.escalating import DueStep
from app.rules.alarm_rules.outcomes import Correlate, Escalate
from app.rules.alarm_rules.telling import REASONS, Telling, prevented_or_told, step_of
from app.rules.alarms.states import Change
from app.rules.conditions.facts import KnownFacts
from app.rules.conditions.types.yes_no import NO, YES
from app.rules.ordered.rule import Rule

_TRANSITIONS = frozenset({None, AlarmDeed.REOPEN, AlarmDeed.SEVERITY, AlarmDeed.CLEAR})
_BEGINNINGS = frozenset({None, AlarmDeed.REOPEN})


class Course:
    """One alarm and what happened to it; its columns are changed in place.

    ``lines`` are what its timeline tells of the rules, ``tellings`` who is to hear of it, ``hits`` the rules that
    said something. Whatever waits to be told of it ``is_withdrawn`` before.
    """

    def __init__(
        self,
        alarm: dict[str, Any],
        happened: AlarmDeed | None,
        facts: KnownFacts,
        rules: AskedRules,
        now: datetime,
    ) -> None:
        self.alarm = alarm
        self.facts = facts
        self.lines: list[Change] = []
        self.tellings: list[Telling] = []
        self.hits: list[str] = []
        self.is_withdrawn = False
        self._happened = happened
        self._rules = rules
        self._now = now
        self._is_released = False

    @property
    def is_active(self) -> bool:
        """Whether it stands."""
        return self.alarm["cleared_at"] is None

    @property
    def is_held(self) -> bool:
        """Whether nobody is told of it for now."""
        names = ("flaps_until", "suppressed_until", "parent_id", "shelved_until")
        return any(self.alarm[name] is not None for name in names)

    def release(self) -> None:
        """Let the outage that it was part of be over."""
        self.alarm["parent_id"] = None
        self._is_released = True
        self.lines.append(Change(AlarmDeed.LEAVE))

    def begin(self) -> None:
        """Ask whether it flaps, whether it is suppressed, and which group it belongs to."""
        self._end_what_is_over()
        if self._happened is AlarmDeed.SHELVE:
            self.alarm["holds"] += 1
            self.is_withdrawn = True
        elif self._happened is AlarmDeed.UNSHELVE:
            self._is_released = True
        if self._happened in _TRANSITIONS and self._rules.flap:
            self._calm()
        if not self.is_active:
            return
        if self._happened is AlarmDeed.REOPEN:
            self.alarm["parent_id"] = None
        self._suppress()
        if self.alarm["suppressed_until"] is None and self.alarm["source_kind"] == SourceKind.PHONE:
            self._group()

    def due_step(self) -> DueStep | None:
        """Return the step of its escalation that is due."""
        rule = find_rule(self._rules.escalate, self.alarm["escalation_rule"])
        if not self.is_active or self._clock_stands(rule):
            return None
        return escalating.due_step(self.alarm, rule, self._now)

    def take(self, due: DueStep) -> None:
        """Take a step of its escalation, which nobody else takes."""
        before = self.alarm["severity"]
        escalating.take(self.alarm, due, self._now)
        self.facts.add({"severity": self.alarm["severity"], "level": str(self.alarm["level"])})
        assigned = f"; assigned to {due.step.assigns_to}" if due.step.assigns_to else ""
        note = f"Step {due.number + 1} of {due.rule.title}{assigned}."
        self.lines.append(
            Change(AlarmDeed.ESCALATE, str(before), str(self.alarm["severity"]), note, due.rule.key)
        )
        self.hits.append(due.rule.key)
        name = f"escalate/{due.rule.key}/{due.cycle}/{due.number}"
        if due.step.destinations:
            self.tellings.append(Telling(due.rule, NoticeReason.ESCALATE, due.step.destinations, name))
        self._route(NoticeReason.ESCALATE, name)

    def end(self, outages: Mapping[str, int]) -> None:
        """Join the outage that stands, by the keys of groups; let the clock run or stand; say who is told."""
        if self.is_active:
            self._join(outages)
        self._escalate()
        reason = NoticeReason.RAISE if self._is_released else REASONS.get(self._happened)
        if self._happened is AlarmDeed.ESCALATE and not self._is_released:
            return  # each step says so itself
        if not self.is_active and self._is_released:
            reason = NoticeReason.CLEAR
        if reason is not None and not self._keeps_quiet(reason):
            self._route(reason, step_of(self.alarm, reason, self._now))

    def rearm(self) -> None:
        """Ask the rules anew that have changed, of an alarm to which nothing happened."""
        if self.alarm["suppressed_until"] is not None:
            by = find_rule(self._rules.suppress, self.alarm["suppressed_by"])
            matching = (
                rule for rules in self._rules.suppress for rule in rules.matching(self.facts, self._now)
            )
            until = by.outcome.open_until(self._now) if by is not None and by in matching else None
            self.alarm["suppressed_until"] = until or self._now
        if self.alarm["flaps_until"] is not None and not self._rules.flap:
            self.alarm["flaps_until"] = self._now

    def _end_what_is_over(self) -> None:
        if self.alarm["flaps_until"] is not None and self.alarm["flaps_until"] <= self._now:
            self.alarm |= {"flaps_until": None, "transitions": None}
            self.facts.add({"flapping": NO})
            self.lines.append(Change(AlarmDeed.SETTLE))
            self._is_released = True
        if self.alarm["suppressed_until"] is not None and self.alarm["suppressed_until"] <= self._now:
            self.lines.append(Change(AlarmDeed.UNSUPPRESS, rule_key=self.alarm["suppressed_by"]))
            self.alarm |= {"suppressed_by": "", "suppressed_until": None, "is_hidden": False}
            self._is_released = True

    def _calm(self) -> None:
        calming.remember(self.alarm, self._now)
        rule = first_match(self._rules.flap, self.facts, self._now)
        if rule is None:
            return
        was_flapping = self.alarm["flaps_until"] is not None
        if not was_flapping and not calming.is_flapping(self.alarm, rule.outcome, self._now):
            return
        self.alarm["flaps_until"] = self._now + rule.outcome.quiet
        if not was_flapping:
            self._hold(Change(AlarmDeed.FLAP, note=rule.title, rule_key=rule.key))
            self.facts.add({"flapping": YES})

    def _suppress(self) -> None:
        if self.alarm["suppressed_until"] is not None or not self._rules.suppress:
            return
        found = (
            (rule, until)
            for rules in self._rules.suppress
            for rule in rules.matching(self.facts, self._now)
            if (until := rule.outcome.open_until(self._now)) is not None
        )
        rule, until = next(found, (None, None))
        if rule is None or until is None:
            return
        self.alarm |= {
            "suppressed_by": rule.key,
            "suppressed_until": until,
            "is_hidden": rule.outcome.is_hidden,
        }
        note = f"{rule.title}: {rule.outcome.reason}" if rule.outcome.reason else rule.title
        self._hold(
            Change(AlarmDeed.SUPPRESS, new=until.isoformat(timespec="seconds"), note=note, rule_key=rule.key)
        )

    def _group(self) -> None:
        rule = first_match(self._rules.correlate, self.facts, self._now) if self._rules.correlate else None
        key = group_key(rule, self.alarm, self.facts) if rule is not None else ""
        self.alarm |= {"group_rule": rule.key if rule is not None and key else "", "group_key": key}

    def _join(self, outages: Mapping[str, int]) -> None:
        outage = outages.get(self.alarm["group_key"])
        if outage is not None and self.alarm["parent_id"] is None and self.alarm["suppressed_until"] is None:
            self.alarm["parent_id"] = outage
            rule = find_rule(self._rules.correlate, self.alarm["group_rule"])
            title = rule.title if rule is not None else ""
            self._hold(Change(AlarmDeed.JOIN, new=str(outage), note=title, rule_key=self.alarm["group_rule"]))

    def _hold(self, change: Change) -> None:
        self.alarm["holds"] += 1
        self.lines.append(change)
        if change.rule_key:
            self.hits.append(change.rule_key)
        self.is_withdrawn = True

    def _escalate(self) -> None:
        armed = self.alarm["escalation_rule"]
        if not self._rules.escalate and not armed:
            return
        if not self.is_active:
            self._stop_escalating()
            return
        # What a step has changed may be what the rule asks for: what has begun goes on, as long as the rule is there.
        rule = find_rule(self._rules.escalate, armed) if self._happened not in _BEGINNINGS else None
        rule = rule or first_match(self._rules.escalate, self.facts, self._now)
        if rule is None:
            escalating.disarm(self.alarm)
            return
        if rule.key != armed or self._happened in _BEGINNINGS or self._happened is AlarmDeed.UNACKNOWLEDGE:
            escalating.arm(self.alarm, rule)
        escalating.run_clock(self.alarm, rule.outcome, runs=not self._clock_stands(rule), now=self._now)

    def _stop_escalating(self) -> None:
        """Say that it is over to those whom a step has told of it; what the steps raised ends with the alarm."""
        rule = find_rule(self._rules.escalate, self.alarm["escalation_rule"])
        if rule is not None and rule.outcome.cancels:
            told = escalating.destinations_told(self.alarm, rule.outcome)
            if told:
                step = f"cancel/{self.alarm['escalation_cycle']}"
                self.tellings.append(Telling(rule, NoticeReason.CANCEL, told, step))
        escalating.disarm(self.alarm)
        self.alarm |= {"level": 0, "escalated_severity": None}

    def _clock_stands(self, rule: Rule[Escalate] | None) -> bool:
        if rule is None or self.alarm["parent_id"] is not None or self.alarm["shelved_until"] is not None:
            return True
        if self.alarm["acknowledged_at"] is not None and rule.outcome.stops_on_acknowledge:
            return True
        if self.alarm["suppressed_until"] is None:
            return False
        by = find_rule(self._rules.suppress, self.alarm["suppressed_by"])
        return by is None or by.outcome.stops_clock

    def _keeps_quiet(self, reason: NoticeReason) -> bool:
        """Whether nobody is to hear of it now: what flaps is told when it is quiet, what is held when it is let go.

        That it is over is told although it is held, because it may have been told before.
        """
        if reason is NoticeReason.CLEAR:
            return self.alarm["flaps_until"] is not None
        return self.is_held

    def _route(self, reason: NoticeReason, step: str) -> None:
        is_quiet = self.is_held
        severity = self.alarm["severity"]
        repeats = self._happened is AlarmDeed.REPEAT and not self._is_released
        for rule in prevented_or_told(self._rules.route, self.facts, severity, reason, self._now):
            if repeats and COUNT not in rule.fields:
                continue  # it has said so when the alarm was raised
            self.hits.append(rule.key)
            if rule.outcome.forwards:
                self.tellings.append(Telling(rule, reason, rule.outcome.destinations, step, is_quiet))
            elif not is_quiet:
                self.lines.append(
                    Change(AlarmDeed.PREVENT, old=str(reason), note=rule.title, rule_key=rule.key)
                )


def group_key(rule: Rule[Correlate], alarm: Mapping[str, Any], facts: KnownFacts) -> str:
    """Return what the alarms have in common that a rule makes one outage of; empty where it has none of it.

    Alarms of different types, or of phones of different tenants, are never one outage.
    """
    by = rule.outcome.by
    tenant_id = alarm["tenant_id"]
    found = {
        "site": alarm["site_id"],
        "tenant": tenant_id,
        "model": alarm["model"],
        "firmware": alarm["firmware_version"],
        "sip_proxy": facts.written.get("sip_proxy"),
    }[by]
    if tenant_id is None or not found:
        return ""
    shared = "\0".join((rule.key, str(tenant_id), by, str(found), str(alarm["name"])))
    return hashlib.sha256(shared.encode()).hexdigest()
