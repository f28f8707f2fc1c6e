"""How one rule stands to one phone, in a sentence, with its rows."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, NamedTuple

from app.rules.conditions.facts import KnownFacts
from app.rules.conditions.tracing import PhoneWords, Row, TreeTracer
from app.rules.conditions.truth import Truth
from app.rules.ordered.rule import Rule
from app.rules.ordered.verdicts import Verdict


class RuleTrace(NamedTuple):
    """A rule, how it stood to a phone, and why; the rows are there where it was asked."""

    key: str
    title: str
    verdict: Verdict
    sentence: str
    rows: tuple[Row, ...] = ()

    @property
    def has_matched(self) -> bool:
        """Whether the rule decided."""
        return self.verdict is Verdict.MATCHED


class RuleTracer:
    """A rule that is ready to be asked about many phones."""

    def __init__(self, rule: Rule[Any]) -> None:
        self.rule = rule
        self._title = _capital(rule.title)
        self._tree = TreeTracer(rule.conditions)

    def ask(
        self, words: PhoneWords, at: datetime, *, decided_by: str, why_not: Callable[[], str] = lambda: ""
    ) -> RuleTrace:
        """Ask the rule about a phone.

        ``decided_by`` names what decided before it, ``why_not`` says why its outcome cannot be had, and is asked where
        the rule matches; both may be empty.
        """
        rule, title = self.rule, self._title
        if not rule.is_enabled:
            return RuleTrace(rule.key, title, Verdict.DISABLED, f"{title} is disabled.")
        if not rule.is_valid_at(at):
            return RuleTrace(rule.key, title, Verdict.OUT_OF_DATES, f"{title} {_dates(rule, at)}.")
        trace = self._tree.ask(words)
        reasons = "; ".join(trace.reasons) or "it asks for nothing"
        problem = why_not() if trace.verdict is True else ""
        verdict, sentence = _said(trace.verdict, reasons, decided_by, problem)
        return RuleTrace(rule.key, title, verdict, f"{title} {sentence}.", trace.rows)


def trace_rule(rule: Rule[Any], facts: KnownFacts, at: datetime, *, decided_by: str = "") -> RuleTrace:
    """Ask one rule about one phone; ``decided_by`` names what decided before it."""
    return RuleTracer(rule).ask(PhoneWords(facts), at, decided_by=decided_by)


def _said(answer: Truth, reasons: str, decided_by: str, why_not: str) -> tuple[Verdict, str]:
    if answer is None:
        return Verdict.NOT_KNOWN, f"cannot be answered: {reasons}"
    if answer is False:
        return Verdict.NOT_MATCHED, f"did not match: {reasons}"
    if why_not:
        return Verdict.NOT_MATCHED, f"would match, but {why_not}"
    if decided_by:
        return Verdict.SHADOWED, f"would match, but {decided_by} decided before it"
    return Verdict.MATCHED, f"matched: {reasons}"


def _dates(rule: Rule[Any], at: datetime) -> str:
    if rule.starts_after(at):
        return f"does not hold before {rule.valid_from:%Y-%m-%d %H:%M %Z}"
    return f"has not held since {rule.valid_until:%Y-%m-%d %H:%M %Z}"


def _capital(title: str) -> str:
    return title[0].upper() + title[1:]
