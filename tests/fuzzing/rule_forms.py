"""The row of the table for what is filled into the form of a rule, of whatever kind."""

from collections.abc import Iterator
from typing import Any

from app.rules.rule_kinds import SPECS
from app.rules.rule_kinds.names import NamedSite, Names
from app.rules.rule_kinds.spec import RuleKindSpec
from app.rules.zero_touch.facts import NamedTemplate
from tests.fuzzing.parser import of_text

_NAMES = Names(
    tenants={1: "Acme"},
    sites={1: NamedSite("Berlin", 1)},
    templates={1: NamedTemplate(1, "Desk", "405")},
    firmware={1: "405.img"},
    destinations={7: "NOC"},
    models=("405",),
)
_FURTHER = {
    "begins": "2026-12-24T18:00", "ends": "2026-12-27", "hours": "mon-fri@08:00-18:00", "holidays": "2026-12-25",
    "at_least": "UC_3.4.6.604",
}  # fmt: skip
"""What stands in fields that are empty when a form is opened."""


def _filled_in(spec: RuleKindSpec[Any]) -> str:
    """Return the form as it is when it was opened, its first choices taken, and a line for each field."""
    values = {}
    for field in spec.fields(_NAMES):
        first = field.options[0][0] if field.options else ""
        values[field.name] = field.default or str(first) or _FURTHER.get(field.name, "")
    return "\n".join([spec.kind.value, *(f"{name}={text}" for name, text in values.items())])


def _kinds(word: str) -> Iterator[RuleKindSpec[Any]]:
    yield from (spec for kind, spec in SPECS.items() if kind.value == word)


def _read(text: str) -> None:
    kind, *lines = text.split("\n")
    values: dict[str, list[str]] = {}
    for line in lines:
        name, _, value = line.partition("=")
        values.setdefault(name, []).append(value)
    for spec in _kinds(kind):
        kept = spec.read(values, _NAMES)
        spec.values(kept, _NAMES)
        spec.outcome(kept)
        assert spec.sentence(kept, _NAMES)
        assert spec.missing(kept, _NAMES) == ""


RULE_FORMS = of_text("the form of a rule", [_filled_in(spec) for spec in SPECS.values()], _read)
