"""What a User-Agent says of a phone."""

import string
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.models.enums import Train
from app.rules.user_agents import known_model, parse_user_agent
from app.rules.versions import parse_version

MODELS = ("405", "420HD", "430HD", "440HD", "445HD", "450HD", "C450HD", "HRS")

# text | vendor | model | firmware | MAC address, as public logs and the manual have them
SEEN = Path(__file__).with_name("user_agents.txt").read_text(encoding="utf-8")
VECTORS = [tuple(None if cell == "-" else cell for cell in line.split(" | ")) for line in SEEN.splitlines()]


@pytest.mark.parametrize(("text", "vendor", "model", "firmware", "mac"), VECTORS)
def test_seen_text_names_vendor_model_firmware_and_mac(
    text: str, vendor: str, model: str, firmware: str | None, mac: str | None
) -> None:
    agent = parse_user_agent(text)

    assert agent is not None
    assert (agent.vendor, agent.model, agent.firmware, agent.mac) == (vendor, model, firmware, mac)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("Gigaset N870 IP PRO/83.V2.11.0+build.a546b91;7C2F80E0D605", "83.2.11.0"),
        ("Panasonic_KX-UT113/01.133 (0080f0c8c381)", "1.133"),
        ("Alcatel IP Touch 4038/2.01.20", "2.1.20"),
        ("AUDC-IPPhone/2.0.0_build_15 (420HD; 00908F3BBCBA)", "2.0.0_build_15"),
    ],
)
def test_firmware_as_written_counts_as_its_plain_number(text: str, number: str) -> None:
    agent = parse_user_agent(text)

    assert agent is not None
    assert agent.firmware is not None
    assert parse_version(agent.firmware) == parse_version(number)


def test_spectralink_is_read_in_the_way_its_family_writes_itself() -> None:
    # Made up: no text of such a phone was ever seen.
    agent = parse_user_agent("SpectraLink-SL_8440-UA/4.7.2.0734")

    assert agent is not None
    assert (agent.vendor, agent.model, agent.firmware) == ("Spectralink", "8440", "4.7.2.0734")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "curl/8.0",
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
            "Chrome/120.0 Safari/537.36"
        ),
        "Mozilla/4.0 (compatible; MSIE 6.0; Windows NT 5.1)",
        "Mozilla/5.0 (Thing; 00908f123456)",
        "AUDC-IPPhone-430HD_UC_2.0.7.70/1.0 " + "x" * 256,
        "the phone AUDC-IPPhone-430HD_UC_2.0.7.70/1.0",
        "AUDC-IPPhone-\u0664\u0663\u0660HD_UC_2.0.7.70/1.0",
    ],
)
def test_what_is_no_phone_is_never_guessed_to_be_one(text: str) -> None:
    assert parse_user_agent(text) is None


def test_gigabit_variant_and_hardware_are_told_apart_from_the_model() -> None:
    agent = parse_user_agent("Genesys /2.2.16.142.46 (420HDG-Rev2-AC494; 00908F9A9623)")

    assert agent is not None
    assert (agent.oem, agent.model, agent.sub_model, agent.hardware) == (
        "Genesys",
        "420HD",
        "420HDG",
        "Rev2-AC494",
    )


def test_phone_of_audiocodes_itself_has_no_oem() -> None:
    agent = parse_user_agent("AUDC-IPPhone/2.0.4.30 (430HD; 00908F4867AF)")

    assert agent is not None
    assert (agent.oem, agent.sub_model, agent.hardware) == (None, None, None)


def test_hardware_of_a_yealink_is_not_its_mac() -> None:
    agent = parse_user_agent("Yealink-T46G 28.71.0.81 28.1.0.128.0.0.0")

    assert agent is not None
    assert (agent.hardware, agent.mac) == ("28.1.0.128.0.0.0", None)


def test_malformed_mac_is_left_out_and_the_rest_kept() -> None:
    agent = parse_user_agent("AUDC-IPPhone/2.2.8.61 (440HDG-Rev0; 00908F602A)")

    assert agent is not None
    assert (agent.model, agent.mac) == ("440HD", None)


@pytest.mark.parametrize(
    ("text", "train"),
    [
        ("AUDC-IPPhone-430HD_UC_2.0.7.70/1.0.0000.0", Train.UC),
        ("AUDC-IPPhone-440HD_UC_0.0.0.0/0", Train.UC),
        ("AUDC-IPPhone/2.0.4.30 (430HD; 00908F4867AF)", Train.GENERIC),
        ("PolycomVVX-VVX_500-UA/5.0.0.6874", Train.GENERIC),
    ],
)
def test_train_is_known_even_where_the_version_is_not(text: str, train: Train) -> None:
    agent = parse_user_agent(text)

    assert agent is not None
    assert agent.train is train


@given(st.text(max_size=300))
def test_any_text_is_answered(text: str) -> None:
    agent = parse_user_agent(text)

    assert agent is None or agent.model


@given(
    st.sampled_from([row[0] for row in VECTORS]).filter(bool),
    st.integers(0, 60),
    st.text(alphabet=string.printable, max_size=30),
)
def test_damaged_text_of_a_phone_is_answered(text: str, at: int, damage: str) -> None:
    agent = parse_user_agent(text[:at] + damage + text[at:])

    assert agent is None or agent.mac is None or len(agent.mac) == 12


HOSTILE_RUNS = [
    "AUDC-IPPhone-",
    "A-",
    "1.",
    "Poly",
    "PolycomA",
    "a b-",
    "0:",
    "snom710-SIP 1 ",
    "1 1",
    "-",
    " ",
    "_UC_",
]
HOSTILE_STARTS = [
    "",
    "AUDC/",
    "AUDC-IPPhone-",
    "Genesys ",
    "Poly",
    "Yealink ",
    "snom710-SIP 1",
    "Gigaset ",
    "Cisco/A",
]


@pytest.mark.parametrize("start", HOSTILE_STARTS)
def test_no_text_makes_a_pattern_slow(start: str) -> None:
    begun = time.process_time()
    for run in HOSTILE_RUNS:
        parse_user_agent((start + run * 256)[:256])
    assert time.process_time() - begun < 0.1


@pytest.mark.parametrize(
    ("text", "model"),
    [
        ("430HD", "430HD"),
        (" 430hd ", "430HD"),
        ("405HD", "405"),
        ("440HDG", "440HD"),
        ("440HDG-Rev0", "440HD"),
        ("420HDG-Rev2-AC494", "420HD"),
        ("c450HD", "C450HD"),
        ("HRS-457", "HRS"),
        ("440", None),
        ("405X", None),
        ("4050", None),
        ("Trio 8800", None),
        ("", None),
    ],
)
def test_text_of_a_phone_means_a_known_model(text: str, model: str | None) -> None:
    assert known_model(text, MODELS) == model


def test_same_name_wins_over_the_folding_of_a_variant() -> None:
    assert known_model("405HD", ("405", "405HD")) == "405HD"


def test_longest_known_name_wins() -> None:
    assert known_model("440HDG-Rev0", ("440", "440HD")) == "440HD"


def test_nothing_is_a_model_where_none_is_known() -> None:
    assert known_model("430HD", ()) is None
