"""A conversation with the command line of a phone: what may be said, and what was (manual 6.3, Telnet)."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from app.errors import InvalidInputError

PORT = 23
MOST_COMMANDS = 20
MOST_CHARACTERS = 200
MOST_TRANSCRIPT = 16 * 1024
"""Characters of what a phone answers; what comes after is not read."""


@dataclass(frozen=True, slots=True)
class TelnetCall:
    """Whom to call, and what to say to it."""

    mac: str
    host: str
    port: int
    user_name: str
    password: str = field(repr=False)
    commands: Sequence[str]


@dataclass(frozen=True, slots=True)
class Conversation:
    """What was said on both sides, without the password; ``problem`` says why it ended early, empty if it did not."""

    transcript: str
    problem: str = ""


def read_commands(text: str) -> list[str]:
    """Return the commands of a text, one in each line; InvalidInputError for what no command line takes."""
    commands = [line.strip() for line in text.splitlines() if line.strip()]
    if not commands:
        raise InvalidInputError("Give at least one command.", field="commands")
    if len(commands) > MOST_COMMANDS:
        raise InvalidInputError(
            f"These are {len(commands)} commands; {MOST_COMMANDS} is the most for one connection.",
            field="commands",
        )
    for number, command in enumerate(commands, start=1):
        if len(command) > MOST_CHARACTERS:
            raise InvalidInputError(
                f"Command {number} has {len(command)} characters; {MOST_CHARACTERS} is the most.",
                field="commands",
            )
        if not (command.isascii() and command.isprintable()):
            raise InvalidInputError(
                f"Command {number} has characters that a phone's command line does not take.",
                field="commands",
            )
    return commands
