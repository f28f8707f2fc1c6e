"""What the rules of a recipe make of an alarm, asked of the real engine, in the words of the cookbook."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from app.models.enums import AlarmDeed, NoticeReason, RuleKind, Severity
from app.rules.alarm_rules.asked import AskedRules
from app.rules.alarm_rules.course import Course
from app.rules.alarm_rules.rule_columns import UNRULED
from app.rules.alarm_rules.telling import prevented_or_told
from app.rules.conditions.facts import KnownFacts
from app.rules.ordered.rule_list import RuleList
from tests.documentation.recipes import NAMES

BERLIN = ZoneInfo("Europe/Berlin")
USUAL = {
    "alarm": "Phone Disconnected",
    "severity": "major",
    "source_kind": "phone",
    "count": "1",
    "acked": "no",
    "level": "0",
    "flapping": "no",
    "now": "2026-12-07T12:00",
}
OF_EXAMPLES = ("group", "minutes", "happens")


def alarm_answer(kind: RuleKind, rules: RuleList[Any], facts: dict[str, str]) -> str:
    """Return what becomes of an alarm, empty where no rule has a say."""
    return _ANSWERS[kind](rules, _known(facts), facts)


def alarm_facts(facts: dict[str, str]) -> KnownFacts:
    """Return what the conditions ask of an alarm."""
    return KnownFacts(_known(facts))


def _known(facts: dict[str, str]) -> dict[str, str]:
    return {**USUAL, **{name: fact for name, fact in facts.items() if name not in OF_EXAMPLES}}


def _alarm(known: dict[str, str]) -> dict[str, Any]:
    sites = {site.name: key for key, site in NAMES.sites.items()}
    return {
        **UNRULED,
        "name": known["alarm"],
        "severity": Severity(known["severity"]),
        "source_kind": known["source_kind"],
        "model": known.get("model"),
        "firmware_version": known.get("firmware"),
        "tenant_id": 2,
        "site_id": sites.get(known.get("site", "")),
        "reopened": 0,
        "cleared_at": None,
        "shelved_until": None,
        "acknowledged_at": _now(known) if known["acked"] == "yes" else None,
    }


def _now(known: dict[str, str]) -> datetime:
    return datetime.fromisoformat(known["now"]).replace(tzinfo=BERLIN)


def _happens(
    alarm: dict[str, Any], deed: AlarmDeed | None, known: dict[str, str], rules: AskedRules, now: datetime
) -> Course:
    alarm["cleared_at"] = now if deed is AlarmDeed.CLEAR else None
    course = Course(alarm, deed, KnownFacts(known), rules, now)
    course.begin()
    course.end({})
    return course


def _suppressed(rules: RuleList[Any], known: dict[str, str], _: dict[str, str]) -> str:
    alarm = _alarm(known)
    _happens(alarm, None, known, AskedRules(suppress=(rules,)), _now(known))
    until = alarm["suppressed_until"]
    if until is None:
        return ""
    return f"{alarm['suppressed_by']}: nobody is told before {until.astimezone(BERLIN):%Y-%m-%d %H:%M}"


def _correlated(rules: RuleList[Any], known: dict[str, str], facts: dict[str, str]) -> str:
    alarm = _alarm(known)
    _happens(alarm, None, known, AskedRules(correlate=(rules,)), _now(known))
    rule = next((each for each in rules.rules if each.key == alarm["group_rule"]), None)
    if rule is None:
        return ""
    threshold = rule.outcome.threshold(int(facts["group"]))
    return f"{rule.key}: {f'an outage from {threshold} phones on' if threshold else 'never an outage'}"


def _calmed(rules: RuleList[Any], known: dict[str, str], facts: dict[str, str]) -> str:
    alarm, start, begun = _alarm(known), _now(known), ""
    rule = rules.first_match(KnownFacts(known), start)
    if rule is None:
        return ""
    for number, minute in enumerate(facts["minutes"].split()):
        deed = AlarmDeed.CLEAR if number % 2 else AlarmDeed.REOPEN if number else None
        _happens(alarm, deed, known, AskedRules(flap=(rules,)), start + timedelta(minutes=int(minute)))
        begun = begun or (minute if alarm["flaps_until"] else "")
    if not begun:
        return f"{rule.key}: told each time"
    quiet = int((alarm["flaps_until"] - start).total_seconds()) // 60
    return f"{rule.key}: flaps from minute {begun} until minute {quiet}"


def _escalated(rules: RuleList[Any], known: dict[str, str], _: dict[str, str]) -> str:
    alarm, asked = _alarm(known), AskedRules(escalate=(rules,))
    _happens(alarm, None, known, asked, _now(known))
    if not alarm["escalation_rule"]:
        return ""
    told = []
    while alarm["escalates_at"] is not None:
        at = alarm["escalates_at"]
        course = Course(alarm, AlarmDeed.ESCALATE, KnownFacts(known), asked, at)
        course.begin()
        due = course.due_step()
        course.take(due)
        course.end({})
        told += [f"{at.astimezone(BERLIN):%a %H:%M} {_named(each.destinations)}" for each in course.tellings]
    rule = alarm["escalation_rule"]
    over = _happens(alarm, AlarmDeed.CLEAR, known, asked, _now(known) + timedelta(days=7))
    cancelled = "".join(f"; over: {_named(each.destinations)}" for each in over.tellings)
    return f"{rule}: {', '.join(told) or 'nobody'}{cancelled}"


def _routed(rules: RuleList[Any], known: dict[str, str], facts: dict[str, str]) -> str:
    reason = NoticeReason(facts.get("happens", "raise"))
    severity = Severity(known["severity"])
    found = prevented_or_told((rules,), KnownFacts(known), severity, reason, _now(known))
    return "; ".join(f"{rule.key}: {_named(rule.outcome.destinations) or 'nobody'}" for rule in found)


def _named(destinations: tuple[int, ...]) -> str:
    return ", ".join(NAMES.destinations[each] for each in destinations)


_ANSWERS: dict[RuleKind, Callable[[RuleList[Any], dict[str, str], dict[str, str]], str]] = {
    RuleKind.SUPPRESS: _suppressed,
    RuleKind.CORRELATE: _correlated,
    RuleKind.FLAP: _calmed,
    RuleKind.ESCALATE: _escalated,
    RuleKind.ROUTE: _routed,
}
