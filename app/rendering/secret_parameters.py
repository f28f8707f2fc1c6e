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


# What other vendors' files in XML are made of: a comment, an element with what stands in it, an attribute, a word.
# None begins within a run that another one has looked through in vain: files of hundreds of kilobytes may be one line.
_COMMENT = re.compile(r"<!--((?:(?!-->|<!--)[^\n])*+)-->")
_ELEMENT = re.compile(r"(<[A-Za-z_][^<>\n]*+>)([^<\n]++)")
_ATTRIBUTE = re.compile(r"""(?<![\w.:-])([\w.:-]++)([ \t]*+=[ \t]*+)("[^"\n]*+"|'[^'\n]*+')""")
_word = re.compile(r"[A-Za-z_][\w-]*+").findall


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
    """Return a file's text with ``••••••`` for the value of each secret, for views and differences.

    In XML a secret is what stands in an element or attribute whose name says so, or on a line with a comment that does.
    """
    if "<" in text:
        text = replace_in_markup(text, MASK)
    return _LINE.sub(_masked, text)


def replace_in_markup(text: str, replacement: str) -> str:
    """Return a text with this in place of each secret that stands in elements and attributes of XML."""
    return "\n".join(_replaced(line, replacement) if "<" in line else line for line in text.split("\n"))


def empty_secrets(text: str) -> str:
    """Return a file of another vendor's phone with no secret in it, for a phone that waits: each is empty."""
    return _LINE.sub(_emptied, replace_in_markup(text, ""))


def without_secrets(text: str) -> str:
    """Return the text (line ends LF) without the lines that hold a secret, for a phone that waits."""
    return "\n".join(line for line in text.split("\n") if not _holds_secret(line))


def _replaced(line: str, replacement: str) -> str:
    is_told = any(_tells_of_secret(comment) for comment in _COMMENT.findall(line))

    def of_element(found: re.Match[str]) -> str:
        tag, content = found.groups()
        is_secret = content.strip() and (is_told or _tells_of_secret(tag))
        return f"{tag}{replacement}" if is_secret else found[0]

    def of_attribute(found: re.Match[str]) -> str:
        name, equals, value = found.groups()
        is_secret = value[1:-1] and (is_told or _tells_of_secret(name))
        return f"{name}{equals}{value[0]}{replacement}{value[0]}" if is_secret else found[0]

    return _ATTRIBUTE.sub(of_attribute, _ELEMENT.sub(of_element, line))


def _tells_of_secret(text: str) -> bool:
    """Whether a word of a name, a tag or a comment says that a secret stands there."""
    return any(is_secret_parameter(word) or "pass" in word.lower().split("_") for word in _word(text))


def _emptied(line: re.Match[str]) -> str:
    name, equals, value = line.groups()
    is_secret = not name.lstrip().startswith("<") and value.strip() and is_secret_parameter(name)
    return f"{name}{equals}" if is_secret else line[0]


def _holds_secret(line: str) -> bool:
    name, equals, _ = line.partition("=")
    return bool(equals) and is_secret_parameter(name) and line.strip() not in SYSTEM_PAIR


def _masked(line: re.Match[str]) -> str:
    name, equals, value = line.groups()
    return f"{name}{equals}{MASK}" if value.strip() and is_secret_parameter(name) else line[0]
