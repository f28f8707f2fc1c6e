"""Run a fleet from the command line: progress each second, a summary at the end."""

import asyncio
import json
import signal
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from simulator import command_line
from simulator.command_line import Command
from simulator.errors import InvalidOptionError
from simulator.fleet import Fleet
from simulator.ledger import Acknowledged

ALL_WELL, FAILED, NOT_STARTED = 0, 1, 2


def main(arguments: Sequence[str]) -> int:
    """Run what the arguments ask; 0 when all went well, 1 when something failed, 2 for bad options."""
    try:
        return asyncio.run(_run(command_line.read(arguments)))
    except InvalidOptionError as error:
        print(error, file=sys.stderr)
        return NOT_STARTED


async def _run(command: Command) -> int:
    async with Fleet(command.options) as fleet:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, fleet.stop)
        progress = asyncio.create_task(_tell_progress(fleet, is_quiet=command.is_quiet))
        until = (lambda: fleet.is_settled) if command.until else None
        is_reached = await fleet.run(command.duration, until)
        progress.cancel()
        _write(command, fleet)
    return ALL_WELL if (is_reached or not command.until) and not fleet.ledger.failures else FAILED


async def _tell_progress(fleet: Fleet, *, is_quiet: bool) -> None:
    begun = time.monotonic()
    while not is_quiet:
        before = fleet.ledger.requests
        await asyncio.sleep(1)
        states = ", ".join(f"{count:,} {state}" for state, count in fleet.states().items())
        requests = fleet.ledger.requests
        print(
            f"{time.monotonic() - begun:6.0f} s  {states}  |  {requests - before:,} requests/s, "
            f"{requests:,} in all, {fleet.ledger.failures.total():,} failed",
            file=sys.stderr,
            flush=True,
        )


def _write(command: Command, fleet: Fleet) -> None:
    summary = fleet.summary()
    print(summary.as_text())
    if command.json_file is not None:
        command.json_file.write_text(json.dumps(summary.as_dict(), indent=2) + "\n", encoding="utf-8")
    if command.acknowledged_file is not None:
        _write_acknowledged(command.acknowledged_file, fleet.acknowledged)


def _write_acknowledged(file: Path, reports: Sequence[Acknowledged]) -> None:
    with file.open("w", encoding="utf-8") as lines:
        for report in reports:
            answered_at = report.answered_at.isoformat()
            lines.write(json.dumps({**asdict(report), "answered_at": answered_at}, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
