"""What a phone's own file is called and what it is, by its model: data beside the model (docs/decisions/0076)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto

from app.errors import InvalidInputError
from app.models.enums import ValueFormat
from app.rules.mac_addresses import find_mac
from app.rules.sentences import quoted

USUAL_NAMES = ("{mac}.cfg",)
USUAL_TYPE = "text/plain; charset=utf-8"
MOST_NAMES = 8
LONGEST_NAME = 100
LONGEST_BOOT_FILE = 16_000
_SUFFIX = ".cfg"
_NO_PHONE = "0" * 12
_NUMBER = "0" * 6
_MACS = ("{mac}", "{MAC}")
# The last twelve hex digits of a run of them: what stands before may end in some, as in spa00562b012345.xml.
_mac_at_end = re.compile(r"[0-9A-Fa-f]{12}(?![0-9A-Za-z])").findall
_is_name = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9_. -]*").fullmatch
_is_type = re.compile(
    r"(?:text|application)/[a-z0-9][a-z0-9.+-]{0,60}(?:; ?charset=[A-Za-z0-9-]{1,20})?"
).fullmatch


class Part(Enum):
    """Which of its phone's files a name is."""

    OWN = auto()
    BOOT = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneForm:
    """The names of the files that phones of a model ask for, the type of their content, and how values stand in it.

    ``boot_text`` is a file that leads a phone to its own one; ``boot_names`` are what it is asked for by.
    """

    model: str
    names: Sequence[str] = USUAL_NAMES
    content_type: str = USUAL_TYPE
    value_format: ValueFormat = ValueFormat.AUDIOCODES
    boot_names: Sequence[str] = ()
    boot_text: str = ""

    @property
    def is_usual(self) -> bool:
        """Whether it is that of AudioCodes' phones."""
        return self == PhoneForm(model=self.model)

    def part_called(self, name: str, mac: str) -> Part | None:
        """Return which file of the phone has this name, without regard to case; None for none of them."""
        wanted = name.casefold()
        if any(written(pattern, mac, self.model).casefold() == wanted for pattern in self.boot_names):
            return Part.BOOT
        if any(written(pattern, mac, self.model).casefold() == wanted for pattern in self.names):
            return Part.OWN
        return None

    def names_for(self, mac: str) -> Sequence[str]:
        """Return the names by which a phone gets its own file."""
        return [written(pattern, mac, self.model) for pattern in self.names]

    def boot_file_for(self, mac: str) -> str:
        """Return the file that leads a phone to its own one."""
        return written(self.boot_text, mac, self.model)


def usual_mac(name: str) -> str | None:
    """Return the MAC address of the phone whose own file is called so, in any notation, before ``.cfg``; else None."""
    mac = find_mac(name[: -len(_SUFFIX)]) if name.lower().endswith(_SUFFIX) else None
    return None if mac == _NO_PHONE else mac


def mac_in_name(name: str) -> str | None:
    """Return the MAC address that the name of a phone's file may hold: its last twelve hex digits before a sign.

    Numbers such as that of a model in y000000000066.cfg, and the twelve zeros of all phones, are none.
    """
    found = _mac_at_end(name)
    return found[-1].lower() if found and not found[-1].startswith(_NUMBER) else None


def written(pattern: str, mac: str, model: str) -> str:
    """Return a name, or the text of a boot file, for one phone."""
    return pattern.replace("{mac}", mac).replace("{MAC}", mac.upper()).replace("{model}", model)


def read_names(text: str, model: str) -> tuple[str, ...]:
    """Return the patterns of names, one on a line; InvalidInputError says what is wrong with one."""
    names = tuple(line.strip() for line in text.splitlines() if line.strip())
    if len(names) > MOST_NAMES:
        raise InvalidInputError(f"These are {len(names)} names; give {MOST_NAMES} at most.")
    for name in names:
        _check_name(name, model)
    keys = [written(name, _NO_PHONE, model).casefold() for name in names]
    twice = next((name for name, key in zip(names, keys, strict=True) if keys.count(key) > 1), None)
    if twice:
        raise InvalidInputError(f"{quoted(twice)} is there twice: names are compared without regard to case.")
    return names


def read_type(text: str) -> str:
    """Return the type of content as it is sent; InvalidInputError where it is none that phones are given."""
    stripped = " ".join(text.split())
    if not _is_type(stripped):
        raise InvalidInputError(
            f"{quoted(stripped)} is no type of a text: write text/plain, text/xml or application/xml, with "
            "; charset=utf-8 behind it where phones want it."
        )
    return stripped


def check_boot_file(names: Sequence[str], boot_names: Sequence[str], text: str, model: str) -> None:
    """Refuse names of a boot file without a text, a text without names, and a name of both files."""
    if len(text) > LONGEST_BOOT_FILE:
        raise InvalidInputError(
            f"The boot file has {len(text)} characters; {LONGEST_BOOT_FILE} fit.", field="boot_file"
        )
    if bool(boot_names) != bool(text.strip()):
        raise InvalidInputError(
            "A boot file needs its names and its text: give both, or neither.",
            field="boot_file_names" if text.strip() else "boot_file",
        )
    own = {written(name, _NO_PHONE, model).casefold() for name in names or USUAL_NAMES}
    both = next((name for name in boot_names if written(name, _NO_PHONE, model).casefold() in own), None)
    if both:
        raise InvalidInputError(
            f"{quoted(both)} is the name of the phone's own file as well: a name leads to one file. Give the phone's "
            "own file another one.",
            field="boot_file_names",
        )


def _check_name(name: str, model: str) -> None:
    if "/" in name or "\\" in name:
        raise InvalidInputError(
            f"{quoted(name)} names a folder: write the name of the file alone. Folders belong into the address that "
            "phones are given."
        )
    if sum(name.count(mac) for mac in _MACS) != 1:
        raise InvalidInputError(
            f"{quoted(name)} has to hold the MAC address once, as {{mac}} in lower case or {{MAC}} in upper case. "
            "What all phones share is uploaded under Phone Configuration Files."
        )
    example = written(name, "00908f12abcd", model)
    if name.startswith(".") or not _is_name(example):
        raise InvalidInputError(
            f"{quoted(name)} is no name of a file: use letters, digits, blanks and . _ - and, in braces, {{mac}}, "
            "{MAC} and {model}; begin with no dot."
        )
    if len(example) > LONGEST_NAME:
        raise InvalidInputError(f"{quoted(name)} is too long; a name has at most {LONGEST_NAME} characters.")
    if mac_in_name(example) != "00908f12abcd":
        raise InvalidInputError(
            f"In {quoted(name)} the MAC address is not told from what follows: put a dot, a hyphen or nothing "
            "behind it, and no other twelve hex digits after it."
        )
