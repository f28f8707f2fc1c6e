"""A made-up fleet is simulated from end to end, and something changes for some of it."""

from pathlib import Path

from benchmarks import simulating

PHONES = 40


def test_drafts_change_some_phones_of_a_made_up_fleet(tmp_path: Path) -> None:
    settings = simulating.settings_of(f"sqlite:///{tmp_path / 'fleet.db'}", tmp_path)
    simulating.prepare(settings, PHONES, 20)
    found = simulating.simulate(settings)
    assert found.phones == PHONES
    assert 0 < found.changed < PHONES
    assert found.seconds > 0
