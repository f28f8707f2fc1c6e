"""Speed dials and programmable keys that users set on their phones (manual 4.3): what is kept, and where it stands.

They are the last lines of a phone's file, behind a comment that tells their version (docs/decisions/0032).
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from app.errors import InvalidInputError
from app.rendering.overlay_lines import OverlayLine, check_parameter, check_value, parse_lines, written
from app.rendering.secret_parameters import is_secret_parameter

MOST_KEYS = 500
GROUPS = (
    "personal_settings/functional_key/",
    "personal_settings/soft_keys/",
    "personal_settings/speed_dial/",
)
_is_head = re.compile(r"; set by the user on the phone, version \d{1,10}").fullmatch


@dataclass(frozen=True, slots=True)
class UserKeys:
    """What a user has set: ``version`` counts the changes, 0 is a user who never set anything."""

    version: int = 0
    lines: tuple[OverlayLine, ...] = ()

    @property
    def text(self) -> str:
        """The lines as they are written and kept."""
        return "\n".join(map(written, self.lines))

    @classmethod
    def read(cls, version: int, text: str) -> "UserKeys":
        """Return what was kept as text."""
        return cls(version, parse_lines(text))


NO_KEYS = UserKeys()


def checked(lines: Iterable[OverlayLine]) -> tuple[OverlayLine, ...]:
    """Return the lines as they are kept, in the order of their names; InvalidInputError for what is none of a user's.

    Whoever can reach the phones' listener can send lines in a phone's name, so that only keys are taken.
    """
    found: dict[str, str] = {}
    for name, value in lines:
        parameter, kept = name.strip(), value.strip()
        check_parameter(parameter)
        if not parameter.startswith(GROUPS) or is_secret_parameter(parameter):
            raise InvalidInputError(
                f"The parameter {parameter!r} is no key that a user sets: begin with one of {', '.join(GROUPS)}."
            )
        if parameter in found:
            raise InvalidInputError(f"The parameter {parameter!r} is there twice.")
        check_value(kept)
        found[parameter] = kept
    if len(found) > MOST_KEYS:
        raise InvalidInputError(f"There are {len(found)} keys; at most {MOST_KEYS} are kept.")
    return tuple(sorted(found.items()))


def block(keys: UserKeys) -> str:
    """Return the last lines of a file; empty for a user who never set anything."""
    if not keys.version:
        return ""
    head = f"; set by the user on the phone, version {keys.version}"
    return f"{head}\n{keys.text}" if keys.lines else head


def with_keys(text: str, keys: UserKeys) -> str:
    """Return a file with these keys in place of those that it has; nothing else in it changes."""
    kept: list[str] = []
    is_in_block = False
    for line in text.split("\n"):
        is_in_block = bool(_is_head(line.rstrip("\r"))) or (is_in_block and line.startswith(GROUPS))
        if not is_in_block:
            kept.append(line)
    return "\n".join(part for part in ("\n".join(kept).rstrip("\n"), block(keys)) if part) + "\n"
