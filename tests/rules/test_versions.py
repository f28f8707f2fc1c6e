"""Firmware versions and their order."""

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.models.enums import Train
from app.rules.versions import Version, numbers_of, parse_version, train_of

ASCENDING = [
    ["UC_2.0.7.70", "UC_2.0.13.121", "UC_2.0.13.1234", "UC_3.1.0.478", "UC_3.4.6.604"],
    ["2.0.0", "2.0.0_build_15", "2.0.4.30", "2.2.8.61", "2.2.9", "2.2.16", "2.2.16.142.46"],
    ["7.4.4", "7.4.8a", "7.4.9", "7.4.9c"],
    ["5.9.5.0614", "5.9.7.3480", "5.9.7.47435"],
]
PAIRS = [pair for row in ASCENDING for pair in combinations(row, 2)]


def version(text: str) -> Version:
    parsed = parse_version(text)
    assert parsed is not None
    return parsed


@pytest.mark.parametrize(("earlier", "later"), PAIRS)
def test_later_version_is_greater(earlier: str, later: str) -> None:
    assert version(earlier) < version(later)
    assert not version(later) < version(earlier)
    assert version(earlier) != version(later)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("2.2.16", "2.2.16.0"),
        ("UC_3.1", "UC_3.1.0.0"),
        ("01.133", "1.133"),
        ("V3.0.4.5", "3.0.4.5"),
        ("83.V2.11.0+build.a546b91", "83.2.11"),
        ("6.4.0.140-SIP", "6.4.0.140"),
        ("4.1.4.7430_0004f2abcdef", "4.1.4.7430"),
        ("430HDUC_2.0.13.121", "UC_2.0.13.121"),
        (" UC_3.1 ", "UC_3.1"),
        ("7.4.9C", "7.4.9c"),
        ("UC_3.1", "3.1"),
    ],
)
def test_other_spelling_is_the_same_version(one: str, other: str) -> None:
    assert version(one) == version(other)
    assert hash(version(one)) == hash(version(other))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "latest",
        "UC_abcdef",
        "UC_0.0.0.0",
        "0.0",
        "1..2",
        "1.2.",
        "1.2rc1",
        "1234567890.1",
        "1.1234567890",
        "9" * 65,
        "1." * 40,
        "\u0661.\u0662",
    ],
)
def test_what_cannot_be_read_is_not_known(text: str) -> None:
    assert parse_version(text) is None


@pytest.mark.parametrize(
    ("text", "train"),
    [
        ("UC_3.1.0.478", Train.UC),
        ("uc_3.1", Train.UC),
        (" UC_3.1", Train.UC),
        ("430HDUC_2.0.13.121", Train.UC),
        ("UC_0.0.0.0", Train.UC),
        ("2.2.16.142.46", Train.GENERIC),
        ("2.0.0_build_15", Train.GENERIC),
        ("", Train.GENERIC),
    ],
)
def test_train_is_read_from_the_version(text: str, train: Train) -> None:
    assert train_of(text) is train


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("UC_3.0", (3, 0)),
        ("2.2.16.0.0", (2, 2, 16, 0, 0)),
        ("83.V2.11.0+build.a546b91", (83, 2, 11, 0)),
        ("7.4.9c", None),
        ("2.0.0_build_15", None),
        ("latest", None),
    ],
)
def test_numbers_are_those_that_are_written(text: str, numbers: tuple[int, ...] | None) -> None:
    assert numbers_of(text) == numbers


def test_version_is_shown_as_it_was_written() -> None:
    assert str(version("UC_3.1.0.478")) == "UC_3.1.0.478"


@given(st.text(alphabet="0123456789.UC_vab-+ ", max_size=80) | st.text())
def test_any_text_is_answered(text: str) -> None:
    parsed = parse_version(text)

    assert parsed is None or parsed == parse_version(str(parsed))


@st.composite
def written_versions(draw: st.DrawFn) -> tuple[str, tuple[list[int], str, int]]:
    """A version in some spelling, and what it is compared by when it is written out in full."""
    numbers = draw(st.lists(st.integers(0, 12), min_size=1, max_size=5).filter(any))
    letter, build = draw(st.sampled_from(["", "a", "c"])), draw(st.sampled_from([0, 15, 142]))
    zeros = draw(st.integers(0, 2))
    dotted = ".".join(f"{number:0{draw(st.integers(1, 3))}}" for number in [*numbers, *[0] * zeros])
    text = draw(st.sampled_from(["", "UC_", "v", "430HDUC_"])) + dotted + letter
    text += f"_build_{build}" if build else draw(st.sampled_from(["", "-SIP", "_0004f2abcdef", "+build.a5"]))
    return text, (numbers + [0] * (7 - len(numbers)), letter, build)


@given(written_versions(), written_versions())
def test_order_is_that_of_the_versions_written_out_in_full(one, other) -> None:
    (text, full), (other_text, other_full) = one, other

    assert (version(text) < version(other_text)) is (full < other_full)
    assert (version(text) == version(other_text)) is (full == other_full)


@given(st.lists(st.lists(st.integers(0, 99), min_size=1, max_size=5), min_size=2, max_size=6))
def test_order_is_that_of_the_padded_numbers(rows: list[list[int]]) -> None:
    known = [row for row in rows if any(row)]
    texts = [".".join(map(str, row)) for row in known]
    padded = {text: row + [0] * (5 - len(row)) for text, row in zip(texts, known, strict=True)}

    by_version = sorted(texts, key=version)

    assert [padded[text] for text in by_version] == sorted(padded[text] for text in texts)
