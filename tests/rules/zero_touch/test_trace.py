"""Ladders of rules and their trace."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.models.enums import Stage
from app.rules.zero_touch.trace import (
    Matched,
    Missed,
    Rung,
    Step,
    Verdict,
    decide,
    steps_as_json,
    steps_from_json,
)

STEPS = st.lists(
    st.builds(Step, st.sampled_from(Stage), st.text(), st.text(), st.sampled_from(Verdict), st.text())
)


def from_number(least: int) -> Rung[int, str]:
    def judge(number: int) -> Matched[str] | Missed:
        if number >= least:
            return Matched(f"from {least}", f"{number} is at least {least}.")
        return Missed(f"{number} is less than {least}.")

    return Rung(f"test.{least}", f"From {least}", judge)


LADDER = (from_number(20), from_number(10), from_number(0))


def test_first_rule_that_matches_decides() -> None:
    decided = decide(Stage.PLACEMENT, LADDER, 25)

    assert (decided.answer, decided.reason) == ("from 20", "25 is at least 20.")


def test_every_rule_has_its_step() -> None:
    decided = decide(Stage.PLACEMENT, LADDER, 15)

    assert decided.steps == (
        Step(Stage.PLACEMENT, "test.20", "From 20", Verdict.NOT_MATCHED, "15 is less than 20."),
        Step(Stage.PLACEMENT, "test.10", "From 10", Verdict.MATCHED, "15 is at least 10."),
        Step(
            Stage.PLACEMENT, "test.0", "From 0", Verdict.NOT_REACHED, 'Not asked, because "From 10" decided.'
        ),
    )


def test_ladder_whose_last_rule_misses_is_a_mistake() -> None:
    with pytest.raises(LookupError, match="the last one has to match always"):
        decide(Stage.PLACEMENT, LADDER, -1)


@given(STEPS)
def test_steps_survive_a_json_column(steps: list[Step]) -> None:
    stored = json.dumps(steps_as_json(steps))

    assert steps_from_json(json.loads(stored)) == tuple(steps)


def test_steps_are_stored_as_plain_words() -> None:
    step = Step(Stage.FIRMWARE, "firmware.as_is", "Leave as it is", Verdict.NOT_KNOWN, "Nothing is known.")

    assert steps_as_json([step]) == [
        {
            "stage": "firmware",
            "rule": "firmware.as_is",
            "title": "Leave as it is",
            "verdict": "not_known",
            "sentence": "Nothing is known.",
        }
    ]
