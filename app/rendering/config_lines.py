"""The lines of a configuration file (protocol 9.1), checked before they reach a phone."""

import re

from app.errors import InvalidInputError
from app.rendering.placeholders import markers_in
from app.rendering.secret_parameters import is_empty_value, is_secret_parameter

LONGEST_LINE = 4096
_is_name = re.compile(r"[A-Za-z0-9_.-]+(?:/[A-Za-z0-9_.-]+)*").fullmatch
_is_include = re.compile(r"include[ \t]+\S.*").fullmatch


def check_lines(text: str) -> None:
    """Raise InvalidInputError for the first line that a phone cannot read, with its number.

    A line is empty, a comment behind ``;``, ``include <file>``, or ``parameter=value``. A secret needs a value: an
    empty one would take away what the phone has.
    """
    for number, line in enumerate(text.splitlines(), start=1):
        wrong = _what_is_wrong(line.strip())
        if wrong:
            raise InvalidInputError(f"Line {number}: {wrong}")


def _what_is_wrong(line: str) -> str:
    if not line or line.startswith(";") or _is_include(line):
        return ""
    if len(line) > LONGEST_LINE:
        return f"a line has at most {LONGEST_LINE} characters."
    name, equals, value = line.partition("=")
    if not equals:
        return "there is no equals sign; write parameter=value, or put a semicolon in front of a comment."
    return _what_is_wrong_with(name.rstrip(), value)


def _what_is_wrong_with(name: str, value: str) -> str:
    if not _is_name(name):
        return "what stands before the equals sign is no parameter, such as system/ntp/enabled."
    if is_secret_parameter(name) and is_empty_value(value):
        return f"{name} has no value, which would take away the one that phones have; leave the line out."
    if markers_in(value):
        return "a placeholder is filled in templates only; write the value itself."
    return ""
