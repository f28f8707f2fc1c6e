"""The recipes of docs/rules-cookbook.md: the rules as they are filled in, and the examples."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from app.models.enums import RuleKind
from app.rules.conditions.text.parser import parse
from app.rules.conditions.vocabulary import Vocabulary
from app.rules.ordered.rule import Rule
from app.rules.rule_kinds import SPECS
from app.rules.rule_kinds.form_values import TICKED
from app.rules.rule_kinds.names import NamedSite, Names
from app.rules.rule_kinds.spec import Control, OutcomeField
from app.rules.zero_touch.facts import NamedTemplate
from tests.documentation.pages import DOCS

PAGE = (DOCS / "rules-cookbook.md").read_text(encoding="utf-8")
NAMES = Names(
    tenants={1: "Default", 2: "emea", 3: "apac", 4: "lab"},
    sites={21: NamedSite("Berlin", 2), 22: NamedSite("Munich", 2), 31: NamedSite("Tokyo", 3)},
    templates={
        1: NamedTemplate(1, "450HD Sales", "450HD"),
        2: NamedTemplate(2, "450HD Common Area", "450HD"),
        3: NamedTemplate(3, "445HD Lobby", "445HD"),
    },
    firmware={1: "450HD.img", 2: "450HD-next.img", 3: "450HD-3.1.img"},
    destinations={1: "NOC", 2: "On call", 3: "Service desk", 4: "Security", 5: "APAC desk", 6: "Manager"},
    models=("405", "420HD", "445HD", "450HD", "VVX 310"),
)


class Example(NamedTuple):
    """What is known of a phone or an alarm, and what the page says becomes of it."""

    facts: dict[str, str]
    said: str


class Recipe(NamedTuple):
    """The rules of a list in their order, and what they are said to do."""

    title: str
    kind: RuleKind
    rules: list[Rule]
    examples: list[Example]


def recipes() -> Iterator[Recipe]:
    """Yield all recipes of the page."""
    for section in PAGE.split("\n### ")[1:]:
        title, _, text = section.partition("\n")
        written = re.findall(
            r"^\*\*(\w+)\*\* rule (\d+)(?:, every alarm|\n\n```\n(.*?)```)\n\n(.*?)\n\n",
            text,
            re.MULTILINE | re.DOTALL,
        )
        kinds = {RuleKind(kind.lower()) for kind, *_ in written}
        assert len(kinds) == 1, title
        kind = kinds.pop()
        rules = [_rule(kind, int(number), *parts) for _, number, *parts in written]
        assert [rule.position for rule in rules] == list(range(1, len(rules) + 1)), title
        yield Recipe(title, kind, rules, list(_examples(text)))


def _rule(kind: RuleKind, number: int, conditions: str, outcome: str) -> Rule:
    spec = SPECS[kind]
    tree = parse(conditions, Vocabulary(spec.stage, NAMES.for_conditions))
    kept = spec.read(_form(kind, outcome), NAMES)
    assert spec.mismatch(tree, kept, NAMES) == ""
    return Rule(f"rule {number}", number, "of the cookbook", tree, spec.outcome(kept))


def _form(kind: RuleKind, outcome: str) -> dict[str, list[str]]:
    """Return what the editor sends: what it begins with, and the fields that the page names by their titles.

    Those of a step are named after the step.
    """
    fields = SPECS[kind].fields(NAMES)
    form = {field.name: [field.default] for field in fields}
    step = ""
    for part in outcome.split("·"):
        title, value = re.fullmatch(r"\s*\*(.+)\*: (.+?)\s*", part).groups()
        step = f"step{title[5]}_" if re.fullmatch(r"Step \d after", title) else step
        named = [field for field in fields if field.title == title]
        field = next((each for each in named if each.name.startswith(step)), named[0])
        form[field.name] = _values(field, value)
    return form


def _values(field: OutcomeField, value: str) -> list[str]:
    if field.control is Control.TICK:
        return [{"yes": TICKED, "no": ""}[value]]
    if field.control is Control.MANY:
        return value.split(", ")
    if field.control is Control.CHOICE:
        return [next(each for each, title in field.options if title == value)]
    return ["" if value == "none" else value.removesuffix(f" {field.unit}")]


def _examples(text: str) -> Iterator[Example]:
    for facts, said in re.findall(r"^\| (`.*`) \| (.+) \|$", text, re.MULTILINE):
        yield Example(dict(each.split(" ", 1) for each in re.findall(r"`([^`]+)`", facts)), said)
