"""The lines ``parameter = value`` that are laid over a generated file, per tenant, site or phone user."""

import re

from app.errors import InvalidInputError
from app.rendering import placeholders
from app.rendering.one_line import one_line

OverlayLine = tuple[str, str]

MAX_PARAMETER = 200
_PARAMETER = re.compile(r"[A-Za-z0-9_-]++(?:/[A-Za-z0-9_-]++)*+")


def check_parameter(name: str) -> None:
    """Refuse a name that is not the path of a parameter: letters, digits, ``_``, ``-``, parted by ``/``."""
    if len(name) > MAX_PARAMETER or not _PARAMETER.fullmatch(name):
        raise InvalidInputError(
            f"The parameter {name[:64]!r} is not valid: use letters, digits, _ and - with / between the "
            f"parts, for example system/ntp/enabled, at most {MAX_PARAMETER} characters."
        )


def check_value(value: str) -> None:
    """Refuse a value that is too long, does not fit on one line, or holds a placeholder.

    Placeholders are filled in templates only: these lines are written into the file as they are.
    """
    placeholders.check_value(value)
    if placeholders.markers_in(value):
        raise InvalidInputError(
            f"The value {value[:64]!r} holds a placeholder: placeholders are filled in templates only. "
            "Write the value itself."
        )


def parse_line(line: str) -> OverlayLine:
    """Read ``parameter = value``; blanks around both are dropped, the value may be empty or hold ``=``."""
    name, equals, value = (part.strip() for part in line.partition("="))
    if not equals:
        raise InvalidInputError(f"The line {line[:64]!r} has no equals sign: write it as parameter = value.")
    check_parameter(name)
    check_value(value)
    return name, value


def parse_lines(text: str) -> tuple[OverlayLine, ...]:
    """Read many lines; empty lines and comments (``;``) are skipped, an error names the line's number."""
    found = []
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip() or line.lstrip().startswith(";"):
            continue
        try:
            found.append(parse_line(line))
        except InvalidInputError as error:
            raise InvalidInputError(f"Line {number}: {error}") from error
    return tuple(found)


def written(line: OverlayLine) -> str:
    """Return the line as it stands in a phone's file: one line, whatever its parts hold."""
    name, value = line
    return one_line(f"{name} = {value}").rstrip()
