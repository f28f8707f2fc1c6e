"""Rules that say who is told of alarms, or that nobody is."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, ClassVar

from app.errors import InvalidInputError
from app.models.enums import NoticeReason, RuleKind, Severity
from app.rules.alarm_rules.outcomes import Route, RouteGroup
from app.rules.conditions.fields import ALARM
from app.rules.rule_kinds import form_values
from app.rules.rule_kinds.names import Names
from app.rules.rule_kinds.spec import Control, OutcomeField, RuleKindSpec, Values

_FORWARD, _PREVENT = "forward", "prevent"
_HAPPENINGS = {
    NoticeReason.RAISE: "it is raised",
    NoticeReason.CHANGE: "its severity changes",
    NoticeReason.ESCALATE: "it escalates",
    NoticeReason.ACKNOWLEDGE: "somebody acknowledges it",
    NoticeReason.CLEAR: "it is over",
}
_GROUPS = {
    RouteGroup.TENANT: "tenant",
    RouteGroup.SITE: "site",
    RouteGroup.ALARM_TYPE: "alarm type",
    RouteGroup.MODEL: "model",
    RouteGroup.SEVERITY: "severity",
    RouteGroup.SOURCE: "source",
}


class _Route(RuleKindSpec[Route]):
    kind: ClassVar = RuleKind.ROUTE
    title: ClassVar = "Route"
    question: ClassVar = "Who is told of an alarm?"
    stage: ClassVar = ALARM

    def fields(self, names: Names) -> Sequence[OutcomeField]:
        tells = ("does", (_FORWARD,))
        return (
            OutcomeField(
                "does",
                "Then",
                Control.CHOICE,
                options=((_FORWARD, "Tell destinations"), (_PREVENT, "Tell nobody")),
                default=_FORWARD,
            ),
            OutcomeField(
                "on",
                "When",
                Control.MANY,
                "Nothing chosen: when it is raised, escalates and is over.",
                [(reason.value, title) for reason, title in _HAPPENINGS.items()],
            ),
            OutcomeField(
                "at_least",
                "From the severity on",
                Control.CHOICE,
                options=form_values.SEVERITIES,
                default=Severity.INFO,
            ),
            OutcomeField(
                "destinations",
                "Destinations",
                Control.MANY,
                options=[(name, name) for name in sorted(names.destinations.values())],
                shown_where=tells,
            ),
            OutcomeField(
                "group_by",
                "Together with alarms of the same",
                Control.MANY,
                "Nothing chosen: tenant, site and alarm type. Those of different tenants never are.",
                [(by.value, title) for by, title in _GROUPS.items()],
                shown_where=tells,
            ),
            OutcomeField(
                "wait",
                "Wait for others",
                Control.NUMBER,
                default="30",
                unit="seconds",
                shown_where=tells,
            ),
            OutcomeField(
                "interval",
                "Between two messages at least",
                Control.NUMBER,
                default="5",
                unit="minutes",
                shown_where=tells,
            ),
            OutcomeField(
                "repeat",
                "Say that it is still so every",
                Control.NUMBER,
                "0: never.",
                default="4",
                unit="hours",
                shown_where=tells,
            ),
            OutcomeField("continues", "Ask the rules after it as well", Control.TICK, shown_where=tells),
        )

    def read(self, values: Values, names: Names) -> dict[str, Any]:
        does = form_values.choice(values, "does", (_FORWARD, _PREVENT))
        on = form_values.choices(values, "on", [each.value for each in _HAPPENINGS])
        kept: dict[str, Any] = {
            "does": does,
            "on": on or [each.value for each in _HAPPENINGS if each in Route().on],
            "at_least": form_values.choice(values, "at_least", [word for word, _ in form_values.SEVERITIES]),
        }
        if does == _PREVENT:
            return kept
        destinations = form_values.ids(values, "destinations", names.destinations, "destination")
        if not destinations:
            raise InvalidInputError("Choose who is told.", field="destinations")
        return {
            **kept,
            "destinations": destinations,
            "group_by": form_values.choices(values, "group_by", [each.value for each in _GROUPS])
            or [each.value for each in Route().group_by],
            "wait": form_values.number(values, "wait", least=0, most=3_600, empty=30),
            "interval": form_values.number(values, "interval", least=0, most=1_440, empty=5),
            "repeat": form_values.number(values, "repeat", least=0, most=168, empty=4),
            "continues": form_values.is_ticked(values, "continues"),
        }

    def values(self, kept: Mapping[str, Any], names: Names) -> dict[str, list[str]]:
        filled = {"does": [kept["does"]], "on": [*kept["on"]], "at_least": [kept["at_least"]]}
        if kept["does"] == _PREVENT:
            return filled
        return {
            **filled,
            "destinations": [
                names.destinations[each] for each in kept["destinations"] if each in names.destinations
            ],
            "group_by": [*kept["group_by"]],
            **{name: [str(kept[name])] for name in ("wait", "interval", "repeat")},
            "continues": form_values.ticked(kept["continues"]),
        }

    def outcome(self, kept: Mapping[str, Any]) -> Route:
        on, at_least = frozenset(map(NoticeReason, kept["on"])), Severity(kept["at_least"])
        if kept["does"] == _PREVENT:
            return Route(forwards=False, on=on, at_least=at_least)
        return Route(
            on=on,
            at_least=at_least,
            destinations=tuple(kept["destinations"]),
            group_by=tuple(map(RouteGroup, kept["group_by"])),
            wait=timedelta(seconds=kept["wait"]),
            interval=timedelta(minutes=kept["interval"]),
            repeat=timedelta(hours=kept["repeat"]),
            continues=kept["continues"],
        )

    def sentence(self, kept: Mapping[str, Any], names: Names) -> str:
        *others, last = (_HAPPENINGS[NoticeReason(each)] for each in kept["on"])
        when = f"{', '.join(others)} or {last}" if others else last
        least = "" if kept["at_least"] == Severity.INFO else f", from {kept['at_least']} on,"
        if kept["does"] == _PREVENT:
            return f"tells nobody{least} when {when}"
        told = ", ".join(names.destinations.get(each, "one that is no more") for each in kept["destinations"])
        more = "; the rules after it are asked as well" if kept["continues"] else ""
        return f"tells {told}{least} when {when}{more}"

    def missing(self, kept: Mapping[str, Any], names: Names) -> str:
        is_there = names.destinations.keys() >= set(kept.get("destinations", ()))
        return "" if is_there else "A destination that it tells is no more."


ROUTE = _Route()
