"""Speed dials and programmable keys: what a phone's user has set, where it stands in a file, and how it is sent."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from simulator.configuration_file import Setting, parse
from simulator.identity import Hardware
from simulator.users import User

GROUPS = (
    "personal_settings/functional_key/",
    "personal_settings/soft_keys/",
    "personal_settings/speed_dial/",
)
_HEAD = re.compile(rb"^; set by the user on the phone, version (\d{1,10})\r?$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Keys:
    """All that a user has set, and the version under which the manager keeps it (0: nothing yet)."""

    version: int = 0
    values: Mapping[str, str] = field(default_factory=dict)

    def with_changes(self, changes: Mapping[str, str | None]) -> "Keys":
        """The keys after somebody pressed some; None takes one away."""
        changed = {**self.values, **changes}
        return Keys(self.version, {name: value for name, value in changed.items() if value is not None})


def keys_in(body: bytes) -> Keys:
    """The user's keys in a phone's own file: the last lines, behind a comment that tells their version."""
    head = _HEAD.search(body)
    if head is None:
        return Keys()
    lines = parse(body[head.end() :]).lines
    values = {line.name: line.value for line in lines if isinstance(line, Setting)}
    return Keys(int(head[1]), {name: value for name, value in values.items() if name.startswith(GROUPS)})


def keys_text(hardware: Hardware, user: User, keys: Keys) -> bytes:
    """What a phone sends when its user has set a key: all of them, and the version that it knows."""
    members = {
        "mac": hardware.mac_as_written,
        "userId": user.id,
        "version": keys.version,
        "keys": keys.values,
    }
    return json.dumps(members, ensure_ascii=False).encode()


def version_told(body: bytes) -> int | None:
    """The version in the manager's answer; None where it tells none."""
    try:
        answer = json.loads(body)
    except ValueError:
        return None
    version = answer.get("version") if isinstance(answer, dict) else None
    return version if isinstance(version, int) else None
