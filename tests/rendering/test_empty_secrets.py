"""Secrets without a value: left out of files and named, in texts and in templates with placeholders."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rendering.empty_secrets import Kept, SecretsLeftOut, without_empty_secrets
from app.rendering.secret_parameters import is_empty_value, is_secret_parameter
from app.rendering.text import fill

LINES = [
    "system/password=",
    ";system/password= ",
    "system/password=x",
    "system/password=%ITCS_a%",
    'system/password={"%ITCS_a%"}',
    "voip/line/0/auth_password=%ITCS_a%%ITCS_b% ;one of both",
    "%ITCS_b%",
    "%ITCS_b%=%ITCS_a%",
    "a/%ITCS_b%=",
    "system/password=%ITCS_No%",
    "a/b=%ITCS_a%",
    "voip/line/0/id=7",
    "",
]
VALUES = ["", " ", "x", "password", "system/password=", "system/password=x", "\nsystem/password=\n"]


def left_out_by_lines(filled: str) -> tuple[list[str], list[str]]:
    """Return the lines that stay and the names of the others, looking at each line of a text that is filled."""
    kept, names = [], []
    for line in filled.split("\n"):
        name, equals, value = line.partition("=")
        if equals and is_secret_parameter(name) and is_empty_value(value):
            names.append(name.strip(" \t;"))
        else:
            kept.append(line)
    return kept, names


def test_secrets_without_a_value_are_left_out_and_named_once() -> None:
    text = 'a=\nsystem/password=\nb=1\n;system/password= \nvoip/line/0/auth_password={""}\n'
    assert without_empty_secrets(text) == Kept(
        "a=\nb=1\n", (), ("system/password", "voip/line/0/auth_password")
    )


def test_secrets_with_a_value_stay() -> None:
    text = 'system/password=x\nems_server/user_password={"abc="}\n'
    assert without_empty_secrets(text) == Kept(text, (), ())


def test_nothing_is_left_of_secrets_without_a_value_alone() -> None:
    assert without_empty_secrets("system/password=") == Kept(None, (), ("system/password",))
    assert without_empty_secrets("system/password=\n") == Kept("", (), ("system/password",))
    assert without_empty_secrets("") == SecretsLeftOut("").fill({}) == Kept(None, (), ())


def test_nothing_is_left_of_lines_that_nobody_has_a_value_for() -> None:
    assert SecretsLeftOut("a=%ITCS_a%").fill({}) == Kept(None, ("a",), ())
    assert SecretsLeftOut("a=%ITCS_a%\nsystem/password=").fill({}) == Kept(None, ("a",), ("system/password",))


def test_placeholder_decides_whether_a_secret_has_a_value() -> None:
    source = "a=1\nsystem/password=%ITCS_a%\nb=2"
    assert SecretsLeftOut(source).fill({"a": "x"}) == Kept("a=1\nsystem/password=x\nb=2", (), ())
    assert SecretsLeftOut(source).fill({"a": ""}) == Kept("a=1\nb=2", (), ("system/password",))
    assert SecretsLeftOut(source).fill({}) == Kept("a=1\nb=2", ("a",), ())


@given(
    lines=st.lists(st.sampled_from(LINES), min_size=1),
    values=st.dictionaries(st.sampled_from("ab"), st.sampled_from(VALUES)),
    line_end=st.sampled_from(["\n", "\r\n", "\r"]),
)
def test_template_keeps_what_is_kept_of_its_text_when_it_is_filled(
    lines: list[str], values: dict[str, str], line_end: str
) -> None:
    source = line_end.join(lines)
    kept = SecretsLeftOut(source).fill(values)
    filled = fill(source, values)
    expected, names = left_out_by_lines(filled.text)
    assert (kept.text or "") == "\n".join(expected)
    assert kept.unknown == filled.unknown
    assert kept.left_out == tuple(dict.fromkeys(names))


@given(st.lists(st.sampled_from([line for line in LINES if "%" not in line])))
def test_text_keeps_each_line_but_the_empty_secrets_in_its_order(lines: list[str]) -> None:
    text = "\n".join(lines)
    expected, names = left_out_by_lines(text)
    found = without_empty_secrets(text)
    assert (found.text or "") == "\n".join(expected)
    assert found.left_out == tuple(dict.fromkeys(names))


@pytest.mark.parametrize("text", ["=" * 1_000_000, "a" * 1_000_000, "\n" * 1_000_000, "password=" * 100_000])
def test_hostile_text_of_a_megabyte_is_looked_at_in_linear_time(text: str) -> None:
    started = time.process_time()
    without_empty_secrets(text)
    SecretsLeftOut(text).fill({})
    assert time.process_time() - started < 10
