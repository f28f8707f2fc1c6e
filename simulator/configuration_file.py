"""The text of a configuration file: settings and includes, line by line, and what is wrong with it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

_COMMENT = re.compile(r"\s;")
_UNFILLED = re.compile(r"%ITCS_\w{1,128}%")
_FILES_REMEMBERED = 256
_NEVER_EMPTY = frozenset({"ems_server/user_password"})


@dataclass(frozen=True, slots=True)
class Setting:
    """One ``name=value`` line."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Include:
    """One ``include`` line: a file name, relative to the configuration URL's folder, or a full URL."""

    target: str


@dataclass(frozen=True, slots=True)
class ConfigurationFile:
    """The lines that count, in their order, and a sentence for each thing a phone should never get."""

    lines: Sequence[Setting | Include]
    problems: Sequence[str]


@lru_cache(_FILES_REMEMBERED)  # what phones include is the same for all of them
def parse(body: bytes) -> ConfigurationFile:
    """Read a file as a phone does (protocol 9.1); never raises: what makes no sense becomes a problem."""
    lines: list[Setting | Include] = []
    problems: list[str] = []
    for number, text in enumerate(_decoded(body).splitlines(), start=1):
        content = _without_comment(text)
        if not content:
            continue
        line = _read_line(content)
        if line is not None:
            lines.append(line)
        problem = _problem(line)
        if problem:
            problems.append(f"line {number} {problem}")
    return ConfigurationFile(tuple(lines), tuple(problems))


def _decoded(body: bytes) -> str:
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError:
        return body.decode("iso-8859-1")


def _without_comment(text: str) -> str:
    if text.lstrip().startswith(";"):
        return ""
    comment = _COMMENT.search(text)
    return (text[: comment.start()] if comment else text).strip()


def _read_line(content: str) -> Setting | Include | None:
    words = content.split(maxsplit=1)
    if len(words) == 2 and words[0].lower() == "include" and not words[1].startswith("="):
        return Include(words[1])
    name, equals, value = content.partition("=")
    name = name.strip()
    if not equals or not name or len(name.split()) > 1:
        return None
    return Setting(name, value.strip())


def _problem(line: Setting | Include | None) -> str:
    if line is None:
        return "is neither a setting nor an include"
    text = line.value if isinstance(line, Setting) else line.target
    unfilled = _UNFILLED.search(text)
    if unfilled:
        return f"leaves {unfilled[0]} unfilled"
    if isinstance(line, Setting) and line.name.lower() in _NEVER_EMPTY and not text:
        return f"leaves {line.name} empty"
    return ""
