"""Which parameters of a phone hold a secret, and how their lines are masked."""

import re
from functools import lru_cache

MASK = "••••••"

# What a phone signs its reports with until its user has a password. The password is the word "system" in the
# phones' own notation, the same on every installation and no secret (protocol 8).
SYSTEM_PAIR = ("ems_server/user_name=system", 'ems_server/user_password={"VvlZOp5/5pM="}')

_PART_OF_WORD = ("password", "passwd", "passphrase", "secret")
_WORDS = {"pin", "pwd", "psw", "psk"}
# ``system/pin_lock/enabled`` and the like say whether there is a secret, not which.
_SWITCHES = {"enable", "enabled", "mode"}

# A line that gives a parameter a value, in a file whose lines may end in any way.
_LINE = re.compile(r"(?<![^\r\n])([^=\r\n]*+)(=[ \t]*+)([^\r\n]++)")


# The parameters of a fleet's files are some hundreds, asked for in every file.
@lru_cache(maxsize=4096)
def is_secret_parameter(name: str) -> bool:
    """Tell whether a parameter holds a secret, by the words of its last part; also behind a ``;``."""
    last = name.strip(" \t;").rpartition("/")[2].lower()
    words = last.replace("-", "_").split("_")
    if words[-1] in _SWITCHES:
        return False
    return any(part in last for part in _PART_OF_WORD) or not _WORDS.isdisjoint(words)


def is_empty_value(value: str) -> bool:
    """Tell whether what follows an equals sign is nothing: blanks, a comment, or nothing encrypted."""
    return value.replace("\t", " ").partition(" ;")[0].strip() in {"", '{""}'}


def mask_secrets(text: str) -> str:
    """Return a file's text with ``••••••`` for the value of each secret, for views and differences."""
    return _LINE.sub(_masked, text)


def without_secrets(text: str) -> str:
    """Return the text (line ends LF) without the lines that hold a secret, for a phone that waits."""
    return "\n".join(line for line in text.split("\n") if not _holds_secret(line))


def _holds_secret(line: str) -> bool:
    name, equals, _ = line.partition("=")
    return bool(equals) and is_secret_parameter(name) and line.strip() not in SYSTEM_PAIR


def _masked(line: re.Match[str]) -> str:
    name, equals, value = line.groups()
    return f"{name}{equals}{MASK}" if value.strip() and is_secret_parameter(name) else line[0]
