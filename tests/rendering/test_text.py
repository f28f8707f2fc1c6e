"""Filling placeholders: in one pass, without a second line, without a bare marker."""

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rendering.text import Filled, fill, unknown_in

NAMES = st.sampled_from(["mac", "ServerIP", "P_x", "Line1Id", "Unknown"])
PLAIN = st.text(st.sampled_from("ab%=;ITCS_\n\r\0 "), max_size=20)
VALUES = st.dictionaries(st.sampled_from(["mac", "ServerIP", "P_x", "Line1Id"]), PLAIN)
LITERALS = st.text(st.sampled_from("ab=%;\n _IT"), max_size=8)
SOURCES = st.lists(LITERALS | NAMES.map("%ITCS_{}%".format), max_size=12).map("".join)


def test_values_are_filled_in() -> None:
    source = "include x.cfg\nurl=%ITCS_HTTP_OR_S%://%ITCS_ServerIP%/\n"
    filled = fill(source, {"HTTP_OR_S": "https", "ServerIP": "mgr.example.com", "Other": "x"})
    assert filled == Filled("include x.cfg\nurl=https://mgr.example.com/\n", ())


def test_text_without_a_placeholder_stays_as_it_is() -> None:
    assert fill("name=%displayname\n50%\n", {}) == Filled("name=%displayname\n50%\n", ())


def test_empty_text_stays_empty() -> None:
    assert fill("", {"mac": "x"}) == Filled("", ())


def test_line_with_an_unknown_placeholder_is_left_out_and_its_name_reported_once() -> None:
    source = "a=%ITCS_b%\nc=%ITCS_No%\nd=%ITCS_b%%ITCS_No%%ITCS_Nor%\ne=1"
    assert fill(source, {"b": "x"}) == Filled("a=x\ne=1", ("No", "Nor"))


def test_names_on_a_line_that_is_left_out_are_filled_elsewhere() -> None:
    assert fill("a=%ITCS_b% %ITCS_No%\na=%ITCS_b%", {"b": "1"}).text == "a=1"


@pytest.mark.parametrize("marker", ["%ITCS_%", "%ITCS_mac", "%ITCS_my mac%", "%ITCS_m-c%", "%ITCS_ü%"])
def test_marker_that_is_no_placeholder_leaves_its_line_out_and_is_reported(marker: str) -> None:
    assert fill(f"a=1\nb={marker}\nc=2", {"mac": "x", "": "y"}) == Filled("a=1\nc=2", ("",))


def test_value_that_looks_like_a_placeholder_is_not_expanded() -> None:
    values = {"a": "%ITCS_b%", "b": "secret"}
    assert fill("x=%ITCS_a%", values) == Filled("x=%ITCS_b%", ())


def test_two_values_side_by_side_make_no_placeholder() -> None:
    assert fill("x=%ITCS_a%%ITCS_b%", {"a": "%ITCS_", "b": "c%", "c": "no"}).text == "x=%ITCS_c%"


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r", "\x0b", "\x85", "\u2028"])
def test_value_cannot_add_a_line(line_end: str) -> None:
    values = {"name": f"Anna{line_end}system/password=1"}
    assert fill("label=%ITCS_name%\nend=1", values).text == "label=Annasystem/password=1\nend=1"


def test_line_ends_of_the_template_become_line_feeds() -> None:
    assert fill("a=%ITCS_x%\r\nb=1\rc=2\n", {"x": "1"}).text == "a=1\nb=1\nc=2\n"


def test_same_template_is_filled_with_each_phones_own_values() -> None:
    assert [fill("a=%ITCS_x%", {"x": value}).text for value in ("1", "2", "1")] == ["a=1", "a=2", "a=1"]


def line_by_hand(line: str, values: dict[str, str]) -> str | None:
    """Return the line with its placeholders replaced one after the other, None when one is not known."""
    pieces = re.split(r"(%ITCS_[A-Za-z0-9_]+%|%ITCS_)", line)
    for at in range(1, len(pieces), 2):
        name = pieces[at].removeprefix("%ITCS_").removesuffix("%")
        if name not in values:
            return None
        pieces[at] = "".join(sign for sign in values[name] if sign.isprintable())
    return "".join(pieces)


@given(SOURCES, VALUES)
def test_filling_says_the_same_as_each_line_by_hand(source: str, values: dict[str, str]) -> None:
    lines = [line_by_hand(line, values) for line in source.split("\n")]
    assert fill(source, values).text == "\n".join(line for line in lines if line is not None)


@given(SOURCES, VALUES)
def test_what_is_reported_is_what_has_no_value(source: str, values: dict[str, str]) -> None:
    unknown = unknown_in(source, values)
    assert fill(source, values).unknown == unknown
    assert len(set(unknown)) == len(unknown)
    assert not set(unknown) & set(values)
    assert all(f"%ITCS_{name}" in source for name in unknown)


@given(SOURCES, st.dictionaries(st.sampled_from(["mac", "ServerIP", "Line1Id"]), st.text()))
def test_values_never_add_a_line(source: str, values: dict[str, str]) -> None:
    assert len(fill(source, values).text.split("\n")) <= len(source.split("\n"))
    assert not set("\r\0\x0b\x0c\x85\u2028\u2029") & set(fill(source, values).text)


@pytest.mark.parametrize(
    "source",
    ["%ITCS_" * 170_000, "%ITCS_" + "a" * 1_000_000, "%" * 1_000_000, "%ITCS_a%" * 120_000, "\n" * 1_000_000],
    ids=["begun", "long name", "percent", "placeholders", "lines"],
)
def test_hostile_template_of_a_megabyte_is_filled_in_linear_time(source: str) -> None:
    started = time.process_time()
    fill(source, {"a": "x"})
    assert time.process_time() - started < 5
