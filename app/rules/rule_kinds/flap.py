"""Rules that calm alarms that come and go."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, ClassVar

from app.models.enums import RuleKind
from app.rules.alarm_rules.outcomes import MOST_TRANSITIONS, Flap
from app.rules.conditions.fields import ALARM
from app.rules.rule_kinds import form_values
from app.rules.rule_kinds.names import Names
from app.rules.rule_kinds.spec import Control, OutcomeField, RuleKindSpec, Values


class _Flap(RuleKindSpec[Flap]):
    kind: ClassVar = RuleKind.FLAP
    title: ClassVar = "Flap"
    question: ClassVar = "When does an alarm come and go too often to tell of each time?"
    stage: ClassVar = ALARM

    def fields(self, names: Names) -> Sequence[OutcomeField]:
        return (
            OutcomeField(
                "changes",
                "Changes",
                Control.NUMBER,
                "Each time that it comes, goes or changes its severity is one.",
                default="5",
            ),
            OutcomeField("within", "Within", Control.NUMBER, default="10", unit="minutes"),
            OutcomeField(
                "quiet", "Until it has been quiet for", Control.NUMBER, default="15", unit="minutes"
            ),
        )

    def read(self, values: Values, names: Names) -> dict[str, Any]:
        return {
            "changes": form_values.number(values, "changes", least=2, most=MOST_TRANSITIONS, empty=5),
            "within": form_values.number(values, "within", least=1, most=1_440, empty=10),
            "quiet": form_values.number(values, "quiet", least=1, most=1_440, empty=15),
        }

    def values(self, kept: Mapping[str, Any], names: Names) -> dict[str, list[str]]:
        return {name: [str(value)] for name, value in kept.items()}

    def outcome(self, kept: Mapping[str, Any]) -> Flap:
        within, quiet = timedelta(minutes=kept["within"]), timedelta(minutes=kept["quiet"])
        return Flap(kept["changes"], within, quiet)

    def sentence(self, kept: Mapping[str, Any], names: Names) -> str:
        return (
            f"calls {kept['changes']} changes in {kept['within']} minutes flapping, "
            f"and tells how it stands after {kept['quiet']} quiet minutes"
        )

    def missing(self, kept: Mapping[str, Any], names: Names) -> str:
        return ""


FLAP = _Flap()
