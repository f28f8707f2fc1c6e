"""The audit of libraries is run by the calendar, and asks about every lock file (docs/decisions/0085)."""

import re
from pathlib import Path

import yaml

ROOT = Path(__file__).parent.parent
WORKFLOW = yaml.safe_load((ROOT / ".github" / "workflows" / "audit.yml").read_text())
RECIPE = (ROOT / "Makefile").read_text().partition("\naudit:")[2].partition("\n\n")[0]


def test_it_asks_about_every_lock_file() -> None:
    asked = re.findall(r"requirements[\w-]*\.lock", RECIPE)
    assert sorted(asked) == sorted(path.name for path in ROOT.glob("*.lock"))


def test_it_is_run_each_week_and_when_a_lock_file_changes() -> None:
    on = WORKFLOW[True]  # to YAML, "on" is a truth value
    (minute, hour, day, month, weekday) = on["schedule"][0]["cron"].split()
    assert (minute.isdecimal(), hour.isdecimal(), day, month, weekday.isdecimal()) == (
        True,
        True,
        "*",
        "*",
        True,
    )
    assert on["push"]["paths"] == ["requirements*.lock"]
    assert "make -C source audit" in [step["run"] for step in WORKFLOW["jobs"]["audit"]["steps"]]


def test_it_may_only_read_and_runs_nothing_of_others() -> None:
    assert WORKFLOW["permissions"] == {"contents": "read"}
    assert [step for step in WORKFLOW["jobs"]["audit"]["steps"] if set(step) != {"run"}] == []
