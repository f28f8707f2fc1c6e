"""What a manager's answer to a report means: whether it is one, and what it asks the phone to do."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

RESET = "reset"
UPDATE_CONFIGURATION = "update_configuration"
UPDATE_FIRMWARE = "update_firmware"
MESSAGE = "message"
KNOWN = frozenset({RESET, UPDATE_CONFIGURATION, UPDATE_FIRMWARE, MESSAGE})


@dataclass(frozen=True, slots=True)
class Actions:
    """The commands of one answer that this phone knows, in order, and how many it does not."""

    commands: Sequence[str]
    ignored: int


def is_answered(status: int, body: bytes) -> bool:
    """Whether a phone takes this for an answer to a report: 200 and not empty (protocol 2.3)."""
    return status == 200 and body.strip() != b""


def actions(body: bytes) -> Actions:
    """The actions in ``{"requests": ["<a string of JSON>", …]}`` (protocol 6); other bodies ask nothing."""
    waiting = _loaded(body)
    requests = waiting.get("requests") if isinstance(waiting, dict) else None
    if not isinstance(requests, list):
        return Actions((), 0)
    commands = [_command(request) for request in requests]
    known = [command for command in commands if command in KNOWN]
    return Actions(known, len(commands) - len(known))


def _command(request: object) -> str:
    action = _loaded(request) if isinstance(request, str) else None
    command = action.get("cmd") if isinstance(action, dict) else None
    return command if isinstance(command, str) else ""


def _loaded(text: str | bytes) -> object:
    try:
        loaded: object = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return loaded
