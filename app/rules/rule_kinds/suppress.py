"""Rules that let nobody be told of alarms while somebody works on what they are about."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar

from app.errors import InvalidInputError
from app.models.enums import RuleKind
from app.rules.alarm_rules.outcomes import LONGEST_SUPPRESSION, Suppress
from app.rules.conditions.fields import ALARM
from app.rules.rule_kinds import form_values
from app.rules.rule_kinds.names import Names
from app.rules.rule_kinds.spec import Control, OutcomeField, RuleKindSpec, Values

_ONCE, _WEEKLY = "once", "weekly"
_LONGEST_REASON = 200


class _Suppress(RuleKindSpec[Suppress]):
    kind: ClassVar = RuleKind.SUPPRESS
    title: ClassVar = "Suppress"
    question: ClassVar = "When is nobody told of an alarm, because somebody is working there?"
    stage: ClassVar = ALARM

    def fields(self, names: Names) -> Sequence[OutcomeField]:
        weekly = ("when", (_WEEKLY,))
        zones = [(name, "") for name in form_values.zone_names()]
        return (
            OutcomeField("reason", "Reason", Control.TEXT, "What is being done, and by whom."),
            OutcomeField(
                "when",
                "When",
                Control.CHOICE,
                options=(
                    (_ONCE, "From the beginning to the end"),
                    (_WEEKLY, "Some hours each week in between"),
                ),
                default=_ONCE,
            ),
            OutcomeField("begins", "Beginning", Control.TIME),
            OutcomeField(
                "ends", "End", Control.TIME, f"At most {LONGEST_SUPPRESSION.days} days after the beginning."
            ),
            OutcomeField(
                "hours",
                "Hours",
                Control.TEXT,
                "Like sat@22:00-06:00 or mon-fri@19:00-21:00, with commas between several.",
                shown_where=weekly,
            ),
            OutcomeField(
                "zone", "Time zone", Control.SUGGESTED, options=zones, default="UTC", shown_where=weekly
            ),
            OutcomeField("hides", "Hide the alarms from the list", Control.TICK),
            OutcomeField(
                "stops_clock",
                "Let their escalation wait",
                Control.TICK,
                default=form_values.TICKED,
            ),
        )

    def read(self, values: Values, names: Names) -> dict[str, Any]:
        when = form_values.choice(values, "when", (_ONCE, _WEEKLY))
        begins, ends = form_values.time(values, "begins"), form_values.time(values, "ends")
        if ends <= begins:
            raise InvalidInputError("It ends before it begins.", field="ends")
        if ends - begins > LONGEST_SUPPRESSION:
            raise InvalidInputError(
                f"It lasts longer than {LONGEST_SUPPRESSION.days} days; write a shorter one, and another when it ends.",
                field="ends",
            )
        hours = form_values.windows(values, "hours") if when == _WEEKLY else []
        if when == _WEEKLY and not hours:
            raise InvalidInputError("Say in which hours, like sat@22:00-06:00.", field="hours")
        return {
            "reason": form_values.text(values, "reason", most=_LONGEST_REASON),
            "begins": begins.isoformat(),
            "ends": ends.isoformat(),
            "hours": hours,
            "zone": form_values.zone(values, "zone"),
            "hides": form_values.is_ticked(values, "hides"),
            "stops_clock": form_values.is_ticked(values, "stops_clock"),
        }

    def values(self, kept: Mapping[str, Any], names: Names) -> dict[str, list[str]]:
        return {
            "reason": [kept["reason"]],
            "when": [_WEEKLY if kept["hours"] else _ONCE],
            "begins": [kept["begins"]],
            "ends": [kept["ends"]],
            "hours": [", ".join(kept["hours"])],
            "zone": [kept["zone"]],
            "hides": form_values.ticked(kept["hides"]),
            "stops_clock": form_values.ticked(kept["stops_clock"]),
        }

    def outcome(self, kept: Mapping[str, Any]) -> Suppress:
        return Suppress(
            reason=kept["reason"],
            begins=datetime.fromisoformat(kept["begins"]),
            ends=datetime.fromisoformat(kept["ends"]),
            hours=form_values.hours_of(kept["zone"], kept["hours"]),
            is_hidden=kept["hides"],
            stops_clock=kept["stops_clock"],
        )

    def sentence(self, kept: Mapping[str, Any], names: Names) -> str:
        begins, ends = (datetime.fromisoformat(kept[name]) for name in ("begins", "ends"))
        dates = f"from {begins:%Y-%m-%d %H:%M} to {ends:%Y-%m-%d %H:%M} UTC"
        hours = f" in the hours {', '.join(kept['hours'])} ({kept['zone']})" if kept["hours"] else ""
        hides = " and hides the alarms" if kept["hides"] else ""
        waits = "" if kept["stops_clock"] else ", while they go on escalating"
        reason = f": {kept['reason']}" if kept["reason"] else ""
        return f"lets nobody be told {dates}{hours}{hides}{waits}{reason}"

    def missing(self, kept: Mapping[str, Any], names: Names) -> str:
        return ""


SUPPRESS = _Suppress()
