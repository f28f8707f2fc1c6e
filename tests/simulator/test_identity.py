"""Models, MACs, addresses, User-Agents and people."""

import random
from collections import Counter
from ipaddress import IPv4Network, ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator import identity, users
from simulator.errors import InvalidOptionError
from simulator.identity import MODELS, Hardware, Train


def made(model: str, train: Train, seed: int = 1) -> Hardware:
    address = ("10.1.0.1", "255.255.0.0")
    return Hardware(identity.make_identity("00908f4867af", model, train, address, random.Random(seed)))


@pytest.mark.parametrize(
    ("model", "train", "agent"),
    [
        ("430HD", Train.UC, "AUDC-IPPhone-430HD_UC_2.0.13.121/1.0.0000.0"),
        ("C450HD", Train.UC, "AUDC/3.4.6.604 AUDC-IPPhone-C450HD_UC_3.4.6.604/1"),
        ("430HD", Train.GENERIC, "AUDC-IPPhone/2.2.16.142 (430HD; 00908F4867AF)"),
        ("405", Train.GENERIC, "AUDC-IPPhone/2.2.8.61 (405; 00908F4867AF)"),
    ],
)
def test_user_agent_has_the_form_of_its_model_and_train(model: str, train: Train, agent: str) -> None:
    assert made(model, train).user_agent == agent


def test_generic_420hd_comes_in_every_form_of_the_field() -> None:
    agents = {made("420HD", Train.GENERIC, seed).user_agent for seed in range(30)}
    assert agents == {
        "AUDC-IPPhone/2.2.16.142 (420HD; 00908F4867AF)",
        "AUDC-IPPhone/2.2.16.142 (420HDG; 00908F4867AF)",
        "Genesys /2.2.16.142 (420HDG-Rev2-AC494; 00908F4867AF)",
    }


def test_only_generic_firmware_writes_its_mac_in_capitals() -> None:
    assert made("430HD", Train.UC).mac_as_written == "00908f4867af"
    assert made("430HD", Train.GENERIC).mac_as_written == "00908F4867AF"


def test_another_firmware_changes_train_and_user_agent() -> None:
    hardware = made("430HD", Train.UC)
    hardware.firmware_version = "2.2.16.200"
    assert hardware.train is Train.GENERIC
    assert hardware.user_agent == "AUDC-IPPhone/2.2.16.200 (430HD; 00908F4867AF)"


def test_macs_follow_one_another() -> None:
    assert identity.macs("00908F0000FE", 3) == ["00908f0000fe", "00908f0000ff", "00908f000100"]


@pytest.mark.parametrize("start", ["", "00908f", "00:90:8f:00:00:01", "00908f00000g", "ffffffffffff"])
def test_start_that_gives_no_macs_is_refused(start: str) -> None:
    with pytest.raises(InvalidOptionError):
        identity.macs(start, 2)


def test_networks_are_taken_in_turn() -> None:
    networks = (IPv4Network("10.1.0.0/16"), IPv4Network("10.2.0.0/24"))
    assert identity.addresses(networks, 3) == [
        ("10.1.0.1", "255.255.0.0"),
        ("10.2.0.1", "255.255.255.0"),
        ("10.1.0.2", "255.255.0.0"),
    ]


@given(st.integers(16, 29), st.integers(1, 7))
def test_every_phone_has_an_address_of_its_own(prefix: int, count: int) -> None:
    network = IPv4Network((0x0A010000, prefix))
    if count > network.num_addresses - 2:
        with pytest.raises(InvalidOptionError, match="no room"):
            identity.addresses((network,), count)
        return
    given_out = [ip for ip, _ in identity.addresses((network,), count)]
    assert len(set(given_out)) == count
    assert all(ip_address(ip) in network for ip in given_out)


@given(st.lists(st.integers(1, 9), min_size=1, max_size=8), st.integers(1, 5))
def test_models_keep_their_proportion_exactly(weights: list[int], rounds: int) -> None:
    weighted = list(zip(MODELS, weights, strict=False))
    names = Counter(identity.shared_out(weighted, sum(weights) * rounds))
    assert names == {name: weight * rounds for name, weight in weighted}


@given(st.sets(st.integers(0, 0xFFFFFF), min_size=2, max_size=50))
def test_no_two_people_have_the_same_id_or_number(numbers: set[int]) -> None:
    people = [users.user(number, "example.com") for number in numbers]
    assert len({person.id for person in people}) == len(numbers)
    assert len({person.phone_number for person in people}) == len(numbers)
    assert all(person.id.isascii() and person.id == person.id.lower() for person in people)
