"""Rules that make one alarm of the same alarm of many phones."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, ClassVar

from app.models.enums import RuleKind, Severity
from app.rules.alarm_rules.outcomes import LEAST_PHONES, Correlate, GroupedBy
from app.rules.conditions.fields import ALARM
from app.rules.rule_kinds import form_values
from app.rules.rule_kinds.names import Names
from app.rules.rule_kinds.spec import Control, OutcomeField, RuleKindSpec, Values

_TITLES = {
    GroupedBy.SITE: "site",
    GroupedBy.TENANT: "tenant",
    GroupedBy.MODEL: "model in a tenant",
    GroupedBy.FIRMWARE: "firmware in a tenant",
    GroupedBy.SIP_PROXY: "SIP proxy in a tenant",
}


class _Correlate(RuleKindSpec[Correlate]):
    kind: ClassVar = RuleKind.CORRELATE
    title: ClassVar = "Correlate"
    question: ClassVar = "When is the same alarm of many phones one outage?"
    stage: ClassVar = ALARM

    def fields(self, names: Names) -> Sequence[OutcomeField]:
        return (
            OutcomeField(
                "by",
                "Phones of the same",
                Control.CHOICE,
                options=[(by.value, title) for by, title in _TITLES.items()],
                default=GroupedBy.SITE,
            ),
            OutcomeField(
                "phones",
                "At least",
                Control.NUMBER,
                f"Never fewer than {LEAST_PHONES}.",
                default="20",
                unit="phones",
            ),
            OutcomeField(
                "percent",
                "Or at least",
                Control.NUMBER,
                "Whichever is fewer. Empty: the number alone counts.",
                default="25",
                unit="% of the group's phones",
            ),
            OutcomeField("within", "Within", Control.NUMBER, default="10", unit="minutes"),
            OutcomeField(
                "ends_below",
                "Over when fewer than",
                Control.NUMBER,
                "Empty: half of what it takes to begin.",
                unit="phones",
            ),
            OutcomeField("ends_after", "For", Control.NUMBER, default="5", unit="minutes"),
            OutcomeField(
                "severity",
                "Severity of the outage",
                Control.CHOICE,
                options=form_values.SEVERITIES,
                default=Severity.CRITICAL,
            ),
        )

    def read(self, values: Values, names: Names) -> dict[str, Any]:
        return {
            "by": form_values.choice(values, "by", [each.value for each in GroupedBy]),
            "phones": form_values.number(values, "phones", least=LEAST_PHONES, most=30_000, empty=20),
            "percent": form_values.optional_number(values, "percent", least=1, most=100),
            "within": form_values.number(values, "within", least=1, most=1_440, empty=10),
            "ends_below": form_values.optional_number(values, "ends_below", least=1, most=30_000),
            "ends_after": form_values.number(values, "ends_after", least=0, most=1_440, empty=5),
            "severity": form_values.choice(values, "severity", [word for word, _ in form_values.SEVERITIES]),
        }

    def values(self, kept: Mapping[str, Any], names: Names) -> dict[str, list[str]]:
        return {name: ["" if value is None else str(value)] for name, value in kept.items()}

    def outcome(self, kept: Mapping[str, Any]) -> Correlate:
        return Correlate(
            by=GroupedBy(kept["by"]),
            phones=kept["phones"],
            percent=kept["percent"],
            within=timedelta(minutes=kept["within"]),
            ends_below=kept["ends_below"],
            ends_after=timedelta(minutes=kept["ends_after"]),
            severity=Severity(kept["severity"]),
        )

    def sentence(self, kept: Mapping[str, Any], names: Names) -> str:
        share = f", or {kept['percent']} % of them," if kept["percent"] is not None else ""
        return (
            f"makes one {kept['severity']} alarm of {kept['phones']} phones{share} of the same "
            f"{_TITLES[GroupedBy(kept['by'])]} that raise it within {kept['within']} minutes"
        )

    def missing(self, kept: Mapping[str, Any], names: Names) -> str:
        return ""


CORRELATE = _Correlate()
