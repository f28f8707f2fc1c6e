"""What is different between two versions of a list."""

from app.models import RuleRow
from app.services.rule_sets.differences import Deed, compare, names_by_deed

WAIT = {"give": "wait"}


def rows(*said: tuple[str, str]) -> list[RuleRow]:
    """Return rules with a key and a name each."""
    return [
        RuleRow(key=key, name=name, position=place, is_enabled=True, conditions={}, outcome=WAIT, comment="")
        for place, (key, name) in enumerate(said, start=1)
    ]


def deeds(before: list[RuleRow], after: list[RuleRow]) -> dict[str, list[Deed]]:
    return {each.name: list(each.deeds) for each in compare(before, after)}


def test_a_rule_is_not_moved_by_those_that_come_and_go_above_it():
    before, after = rows(("a", "A"), ("b", "B"), ("c", "C")), rows(("n", "New"), ("b", "B"), ("c", "C"))
    assert deeds(before, after) == {"New": [Deed.ADDED], "A": [Deed.DELETED]}


def test_the_one_that_was_moved_is_said_to_have_moved():
    before = rows(("a", "A"), ("b", "B"), ("c", "C"), ("d", "D"))
    assert deeds(before, rows(("a", "A"), ("c", "C"), ("d", "D"), ("b", "B"))) == {"B": [Deed.MOVED]}


def test_what_a_rule_says_and_its_comment_are_changes():
    before, after = rows(("a", "A"), ("b", "B")), rows(("b", "Renamed"), ("a", "A"))
    after[1].comment = "why"
    found = deeds(before, after)
    assert Deed.CHANGED in found["Renamed"]
    assert Deed.CHANGED in found["A"]
    assert deeds(before, before) == {}
    assert names_by_deed(compare(before, [])) == {"deleted": ["A", "B"]}
