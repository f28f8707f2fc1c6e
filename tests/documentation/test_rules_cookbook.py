"""docs/rules-cookbook.md: its rules can be written as it says, and do to its examples what it says."""

import re

import pytest

from app.models.enums import RuleKind, Stage
from app.rules.conditions.vocabulary import Vocabulary
from app.rules.ordered.checks import check_rules
from app.rules.ordered.rule_list import RuleList
from app.rules.ordered.verdicts import Verdict
from app.rules.rule_kinds import SPECS
from tests.documentation.cookbook_alarms import alarm_answer, alarm_facts
from tests.documentation.cookbook_phones import NOW, phone_answer, phone_facts
from tests.documentation.recipes import NAMES, PAGE, Recipe, recipes

RECIPES = {recipe.title: recipe for recipe in recipes()}


@pytest.mark.parametrize("recipe", RECIPES.values(), ids=RECIPES)
def test_examples_become_what_the_page_says(recipe: Recipe) -> None:
    assert [_answer(recipe, example.facts) for example in recipe.examples] == [
        example.said for example in recipe.examples
    ]


def _answer(recipe: Recipe, facts: dict[str, str]) -> str:
    rules = RuleList(recipe.rules)
    is_of_phones = SPECS[recipe.kind].stage in tuple(Stage)
    answer = (phone_answer if is_of_phones else alarm_answer)(recipe.kind, rules, facts)
    if answer:
        return answer
    known = phone_facts(recipe.kind, facts) if is_of_phones else alarm_facts(facts)
    verdicts = {step.verdict for step in rules.trace(known, NOW).steps}
    return "not known" if Verdict.NOT_KNOWN in verdicts else "no rule"


@pytest.mark.parametrize("recipe", RECIPES.values(), ids=RECIPES)
def test_every_rule_decides_for_an_example_and_examples_differ(recipe: Recipe) -> None:
    said = " ".join(example.said for example in recipe.examples)
    assert set(re.findall(r"rule \d", said)) == {rule.key for rule in recipe.rules}
    assert len({example.said for example in recipe.examples}) > 1


@pytest.mark.parametrize("recipe", RECIPES.values(), ids=RECIPES)
def test_checks_have_nothing_to_say(recipe: Recipe) -> None:
    vocabulary = Vocabulary(SPECS[recipe.kind].stage, NAMES.for_conditions)
    assert [remark.sentence for remark in check_rules(recipe.rules, vocabulary)] == []


def test_every_kind_has_a_recipe_and_nothing_of_the_page_was_passed_over() -> None:
    rules = sum(len(recipe.rules) for recipe in RECIPES.values())
    examples = sum(len(recipe.examples) for recipe in RECIPES.values())
    assert {recipe.kind for recipe in RECIPES.values()} == set(RuleKind)
    assert (rules, examples) == (PAGE.count("** rule "), PAGE.count("\n| `"))
    assert PAGE.count("```") // 2 == rules - PAGE.count(", every alarm\n")
