"""Lines `parameter = value`: reading, checking, writing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import InvalidInputError
from app.rendering.overlay_lines import check_parameter, check_value, parse_line, parse_lines, written


@pytest.mark.parametrize(
    "name", ["system/ntp/enabled", "voip/line/0/id", "outbound_proxy_address", "a", "a-b/C_d/9", "x" * 200]
)
def test_path_of_a_parameter_is_accepted(name: str) -> None:
    check_parameter(name)


@pytest.mark.parametrize(
    "name",
    [
        "",
        "/a",
        "a/",
        "a//b",
        "a b",
        "a.b",
        ";a",
        "a=b",
        "a\nb",
        "include x",
        "ä/b",
        "x" * 201,
        "../a",
        "%ITCS_a%",
    ],
)
def test_other_parameters_are_refused_with_an_example(name: str) -> None:
    with pytest.raises(InvalidInputError, match="for example system/ntp/enabled"):
        check_parameter(name)


def test_hostile_parameter_is_refused_at_once() -> None:
    with pytest.raises(InvalidInputError):
        check_parameter("a/" * 127 + "a!")


@pytest.mark.parametrize("value", ["", "1", "a = b", '{"VvlZOp5/5pM="}', "(sn=%)", "x" * 1024])
def test_value_is_accepted(value: str) -> None:
    check_value(value)


@pytest.mark.parametrize("value", ["a\nb=1", "a\r", "\0", "x" * 1025])
def test_value_that_does_not_fit_on_a_line_is_refused(value: str) -> None:
    with pytest.raises(InvalidInputError):
        check_value(value)


@pytest.mark.parametrize("value", ["%ITCS_mac%", "x %ITCS_", "%ITCS_a b%"])
def test_value_with_a_placeholder_is_refused(value: str) -> None:
    with pytest.raises(InvalidInputError, match="filled in templates only"):
        check_value(value)


@pytest.mark.parametrize(
    ("line", "read"),
    [
        ("a/b=1", ("a/b", "1")),
        ("  a/b  =  x y  ", ("a/b", "x y")),
        ("a=", ("a", "")),
        ("a=b=c", ("a", "b=c")),
        ("a=1\r", ("a", "1")),
        ("a = ;b", ("a", ";b")),
    ],
)
def test_line_is_read(line: str, read: tuple[str, str]) -> None:
    assert parse_line(line) == read


@pytest.mark.parametrize("line", ["", "a", "=1", "a b=1", "a=1\nb=2"])
def test_line_that_is_none_is_refused(line: str) -> None:
    with pytest.raises(InvalidInputError):
        parse_line(line)


def test_lines_are_read_without_comments_and_empty_ones() -> None:
    text = ";note\r\na=1\r\n\r\n  ; b=2\r\nb/c = 3\r\n"
    assert parse_lines(text) == (("a", "1"), ("b/c", "3"))


def test_error_names_the_line() -> None:
    with pytest.raises(InvalidInputError, match=r"^Line 3: The line 'oops' has no equals sign"):
        parse_lines("a=1\n\noops\n")


def test_line_is_written_with_blanks_around_the_equals_sign() -> None:
    assert written(("a/b", "1")) == "a/b = 1"
    assert written(("a/b", "")) == "a/b ="


@given(st.text(), st.text())
def test_whatever_is_written_is_one_line(name: str, value: str) -> None:
    assert len(f"{written((name, value))}.".splitlines()) == 1


@given(
    st.lists(st.text("aZ9_-", min_size=1, max_size=5), min_size=1, max_size=4).map("/".join),
    st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), max_size=20),
)
def test_what_is_written_is_read_as_the_same(name: str, value: str) -> None:
    assert parse_line(written((name, value))) == (name, value)
