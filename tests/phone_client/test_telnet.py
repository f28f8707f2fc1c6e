"""The command line of a phone, as the simulator has it: signed in to, spoken to, and left in time."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import pytest

from app.errors import InvalidInputError
from app.phone_client import telnet
from app.rules.telnet import Conversation, TelnetCall, read_commands
from simulator.telnet import CommandLines
from tests.phone_client.desk import ADDRESS, MAC, Desk


@dataclass
class Terminal(Desk):
    """A phone that takes Telnet."""

    takes_telnet: bool = True


def call(port: int, *commands: str, password: str = "1234") -> TelnetCall:
    return TelnetCall(MAC, ADDRESS, port, "admin", password, commands)


def said(
    terminal: Terminal, story: Callable[[int], Awaitable[Conversation]]
) -> tuple[Conversation, list[tuple[str, str]]]:
    async def scene() -> tuple[Conversation, list[tuple[str, str]]]:
        lines = CommandLines({ADDRESS: terminal})
        port = await lines.open(ADDRESS, 0)
        try:
            return await story(port), lines.said
        finally:
            await lines.close()

    return asyncio.run(scene())


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(telnet, "QUIET_SECONDS", 0.15)
    monkeypatch.setattr(telnet, "ANSWER_SECONDS", 2)


def test_commands_are_said_one_after_the_other_and_answers_are_heard() -> None:
    talk, heard = said(Terminal(), lambda port: telnet.converse(call(port, "show mac", "show status")))

    assert talk.problem == ""
    assert heard == [(MAC, "show mac"), (MAC, "show status")]
    assert f"phone> show mac\n{MAC}\n" in talk.transcript
    assert "<id>1</id>" in talk.transcript
    assert "\x1b" not in talk.transcript


def test_the_password_is_not_in_what_was_said() -> None:
    talk, _ = said(Terminal(), lambda port: telnet.converse(call(port, "echo 1234")))

    assert "1234" not in talk.transcript
    assert "echo ••••••" in talk.transcript


@pytest.mark.parametrize(
    ("terminal", "password", "problem"),
    [
        (Terminal(), "wrong", "It refuses the user name and the password."),
        (Terminal(takes_telnet=False), "1234", "It hung up."),
        (Terminal(is_on=False), "1234", "It hung up."),
    ],
)
def test_phone_that_does_not_want_to_talk_says_why(terminal: Terminal, password: str, problem: str) -> None:
    talk, heard = said(terminal, lambda port: telnet.converse(call(port, "show mac", password=password)))

    assert (talk.problem, heard) == (problem, [])


def test_phone_that_refuses_connections_is_told_from_one_that_is_silent() -> None:
    async def refused() -> Conversation:
        lines = CommandLines({})
        port = await lines.open(ADDRESS, 0)
        await lines.close()
        return await telnet.converse(call(port, "show mac"))

    assert asyncio.run(refused()).problem.startswith("It refuses Telnet: management/telnet/enabled is 0")


def test_phone_that_says_too_much_is_not_heard_to_its_end() -> None:
    talk, _ = said(Terminal(), lambda port: telnet.converse(call(port, "dump", "show mac")))

    assert talk.problem == "It said more than 16 KiB; the rest was not read."
    assert len(talk.transcript) < 20_000


def test_conversation_ends_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(telnet, "WHOLE_SECONDS", 0.5)
    monkeypatch.setattr(telnet, "QUIET_SECONDS", 5)
    talk, _ = said(Terminal(), lambda port: telnet.converse(call(port, "show mac")))

    assert talk.problem.startswith("It took more than 0.5 seconds")
    assert "login:" in talk.transcript


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (" \n ", "at least one"),
        ("a\n" * 21, "21 commands; 20 is the most"),
        ("x" * 201, "Command 1 has 201 characters"),
        ("ok\nbell\x07", "Command 2 has characters"),
        ("caf\u00e9", "Command 1 has characters"),
    ],
)
def test_what_no_command_line_takes_is_refused(text: str, words: str) -> None:
    with pytest.raises(InvalidInputError, match=words):
        read_commands(text)


def test_commands_are_the_lines_of_a_text() -> None:
    assert read_commands(" show mac \r\n\r\nexit") == ["show mac", "exit"]
