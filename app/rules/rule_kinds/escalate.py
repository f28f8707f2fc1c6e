"""Rules that let an alarm escalate while nobody sees to it."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any, ClassVar, Final

from app.errors import InvalidInputError
from app.models.enums import RuleKind, Severity
from app.rules.alarm_rules.outcomes import Escalate, Step
from app.rules.conditions.fields import ALARM
from app.rules.rule_kinds import form_values
from app.rules.rule_kinds.names import Names
from app.rules.rule_kinds.spec import Control, OutcomeField, RuleKindSpec, Values, one

MOST_STEPS: Final = 4
_DEFAULTS = ("15", "30", "60", "")
_MOST_MINUTES = 7 * 24 * 60
_BY = {"+1": 1, "+2": 2}
_SEVERITIES: Sequence[tuple[str, str]] = (
    ("", "Leave the severity as it is"),
    *((word, f"Raise it to {word}") for word, _ in form_values.SEVERITIES),
    ("+1", "Raise it by one"),
    ("+2", "Raise it by two"),
)


class _Escalate(RuleKindSpec[Escalate]):
    kind: ClassVar = RuleKind.ESCALATE
    title: ClassVar = "Escalate"
    question: ClassVar = "What happens to an alarm that nobody sees to?"
    stage: ClassVar = ALARM

    def fields(self, names: Names) -> Sequence[OutcomeField]:
        destinations = [(name, name) for name in sorted(names.destinations.values())]
        zones = [(name, "") for name in form_values.zone_names()]
        return (
            *(
                field
                for number in range(1, MOST_STEPS + 1)
                for field in _fields_of_step(number, destinations)
            ),
            OutcomeField("repeats", "Take all steps again", Control.NUMBER, default="0", unit="times"),
            OutcomeField(
                "hours",
                "Business hours",
                Control.TEXT,
                "The clock runs in these hours alone, like mon-fri@08:00-18:00. Empty: always.",
            ),
            OutcomeField("zone", "Time zone of the hours", Control.SUGGESTED, options=zones, default="UTC"),
            OutcomeField(
                "holidays", "Holidays", Control.TEXT, "Dates like 2026-12-25, with commas between them."
            ),
            OutcomeField(
                "stops_on_acknowledge",
                "Stop when somebody acknowledges it",
                Control.TICK,
                default=form_values.TICKED,
            ),
            OutcomeField(
                "cancels",
                "Tell those who were told when it is over",
                Control.TICK,
                default=form_values.TICKED,
            ),
        )

    def read(self, values: Values, names: Names) -> dict[str, Any]:
        steps = [
            _read_step(values, names, number)
            for number in range(1, MOST_STEPS + 1)
            if one(values, f"step{number}_after")
        ]
        if not steps:
            raise InvalidInputError(
                "Say after how many minutes the first step is taken.", field="step1_after"
            )
        times = [step["after"] for step in steps]
        if times != sorted(set(times)):
            raise InvalidInputError("Each step comes later than the one before it.", field="step2_after")
        return {
            "steps": steps,
            "repeats": form_values.number(values, "repeats", least=0, most=20, empty=0),
            "hours": form_values.windows(values, "hours"),
            "zone": form_values.zone(values, "zone"),
            "holidays": form_values.dates(values, "holidays"),
            "stops_on_acknowledge": form_values.is_ticked(values, "stops_on_acknowledge"),
            "cancels": form_values.is_ticked(values, "cancels"),
        }

    def values(self, kept: Mapping[str, Any], names: Names) -> dict[str, list[str]]:
        filled = {
            "repeats": [str(kept["repeats"])],
            "hours": [", ".join(kept["hours"])],
            "zone": [kept["zone"]],
            "holidays": [", ".join(kept["holidays"])],
            "stops_on_acknowledge": form_values.ticked(kept["stops_on_acknowledge"]),
            "cancels": form_values.ticked(kept["cancels"]),
        }
        for number, step in enumerate(kept["steps"], start=1):
            told = [names.destinations[each] for each in step["destinations"] if each in names.destinations]
            filled |= {
                f"step{number}_after": [str(step["after"])],
                f"step{number}_severity": [step["severity"]],
                f"step{number}_destinations": told,
                f"step{number}_assigns_to": [step["assigns_to"]],
            }
        return filled

    def outcome(self, kept: Mapping[str, Any]) -> Escalate:
        return Escalate(
            steps=tuple(map(_step, kept["steps"])),
            repeats=kept["repeats"],
            hours=form_values.hours_of(kept["zone"], kept["hours"], kept["holidays"]),
            stops_on_acknowledge=kept["stops_on_acknowledge"],
            cancels=kept["cancels"],
        )

    def sentence(self, kept: Mapping[str, Any], names: Names) -> str:
        steps = "; ".join(_said(step, names) for step in kept["steps"])
        hours = f", counted in {', '.join(kept['hours'])} ({kept['zone']})" if kept["hours"] else ""
        again = f", and takes all steps again {kept['repeats']} times" if kept["repeats"] else ""
        return f"escalates {steps}{hours}{again}"

    def missing(self, kept: Mapping[str, Any], names: Names) -> str:
        told = {each for step in kept["steps"] for each in step["destinations"]}
        return "" if told <= names.destinations.keys() else "A destination that it tells is no more."


def _fields_of_step(number: int, destinations: Sequence[tuple[str, str]]) -> Iterator[OutcomeField]:
    yield OutcomeField(
        f"step{number}_after",
        f"Step {number} after",
        Control.NUMBER,
        "" if number == 1 else "Empty: there is no such step.",
        default=_DEFAULTS[number - 1],
        unit="minutes",
    )
    yield OutcomeField(f"step{number}_severity", "Severity", Control.CHOICE, options=_SEVERITIES)
    yield OutcomeField(f"step{number}_destinations", "Tell", Control.MANY, options=destinations)
    yield OutcomeField(f"step{number}_assigns_to", "Assign it to", Control.TEXT)


def _read_step(values: Values, names: Names, number: int) -> dict[str, Any]:
    name = f"step{number}"
    return {
        "after": form_values.number(values, f"{name}_after", least=1, most=_MOST_MINUTES),
        "severity": form_values.choice(values, f"{name}_severity", [word for word, _ in _SEVERITIES]),
        "destinations": form_values.ids(values, f"{name}_destinations", names.destinations, "destination"),
        "assigns_to": form_values.text(values, f"{name}_assigns_to", most=100),
    }


def _step(kept: Mapping[str, Any]) -> Step:
    severity = kept["severity"]
    return Step(
        after=timedelta(minutes=kept["after"]),
        raises_to=Severity(severity) if severity and severity not in _BY else None,
        raises_by=_BY.get(severity, 0),
        destinations=tuple(kept["destinations"]),
        assigns_to=kept["assigns_to"],
    )


def _said(step: Mapping[str, Any], names: Names) -> str:
    parts = [f"after {step['after']} minutes"]
    if step["severity"]:
        raised = f"by {_BY[step['severity']]}" if step["severity"] in _BY else f"to {step['severity']}"
        parts.append(f"raises the severity {raised}")
    if step["destinations"]:
        told = (names.destinations.get(each, "one that is no more") for each in step["destinations"])
        parts.append(f"tells {', '.join(told)}")
    if step["assigns_to"]:
        parts.append(f"assigns it to {step['assigns_to']}")
    return ", ".join(parts)


ESCALATE = _Escalate()
