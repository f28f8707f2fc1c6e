"""`python -m tests.fuzzing.guided SECONDS FOLDER NAME…`: atheris feeds parsers, led by what code each input reaches.

The code is instrumented once, and a process of its own is forked for each parser of these names, or for all. libFuzzer
ends it at the first input that raises what is not ours, takes more than HANGS_AFTER_SECONDS or more memory than
MOST_MEGABYTES; the input is then in the folder. The last line printed says what came of each, as JSON.
"""

import contextlib
import json
import logging
import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import atheris

WATCHED = ("rules", "rendering", "phone_api", "cli")
"""The packages of the application whose code leads: parsers stand there."""


def _unwatched() -> Iterator[str]:
    for file in Path("app").rglob("*.py"):
        if file.parts[1] not in WATCHED:
            yield ".".join(file.with_suffix("").parts).removesuffix(".__init__")


with atheris.instrument_imports(
    include=["app", "csv", "zipfile", "tarfile", "tomllib"], exclude=[*_unwatched()]
):
    from app.errors import RingmasterError
    from tests.fuzzing.mutations import NASTY_BYTES
    from tests.fuzzing.parser import Parser
    from tests.fuzzing.parsers import PARSERS

HANGS_AFTER_SECONDS = 20
MOST_MEGABYTES = 1024
LONGEST_INPUT = 16 * 1024
_UNCAUGHT = " === Uncaught Python exception: ==="
_executions = re.compile(r"stat::number_of_executed_units: (\d+)").search


def feed_for(seconds: int, folder: Path, parser: Parser) -> None:
    """Feed a parser for so long; libFuzzer ends the process."""
    corpus = folder / "corpus"
    corpus.mkdir(parents=True)
    for number, sample in enumerate(parser.samples):
        (corpus / f"sample-{number}").write_bytes(sample)
    words = folder / "words"
    words.write_text("".join(f'"{_escaped(word)}"\n' for word in NASTY_BYTES if 0 < len(word) <= 64))

    def feed(content: bytes) -> None:
        with contextlib.suppress(RingmasterError):
            parser.read(content)

    logging.disable(logging.CRITICAL)
    options = {
        "max_total_time": seconds,
        "timeout": HANGS_AFTER_SECONDS,
        "rss_limit_mb": MOST_MEGABYTES,
        "max_len": LONGEST_INPUT,
        "print_final_stats": 1,
        "dict": words,
        "artifact_prefix": f"{folder}{os.sep}",
    }
    atheris.Setup([sys.argv[0], *(f"-{key}={value}" for key, value in options.items()), str(corpus)], feed)
    atheris.Fuzz()


def fed(seconds: int, folder: Path, parser: Parser) -> tuple[int, str]:
    """Feed a parser in a process of its own; return the inputs tried, and what is wrong, empty where nothing is."""
    folder.mkdir()
    log = folder / "log"
    child = os.fork()
    if child == 0:
        with log.open("wb") as written:
            os.dup2(written.fileno(), 1)
            os.dup2(written.fileno(), 2)
        feed_for(seconds, folder, parser)
        os._exit(1)  # libFuzzer has not ended the process as it does
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    said = log.read_text(errors="replace")
    found = _executions(said)
    return (
        int(found[1]) if found else 0,
        "" if code == 0 and found else f"{said[said.find(_UNCAUGHT) :][:3000]}\nexit code {code}",
    )


def _escaped(word: bytes) -> str:
    return "".join(f"\\x{byte:02x}" for byte in word)


if __name__ == "__main__":
    wanted = [parser for parser in PARSERS if parser.name in sys.argv[3:] or not sys.argv[3:]]
    outcome = {}
    for place, each in enumerate(wanted):
        outcome[each.name] = fed(int(sys.argv[1]), Path(sys.argv[2]) / str(place), each)
        sys.stderr.write(f"{each.name}: {outcome[each.name]}\n")
    sys.stdout.write(f"{json.dumps(outcome)}\n")
