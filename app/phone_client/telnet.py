"""The command line of a phone, by Telnet: sign in, say each command, and listen until the phone is quiet (RFC 854).

What a phone sends is text of its own; nothing of it is obeyed but the questions for user name and password.
"""

import asyncio
from contextlib import suppress
from typing import cast

import telnetlib3
from telnetlib3 import TelnetClient, TelnetReaderUnicode, TelnetWriterUnicode

from app.rules.telnet import MOST_TRANSCRIPT, Conversation, TelnetCall

CONNECT_SECONDS = 5
WHOLE_SECONDS = 30
"""How long all of it may take."""
QUIET_SECONDS = 0.8
"""A phone that said nothing for so long has answered."""
ANSWER_SECONDS = 6
"""How long the first word of an answer may take."""

_ASKS_FOR_NAME = ("login:", "username:", "user name:", "user:")
_ASKS_FOR_PASSWORD = ("password:",)
_REFUSALS = ("login incorrect", "login failed", "access denied", "authentication failed", "permission denied")
_HIDDEN = "••••••"


async def converse(call: TelnetCall) -> Conversation:
    """Say the commands to a phone, and return what was said; never raises for what a phone does or does not do."""
    talk = _Talk(call)
    try:
        async with asyncio.timeout(WHOLE_SECONDS):
            problem = await talk.hold()
            return Conversation(talk.transcript, problem)
    except TimeoutError:
        problem = f"It took more than {WHOLE_SECONDS} seconds; what was said until then stands here."
        return Conversation(talk.transcript, problem)
    except (OSError, EOFError) as error:
        return Conversation(talk.transcript, _why(error))
    finally:
        talk.hang_up()


class _TooLongError(Exception):
    """The phone says more than anybody would read."""


class _Talk:
    """One conversation; ``transcript`` grows as it goes."""

    def __init__(self, call: TelnetCall) -> None:
        self._call = call
        self._said: list[str] = []
        self._size = 0
        self._reader: TelnetReaderUnicode
        self._writer: TelnetWriterUnicode | None = None

    @property
    def transcript(self) -> str:
        """What was said until now, without the password."""
        text = _readable("".join(self._said))
        # What is left out may stand within the password, so that it is looked for afterwards.
        password = _readable(self._call.password)
        return text.replace(password, _HIDDEN) if password else text

    async def hold(self) -> str:
        """Hold the whole conversation; return why it ended early, empty where it did not."""
        reader, writer = await telnetlib3.open_connection(
            self._call.host,
            self._call.port,
            client_factory=TelnetClient,
            encoding="utf8",
            connect_minwait=0.1,
            connect_maxwait=1.0,
            connect_timeout=CONNECT_SECONDS,
            compression=False,
            limit=MOST_TRANSCRIPT,
        )
        self._reader, self._writer = cast("TelnetReaderUnicode", reader), cast("TelnetWriterUnicode", writer)
        try:
            greeting = await self._listen()
            problem = await self._sign_in(greeting)
            if problem:
                return problem
            for command in self._call.commands:
                self._say(command)
                await self._listen()
        except _TooLongError:
            return f"It said more than {MOST_TRANSCRIPT // 1024} KiB; the rest was not read."
        return ""

    def hang_up(self) -> None:
        """Close the connection, whatever became of it."""
        if self._writer is not None:
            with suppress(OSError):
                self._writer.close()

    async def _sign_in(self, greeting: str) -> str:
        heard = greeting
        if _ends_with(heard, _ASKS_FOR_NAME):
            self._say(self._call.user_name)
            heard = await self._listen()
        if _ends_with(heard, _ASKS_FOR_PASSWORD):
            self._say(self._call.password)
            heard = await self._listen()
            is_asked_again = _ends_with(heard, (*_ASKS_FOR_NAME, *_ASKS_FOR_PASSWORD))
            if is_asked_again or any(words in heard.casefold() for words in _REFUSALS):
                return "It refuses the user name and the password."
        return ""

    def _say(self, text: str) -> None:
        if self._writer is None or self._reader.at_eof():
            raise EOFError
        self._writer.write(f"{text}\r\n")

    async def _listen(self) -> str:
        """Return what the phone says until it is quiet."""
        heard: list[str] = []
        patience: float = ANSWER_SECONDS
        while True:
            try:
                async with asyncio.timeout(patience):
                    text = await self._reader.read(1024)
            except TimeoutError:
                return "".join(heard)
            if not text:
                return "".join(heard)
            heard.append(text)
            self._keep(text)
            patience = QUIET_SECONDS

    def _keep(self, text: str) -> None:
        self._said.append(text)
        self._size += len(text)
        if self._size > MOST_TRANSCRIPT:
            raise _TooLongError


def _readable(text: str) -> str:
    return "".join(letter for letter in text if letter.isprintable() or letter in "\n\t")


def _ends_with(heard: str, questions: tuple[str, ...]) -> bool:
    return heard.rstrip().casefold().endswith(questions)


def _why(error: Exception) -> str:
    if isinstance(error, ConnectionRefusedError):
        return "It refuses Telnet: management/telnet/enabled is 0 in its file, or its firmware has none."
    if isinstance(error, EOFError):
        return "It hung up."
    if isinstance(error, ConnectionError):
        return f"It did not take a connection within {CONNECT_SECONDS} seconds, or broke it."
    return "There is no way to it in the network."
