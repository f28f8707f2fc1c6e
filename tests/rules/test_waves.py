"""The division of a roll-out: waves as people write them, each phone in one, none empty."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import InvalidInputError
from app.rules.waves import Wave, numbers_of, parse_steps, split, spread


def sizes(total, canaries, text):
    return [wave.size for wave in split(total, canaries, parse_steps(text))]


@pytest.mark.parametrize(
    ("total", "canaries", "text", "expected"),
    [
        (200, 0, "5 %, 25 %, 100 %", [10, 40, 150]),
        (200, 0, "5%,25%", [10, 40, 150]),
        (200, 0, "10, 100, rest", [10, 100, 90]),
        (200, 0, "10, 100", [10, 100, 90]),
        (200, 0, "10, 100, All", [10, 100, 90]),
        (200, 3, "5 %, 100 %", [3, 7, 190]),
        (200, 15, "5 %, 100 %", [15, 185]),
        (200, 3, "10, rest", [3, 10, 187]),
        (3, 0, "5 %, 25 %, 100 %", [1, 2]),
        (1, 1, "5 %, 100 %", [1]),
        (5, 0, "10, rest", [5]),
        (5, 0, "", [5]),
        (5, 2, "rest", [2, 3]),
        (30_000, 0, "1 %, 10 %, 50 %, 100 %", [300, 2_700, 12_000, 15_000]),
    ],
)
def test_phones_are_divided_as_it_is_written(total, canaries, text, expected):
    assert sizes(total, canaries, text) == expected


def test_the_first_wave_is_the_canary_where_there_is_one():
    assert split(10, 2, parse_steps("50 %")) == (Wave(2, is_canary=True), Wave(3), Wave(5))
    assert numbers_of(split(5, 1, parse_steps("2"))) == [1, 2, 2, 3, 3]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("5 %, 10", "all waves in percent"),
        ("5 %, 5 %", "larger than the last"),
        ("25 %, 5 %", "larger than the last"),
        ("5 %, 120 %", "more than 100 %"),
        ("0 %", "is no wave"),
        ("-5", "is no wave"),
        ("half", "is no wave"),
        ("rest, 5", "is no wave"),
        ("1.5 %", "is no wave"),
        (", ".join(["1"] * 11), "10 waves at most"),
    ],
)
def test_what_cannot_be_waves_is_refused_with_a_sentence(text, sentence):
    with pytest.raises(InvalidInputError, match=sentence):
        parse_steps(text)


PERCENTS = st.lists(st.integers(1, 100), max_size=8, unique=True).map(
    lambda numbers: ", ".join(f"{number} %" for number in sorted(numbers))
)
COUNTS = st.lists(st.integers(1, 500), max_size=8).map(lambda numbers: ", ".join(map(str, numbers)))


@given(st.integers(1, 2_000), st.integers(0, 50), st.one_of(PERCENTS, COUNTS))
def test_every_phone_is_in_one_wave_and_no_wave_is_empty(total, canaries, text):
    canaries = min(canaries, total)
    waves = split(total, canaries, parse_steps(text))
    assert sum(wave.size for wave in waves) == total
    assert all(wave.size > 0 for wave in waves)
    assert [wave.size for wave in waves if wave.is_canary] == ([canaries] if canaries else [])
    assert numbers_of(waves) == sorted(numbers_of(waves))


PHONES = st.lists(st.tuples(st.sampled_from("ABCD"), st.integers()), max_size=60)


@given(PHONES)
def test_the_beginning_has_its_share_of_every_place_whatever_its_length(phones):
    turns = spread(phones, lambda phone: phone[0])
    sizes = Counter(place for place, _ in phones)
    for number in range(1, len(turns) + 1):
        taken = Counter(place for place, _ in turns[:number])
        for place, size in sizes.items():
            assert abs(taken[place] - size * number / len(turns)) < len(sizes)


@given(PHONES)
def test_phones_of_one_place_keep_their_order(phones):
    turns = spread(phones, lambda phone: phone[0])
    for place in "ABCD":
        assert [phone for phone in turns if phone[0] == place] == [
            phone for phone in phones if phone[0] == place
        ]
