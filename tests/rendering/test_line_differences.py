"""How two texts differ, line by line."""

import time

from hypothesis import given
from hypothesis import strategies as st

from app.rendering.line_differences import LINES_AROUND, Change, differences

FORTY = "\n".join(f"line {number}" for number in range(1, 41))
TEXTS = st.lists(st.sampled_from(["a", "b", "c", ""])).map("\n".join)


def test_a_changed_line_is_removed_and_added_between_the_lines_around_it():
    found = differences(FORTY, FORTY.replace("line 20", "line twenty"))
    (block,) = found.blocks
    assert (found.added, found.removed) == (1, 1)
    assert [line.change for line in block].count(Change.SAME) == 2 * LINES_AROUND
    removed, added = [line for line in block if line.change is not Change.SAME]
    assert (removed.before, removed.after, removed.text) == (20, None, "line 20")
    assert (added.before, added.after, added.text) == (None, 20, "line twenty")


def test_changes_far_from_one_another_are_blocks_of_their_own():
    after = FORTY.replace("line 5\n", "").replace("line 35", "x")
    assert len(differences(FORTY, after).blocks) == 2


def test_equal_texts_do_not_differ():
    assert not differences(FORTY, FORTY + "\n")


def test_lines_are_compared_before_they_are_masked():
    found = differences("a/pin=1\na/password=2", "a/pin=1\na/password=3").masked()
    (block,) = found.blocks
    assert [(line.change, line.text) for line in block] == [
        (Change.SAME, "a/pin=••••••"),
        (Change.REMOVED, "a/password=••••••"),
        (Change.ADDED, "a/password=••••••"),
    ]


@given(TEXTS, TEXTS)
def test_what_stays_and_what_is_added_makes_the_text_after(before: str, after: str):
    lines = [line for block in differences(before, after).blocks for line in block]
    assert {line.after: line.text for line in lines if line.after}.items() <= set(
        enumerate(after.splitlines(), 1)
    )
    assert {line.before: line.text for line in lines if line.before}.items() <= set(
        enumerate(before.splitlines(), 1)
    )


def test_texts_of_a_hundred_thousand_lines_are_compared_at_once():
    before = "\n".join(str(number % 190) for number in range(100_000))
    began = time.process_time()
    found = differences(before, before.replace("7", "seven"))
    assert time.process_time() - began < 5
    assert found.added == found.removed
