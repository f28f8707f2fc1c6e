"""Speed dials and programmable keys as a phone sends them, and as it finds them in its file."""

import json

import pytest

from simulator.fleet import Fleet
from simulator.keys import Keys, keys_in, version_told
from tests.simulator.play import options, play
from tests.simulator.protocol_server import Fault, Manager

MAC = "00908f000001"
LABEL = "personal_settings/functional_key/3/key_label"
HEAD = "; set by the user on the phone, version"
PATH = "/rest/v1/ipphoneMgrStatus/user-keys"


def sent(manager: Manager) -> list[dict[str, object]]:
    return [json.loads(heard.body) for heard in manager.heard if heard.path == PATH]


@pytest.mark.parametrize(
    ("body", "keys"),
    [
        (b"", Keys()),
        (f"{LABEL}=of the template\n".encode(), Keys()),
        (f"a=1\n{HEAD} 7\n{LABEL} = Bob\n".encode(), Keys(7, {LABEL: "Bob"})),
        (f"a=1\r\n{HEAD} 7\r\n{LABEL} = Bob\r\nb=2\r\n".encode(), Keys(7, {LABEL: "Bob"})),
        (f"{HEAD} 8\n".encode(), Keys(8)),
    ],
)
def test_the_users_keys_are_those_behind_the_comment_that_tells_their_version(body: bytes, keys: Keys):
    assert keys_in(body) == keys


@pytest.mark.parametrize(
    ("body", "version"), [(b'{"version": 3}', 3), (b'{"version": "3"}', None), (b"[]", None), (b"x", None)]
)
def test_a_version_is_a_number_in_the_answer(body: bytes, version: int | None):
    assert version_told(body) == version


def test_a_phone_sends_all_keys_and_the_version_that_it_knows() -> None:
    async def story(manager: Manager) -> None:
        async with Fleet(options(manager)) as fleet:
            (phone,) = fleet.phones
            await fleet.boot()
            manager.fail_next("user-keys", Fault(200, b'{"version": 1}'))
            assert await phone.set_keys({LABEL: "Bob"})
            manager.fail_next("user-keys", Fault(200, b'{"version": 2}'))
            assert await phone.set_keys({"personal_settings/speed_dial/1/number": "12", LABEL: None})
            assert phone.keys == {"personal_settings/speed_dial/1/number": "12"}
            assert LABEL not in phone.configuration
        first, second = sent(manager)
        assert (first["version"], first["keys"]) == (0, {LABEL: "Bob"})
        assert (second["version"], second["keys"]) == (1, {"personal_settings/speed_dial/1/number": "12"})
        assert fleet.ledger.failures == {}

    play(story)


def test_a_phone_that_is_behind_reads_its_file_and_sends_its_change_once_more() -> None:
    async def story(manager: Manager) -> None:
        async with Fleet(options(manager)) as fleet:
            (phone,) = fleet.phones
            await fleet.boot()
            other = "personal_settings/functional_key/4/key_label"
            manager.approve(MAC, f"{HEAD} 5", f"{other} = Carol")
            manager.fail_next("user-keys", Fault(409, b'{"error": "Read the file."}'))
            manager.fail_next("user-keys", Fault(200, b'{"version": 6}'))
            assert await phone.set_keys({LABEL: "Bob"})
            assert phone.keys == {other: "Carol", LABEL: "Bob"}
        assert [(one["version"], one["keys"]) for one in sent(manager)] == [
            (0, {LABEL: "Bob"}),
            (5, {other: "Carol", LABEL: "Bob"}),
        ]
        assert fleet.ledger.failures == {}

    play(story)


def test_a_reset_phone_has_forgotten_everything_and_gets_it_again_with_its_file() -> None:
    async def story(manager: Manager) -> None:
        async with Fleet(options(manager)) as fleet:
            (phone,) = fleet.phones
            await fleet.boot()
            manager.approve(MAC, f"{HEAD} 5", f"{LABEL} = Bob")
            restarts = phone.restarts
            await phone.reset_to_factory()
            assert (phone.keys, phone.restarts) == ({LABEL: "Bob"}, restarts + 1)
            assert phone.is_settled

    play(story)


def test_people_set_keys_while_they_sit_there() -> None:
    async def story(manager: Manager) -> None:
        manager.fail_next("user-keys", Fault(200, b'{"version": 1}'), times=1000)
        async with Fleet(options(manager, keys_per_hour=1_000_000.0)) as fleet:
            assert await fleet.run(10, until=lambda: len(sent(manager)) > 2)
        assert any(name.endswith("speed_dial_number") for name in fleet.phones[0].keys)

    play(story)


def test_nobody_sets_keys_where_nobody_is_signed_in() -> None:
    async def story(manager: Manager) -> None:
        async with Fleet(options(manager, signs_in=False)) as fleet:
            await fleet.boot()
            assert not await fleet.phones[0].set_keys({LABEL: "Bob"})
        assert sent(manager) == []

    play(story)
