"""What events are about: every action that the code writes into the journal belongs to a topic on purpose."""

import ast
from pathlib import Path

import pytest

from app.models.enums import Aspect
from app.rules.events import OF_PHONES, TITLES, Topic, topic_of_action, topic_of_aspect, type_of_action

ROOT = Path(__file__).parents[2] / "app"


def actions_in_the_code() -> set[str]:
    """Return the actions that are written out as one text."""
    found = set()
    for path in ROOT.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if (
                isinstance(node, ast.keyword)
                and node.arg == "action"
                and isinstance(node.value, ast.Constant)
            ):
                found.add(node.value.value)
    return {
        action
        for action in found
        if isinstance(action, str) and action and not action.endswith((".", "_true"))
    }


@pytest.mark.parametrize(
    ("action", "topic"),
    [
        ("device added", Topic.DEVICES),
        ("devices deleted", Topic.DEVICES),
        ("user password changed", Topic.USERS),
        ("credentials released", Topic.DEVICES),
        ("users imported", Topic.USERS),
        ("site changed", Topic.PLACES),
        ("tenant deleted", Topic.PLACES),
        ("configuration file uploaded", Topic.FILES),
        ("configuration laid over", Topic.CONFIGURATION),
        ("default of a placeholder changed", Topic.CONFIGURATION),
        ("files generated", Topic.FILES),
        ("template text changed", Topic.TEMPLATES),
        ("firmware replaced", Topic.FIRMWARE),
        ("phone model added", Topic.FIRMWARE),
        ("operation finished", Topic.OPERATIONS),
        ("rules activated", Topic.RULES),
        ("license installed", Topic.SYSTEM),
        ("operator added", Topic.SYSTEM),
        ("system setting changed", Topic.SYSTEM),
    ],
)
def test_an_action_is_of_its_topic(action: str, topic: Topic):
    assert topic_of_action(action) is topic


def test_what_is_of_no_topic_of_its_own_is_known():
    others = {action for action in actions_in_the_code() if topic_of_action(action) is Topic.SYSTEM}
    assert others == {
        "destination switched off",
        "exported",
        "license installed",
        "report field dropped",
        "roles changed",
        "second factor reset",
        "setup wizard answered",
        "sign-in refused",
        "support bundle downloaded",
        "system setting changed",
        "telnet",
    }


def test_types_are_words_for_programs():
    assert type_of_action("configuration file uploaded") == "configuration_file_uploaded"
    assert all(type_of_action(action).replace("_", "").isalpha() for action in actions_in_the_code())


def test_every_topic_has_a_title_and_phones_have_two():
    assert set(TITLES) == set(Topic)
    assert {topic_of_aspect(what) for what in Aspect} == OF_PHONES
