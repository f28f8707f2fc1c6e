"""Firmware versions: which of two is the later one, and of which train it is."""

import re
from dataclasses import dataclass, field
from functools import lru_cache

from app.models.enums import Train

_LONGEST_TEXT = 64
_is_version = re.compile(
    r"(?:[A-Za-z0-9]{0,15}[A-Za-z]_)?"  # the train, with the model before it in firmware files: 430HDUC_
    r"[vV]?(?P<numbers>[0-9]{1,9}(?:\.[vV]?[0-9]{1,9}){0,15})"
    r"(?P<letter>[A-Za-z])?"
    r"(?:_build_(?P<build>[0-9]{1,9}))?"
    r"(?:[-+_ ].*)?",  # -SIP, +build.a546b91, _0004f2abcdef: say nothing about the order
    re.DOTALL,
).fullmatch
_is_of_train_uc = re.compile(r"\s*[A-Za-z0-9]{0,15}UC_", re.IGNORECASE).match


@dataclass(frozen=True, order=True, slots=True)
class Version:
    """A firmware version in its order: numbers without trailing zeros, then the letter, then the build.

    The train is no part of the order: ``UC_3.1`` and ``3.1`` are equal here and differ in ``train_of``.
    """

    numbers: tuple[int, ...]
    letter: int
    build: int
    text: str = field(compare=False)

    def __str__(self) -> str:
        return self.text


@lru_cache(maxsize=4096)
def parse_version(text: str) -> Version | None:
    """Return the version that ``text`` is, or None; the placeholder ``UC_0.0.0.0`` is none."""
    written = text.strip()
    found = _is_version(written) if len(written) <= _LONGEST_TEXT else None
    numbers = _without_trailing_zeros(found["numbers"]) if found else ()
    if found is None or not numbers:
        return None
    letter = ord(found["letter"].lower()) - ord("a") + 1 if found["letter"] else 0
    return Version(numbers, letter, int(found["build"] or 0), written)


def numbers_of(text: str) -> tuple[int, ...] | None:
    """Return the numbers of a version as they are written, zeros at the end too.

    None for what is no version, and for one that has more to its order than numbers.
    """
    version = parse_version(text)
    if version is None or version.letter or version.build:
        return None
    found = _is_version(version.text)
    return _numbers(found["numbers"]) if found else None


def train_of(version_text: str) -> Train:
    """Return the train of a firmware version as a phone or a firmware file writes it."""
    return Train.UC if _is_of_train_uc(version_text) else Train.GENERIC


def _without_trailing_zeros(dotted: str) -> tuple[int, ...]:
    numbers = list(_numbers(dotted))
    while numbers and numbers[-1] == 0:
        numbers.pop()
    return tuple(numbers)


def _numbers(dotted: str) -> tuple[int, ...]:
    return tuple(int(part.lstrip("vV")) for part in dotted.split("."))
