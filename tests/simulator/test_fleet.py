"""Many phones: all of them booted, left to live, told what goes wrong, and summed up."""

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest

from simulator.errors import InvalidOptionError
from simulator.fleet import Fleet
from simulator.options import Connections, Options, TrainMix
from simulator.scenarios import SCENARIOS
from tests.simulator.play import SYSTEM_PATH, options, play
from tests.simulator.protocol_server import KEEP_ALIVE, Fault, Manager

BLINK = timedelta(milliseconds=20)
LONG = 30.0


def session(report: dict[str, str]) -> str:
    return report["sessionId"]


def test_two_hundred_phones_are_registered_each_with_its_file() -> None:
    async def story(manager: Manager) -> None:
        mixed: dict[str, Any] = {
            "models": (("450HD", 5), ("430HD", 3)),
            "trailing_commas": 0.5,
            "malformed": 0.1,
        }
        async with Fleet(options(manager, phones=200, **mixed)) as fleet:
            await fleet.boot()
            assert fleet.is_settled
        summary = fleet.summary()
        assert (summary.states, summary.with_personal_file) == ({"registered": 200}, 200)
        assert summary.requests["malformed report"].count == 20
        assert summary.failures == {}
        registered = {report["mac"]: report for report in manager.reports if report["status"] == "registered"}
        assert Counter(report["model"] for report in registered.values()) == {"450HD": 125, "430HD": 75}
        assert len({report["userId"] for report in registered.values()}) == 200

    play(story)


def test_same_seed_says_the_same_and_another_does_not() -> None:
    async def told(manager: Manager, seed: int) -> list[dict[str, str]]:
        manager.reports.clear()
        chosen: dict[str, Any] = {
            "seed": seed,
            "train": TrainMix.MIXED,
            "open_registrar": True,
            "trailing_commas": 0.5,
        }
        async with Fleet(options(manager, phones=8, concurrency=1, **chosen)) as fleet:
            for phone in fleet.phones:
                await phone.boot()
        return list(manager.reports)

    async def story(manager: Manager) -> None:
        first, again, other = [await told(manager, seed) for seed in (7, 7, 8)]
        assert first == again
        assert first != other
        assert {report["fwVersion"] for report in first} == {"UC_2.0.13.121", "2.2.16.142"}

    play(story)


def test_every_answered_report_is_in_the_log_and_no_other() -> None:
    async def story(manager: Manager) -> None:
        async with Fleet(options(manager, phones=5, keeps_acknowledged=True)) as fleet:
            manager.fail_next(KEEP_ALIVE, Fault(500, b"x"), times=9)
            await fleet.boot()
        assert fleet.acknowledged
        logged = [dict(report.fields) for report in fleet.acknowledged]
        assert sorted(logged, key=session) == sorted(manager.reports, key=session)
        by_phone: dict[str, list[int]] = {}
        for report in fleet.acknowledged:
            by_phone.setdefault(report.mac, []).append(report.sequence)
            assert report.answered_at.tzinfo is not None
        assert all(sequences == sorted(set(sequences)) for sequences in by_phone.values())

    play(story)


def test_living_phones_report_every_period() -> None:
    async def story(manager: Manager) -> None:
        async with Fleet(options(manager, phones=3, period=BLINK)) as fleet:
            assert await fleet.run(LONG, until=lambda: len(manager.reports) > 30)
        assert Counter(manager.statuses)["started"] == 3
        assert fleet.states() == {"registered": 3}

    play(story)


def test_period_comes_from_the_file() -> None:
    async def story(manager: Manager) -> None:
        manager.keep_alive_minutes = 5
        async with Fleet(options(manager)) as fleet:
            await fleet.boot()
        assert fleet.phones[0].provisioning.settings.keep_alive_period == timedelta(minutes=5)

    play(story)


def test_waiting_phones_poll_until_they_are_approved() -> None:
    async def story(manager: Manager) -> None:
        async with Fleet(options(manager, SYSTEM_PATH, phones=4, poll_every=BLINK)) as fleet:
            assert not await fleet.run(0.0)
            await fleet.boot()
            for phone in fleet.phones:
                manager.approve(phone.mac)
            assert await fleet.run(LONG, until=lambda: fleet.is_settled)
        assert fleet.ledger.failures == {}

    play(story)


def test_report_that_nobody_heard_is_repeated_sooner_than_the_period() -> None:
    async def story(manager: Manager) -> None:
        manager.fail_next(KEEP_ALIVE, Fault(500, b"x"), times=6)
        async with Fleet(options(manager, poll_every=BLINK)) as fleet:
            assert await fleet.run(LONG, until=lambda: fleet.is_settled)
        assert manager.statuses == ["registered"]
        assert fleet.ledger.failures == {"report: answered 500": 2}

    play(story)


def test_phones_look_for_another_file() -> None:
    async def story(manager: Manager) -> None:
        async with Fleet(options(manager, check_every=BLINK)) as fleet:
            personal = f"GET /configfiles/{fleet.phones[0].mac}.cfg"
            assert await fleet.run(LONG, until=lambda: manager.lines.count(personal) > 5)

    play(story)


def test_alarms_come_and_go() -> None:
    async def story(manager: Manager) -> None:
        chosen: dict[str, Any] = {"alarms_per_hour": 360_000.0, "alarm_time": BLINK}
        async with Fleet(options(manager, **chosen)) as fleet:
            assert await fleet.run(LONG, until=lambda: len(manager.alarms) > 20)
        severities = {alarm["severity"] for alarm in manager.alarms}
        assert "0" in severities
        assert len(severities) > 2

    play(story)


def test_chosen_share_vanishes_without_a_word_and_returns() -> None:
    async def story(manager: Manager) -> None:
        chosen: dict[str, Any] = {"phones": 10, "vanish": 0.3, "stay": BLINK, "away": BLINK}
        async with Fleet(options(manager, **chosen)) as fleet:
            vanishing = {phone.mac for phone in fleet.phones if phone.character.vanishes}
            assert len(vanishing) == 3

            def have_all_been_away() -> bool:
                counted = Counter((report["mac"], report["status"]) for report in manager.reports)
                back = all(counted[mac, "started"] > 1 for mac in vanishing)
                others = {phone.mac for phone in fleet.phones} - vanishing
                return back and all(
                    counted[mac, "offline"] and counted[mac, "registered"] > 1 for mac in others
                )

            assert await fleet.run(LONG, until=have_all_been_away)
        assert not {report["mac"] for report in manager.reports if report["status"] == "offline"} & vanishing
        assert fleet.ledger.failures == {}

    play(story)


def test_vanished_phones_stay_away_for_good_unless_told_otherwise() -> None:
    async def story(manager: Manager) -> None:
        async with Fleet(options(manager, phones=4, vanish=1.0, stay=BLINK)) as fleet:
            assert await fleet.run(LONG, until=lambda: fleet.states() == {"silent": 4})
        assert Counter(manager.statuses) == {"started": 4, "registered": 4}

    play(story)


def test_another_person_sits_down_at_a_shared_desk() -> None:
    async def story(manager: Manager) -> None:
        chosen: dict[str, Any] = {"phones": 5, "stay": BLINK, "away": BLINK, "shared_desks": 1.0}
        async with Fleet(options(manager, **chosen)) as fleet:

            def has_somebody_moved() -> bool:
                people = {(report["mac"], report["userId"]) for report in manager.reports if report["userId"]}
                return len(people) > 5

            assert await fleet.run(LONG, until=has_somebody_moved)

    play(story)


def test_phones_that_cannot_register_do_not_keep_the_others_from_being_settled() -> None:
    async def story(manager: Manager) -> None:
        async with Fleet(options(manager, phones=4, fails_to_register=0.5)) as fleet:
            await fleet.boot()
            assert fleet.is_settled
            assert fleet.states() == {"registered": 2, "unregistered": 2}
        assert len(manager.alarms) == 2

    play(story)


def test_nobody_leaves_a_phone_where_nobody_is_signed_in() -> None:
    async def story(manager: Manager) -> None:
        chosen: dict[str, Any] = {"signs_in": False, "stay": BLINK, "away": BLINK, "period": BLINK}
        async with Fleet(options(manager, **chosen)) as fleet:
            assert await fleet.run(LONG, until=lambda: len(manager.reports) > 20)
        assert set(manager.statuses) == {"started"}

    play(story)


def test_stopped_fleet_ends_before_its_time_and_can_go_on() -> None:
    async def story(manager: Manager) -> None:
        async with Fleet(options(manager, period=BLINK)) as fleet:

            def stop_soon() -> bool:
                if manager.reports:
                    fleet.stop()
                return False

            assert not await fleet.run(None, until=stop_soon)
            said = len(manager.reports)
            assert await fleet.run(LONG, until=lambda: len(manager.reports) > said)

    play(story)


def test_fleet_that_was_never_booted_says_so() -> None:
    fleet = Fleet(Options(url="http://mgr", phones=3))
    assert fleet.summary().states == {"not booted": 3}
    assert fleet.summary().seconds == 0.0


@pytest.mark.parametrize("name", SCENARIOS)
def test_every_scenario_is_a_valid_choice(name: str) -> None:
    assert Fleet(Options(url="http://mgr", **SCENARIOS[name])).states() == {"not booted": 10}


@pytest.mark.parametrize(
    "chosen",
    [
        {"phones": 0},
        {"concurrency": 0},
        {"vanish": 1.1},
        {"malformed": -0.1},
        {"alarms_per_hour": -1.0},
        {"models": (("999HD", 1),)},
        {"models": (("430HD", 0),)},
        {"models": ()},
        {"networks": ()},
        {"headers": (("X Y", "1"),)},
        {"headers": (("X", "1\r\nY: 2"),)},
        {"connections": Connections.SHARED, "own_addresses": True},
    ],
)
def test_choice_that_makes_no_sense_is_refused_with_a_sentence(chosen: dict[str, Any]) -> None:
    with pytest.raises(InvalidOptionError, match=r"\.$"):
        Options(url="http://mgr", **chosen)


@pytest.mark.acceptance
def test_two_thousand_phones_boot_at_once_without_an_error() -> None:
    async def story(manager: Manager) -> None:
        async with Fleet(options(manager, phones=2000, **SCENARIOS["storm"])) as fleet:
            await fleet.boot()
            assert fleet.is_settled
        assert fleet.ledger.failures == {}

    play(story)
