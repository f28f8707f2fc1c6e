"""Files from the manager: a configuration with all it includes, the version in a firmware's head."""

import re
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urljoin

from simulator.configuration_file import ConfigurationFile, Include, parse
from simulator.ledger import Kind
from simulator.transport import Answer, Line, Reading, Request

MOST_INCLUDES = 20
EMPTY_POST = b"{\n}"
_VERSION = re.compile(rb"(?:UC_)?(?<![\d.])\d{1,5}(?:\.\d{1,10}){2,5}")


@dataclass(slots=True)
class Configuration:
    """What one fetch brought: the values of the file and all it includes, and what was wrong with them."""

    answer: Answer
    values: dict[str, str] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    includes: int = 0


async def read_configuration(
    line: Line, request: Request, folder: Callable[[dict[str, str]], str]
) -> Configuration:
    """Fetch a file and whatever it includes; later lines override earlier ones (protocol 9.1).

    ``folder`` says, from the values of the file itself, which URL names without a host are relative to.
    """
    answer = await line.ask(request)
    read = Configuration(answer)
    if answer.status == 200 and not answer.error:
        file = parse(answer.body)
        read.problems.extend(file.problems)
        await _lay_over(read, file, line, folder(_own_values(file)))
    return read


async def firmware_version_at(line: Line, url: str) -> tuple[Answer, str]:
    """Read the head of an image; the version found in it, or an empty text."""
    answer = await line.ask(Request(Kind.FIRMWARE_HEAD, url, is_head_or_none, reading=Reading.HEAD))
    found = _VERSION.search(answer.body) if answer.status in {200, 206} else None
    return answer, found[0].decode("ascii") if found else ""


def is_head_or_none(answer: Answer) -> bool:
    """Whether this answers the question for an image's head: that there is no image is an answer too."""
    return answer.status in {200, 206, 404} and not answer.error


async def download_firmware(line: Line, url: str) -> Answer:
    """Receive a whole image, as a phone does before it restarts with it."""
    return await line.ask(Request(Kind.FIRMWARE, url, _is_there, reading=Reading.NOTHING))


def _is_there(answer: Answer) -> bool:
    return answer.status == 200 and not answer.error


def _own_values(file: ConfigurationFile) -> dict[str, str]:
    return {line.name: line.value for line in file.lines if not isinstance(line, Include)}


async def _lay_over(read: Configuration, file: ConfigurationFile, line: Line, base: str) -> None:
    for entry in file.lines:
        if isinstance(entry, Include):
            await _include(read, entry, line, base)
        else:
            # Thousands of phones hold nearly the same texts; interned, they hold them once.
            read.values[sys.intern(entry.name)] = sys.intern(entry.value)


async def _include(read: Configuration, entry: Include, line: Line, base: str) -> None:
    read.includes += 1
    if read.includes > MOST_INCLUDES:
        if read.includes == MOST_INCLUDES + 1:
            read.problems.append(f"includes more than {MOST_INCLUDES} files")
        return
    answer = await line.ask(Request(Kind.INCLUDE, urljoin(base, entry.target), _is_there))
    if not _is_there(answer):
        read.problems.append(f"includes {entry.target}: {answer.reason}")
        return
    file = parse(answer.body)
    read.problems.extend(f"{entry.target} {problem}" for problem in file.problems)
    await _lay_over(read, file, line, base)
