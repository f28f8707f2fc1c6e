"""Starts the processes, starts again those that die, and stops all of them when it is stopped."""

import logging
import math
import multiprocessing
import os
import signal
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import wait
from multiprocessing.context import ForkProcess

from app.cli import process_control
from app.cli.stop_requests import StopRequests, forget_stop_requests
from app.errors import RingmasterError
from app.logs import writing as logs

log = logging.getLogger(__name__)

FIRST_DELAY = 0.2
LONGEST_DELAY = 10.0
HEALTHY_AFTER = 30.0
STOPS_WITHIN = 6.0

# A forked process has everything imported already: it serves a second earlier than one that is started afresh.
_FORK = multiprocessing.get_context("fork")


@dataclass(frozen=True)
class Program:
    """Something to run in a process of its own; one that ends is started again, unless it runs once."""

    name: str
    run: Callable[[], None]
    runs_once: bool = False


def supervise(programs: Sequence[Program], plan: logs.Plan) -> None:
    """Keep the programs running until this process is asked to stop; when it returns they have ended."""
    children = [_Child(program, plan) for program in programs]
    with StopRequests() as requests:
        while not requests.arrive_within(0):
            for child in children:
                child.keep_running()
            next_start = min(child.starts_at for child in children) - time.monotonic()
            wait(
                [requests.fileno(), *_sentinels(children)],
                None if next_start == math.inf else max(next_start, 0),
            )
        log.info("Stopping.")
        _stop(children, requests)


class _Child:
    """One program, its process while it has one, and when it is to have one again."""

    def __init__(self, program: Program, plan: logs.Plan) -> None:
        self._program = program
        self._plan = plan
        self._delay = FIRST_DELAY
        self._started_at = 0.0
        self.starts_at = 0.0
        self.process: ForkProcess | None = None

    @property
    def name(self) -> str:
        """The name of the program."""
        return self._program.name

    @property
    def is_running(self) -> bool:
        """Whether it has a process that has not ended."""
        return self.process is not None and self.process.is_alive()

    def keep_running(self) -> None:
        """Notice that the process has ended, and start the program when it is time to."""
        if self.process is not None and not self.is_running:
            self._note_end(self.process)
        if time.monotonic() >= self.starts_at:
            self._start()

    def ask_to_stop(self) -> None:
        """Ask the process to end."""
        if self.process is not None:
            self.process.terminate()

    def kill(self) -> None:
        """End the process at once, with all that it has started."""
        if self.process is not None and self.process.pid is not None:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.kill()
            self.process.join()

    def _start(self) -> None:
        self.process = _FORK.Process(
            target=_become, args=(self._program, self._plan, os.getpid()), daemon=True
        )
        self.process.start()
        self._started_at = time.monotonic()
        self.starts_at = math.inf

    def _note_end(self, process: ForkProcess) -> None:
        self.kill()
        self.process = None
        if self._program.runs_once:
            return
        if time.monotonic() - self._started_at > HEALTHY_AFTER:
            self._delay = FIRST_DELAY
        self.starts_at = time.monotonic() + self._delay
        log.warning("%s %s; it starts again in %.1f s.", self.name, _how_it_ended(process), self._delay)
        self._delay = min(self._delay * 2, LONGEST_DELAY)


def _become(program: Program, plan: logs.Plan, supervisor: int) -> None:
    """Turn a forked process into the program; its session keeps the terminal's signals away from it."""
    forget_stop_requests()
    os.setsid()
    process_control.end_with_parent(supervisor)
    process_control.name_this_process(program.name)
    logs.configure(program.name, plan)
    try:
        program.run()
    except RingmasterError as error:
        log.error("%s", error)
        raise SystemExit(1) from error


def _stop(children: Sequence[_Child], requests: StopRequests) -> None:
    """Ask all to end, and kill what has not after a while, or at once when asked to stop again."""
    deadline = time.monotonic() + STOPS_WITHIN
    for child in children:
        child.ask_to_stop()
    while (running := [child for child in children if child.is_running]) and time.monotonic() < deadline:
        if requests.fileno() in wait([requests.fileno(), *_sentinels(running)], deadline - time.monotonic()):
            break
    for child in children:
        if child.is_running:
            log.warning("%s has not stopped and is killed.", child.name)
        child.kill()


def _sentinels(children: Sequence[_Child]) -> list[int]:
    return [child.process.sentinel for child in children if child.process is not None]


def _how_it_ended(process: ForkProcess) -> str:
    code = process.exitcode or 0
    return f"was ended by {signal.Signals(-code).name}" if code < 0 else f"ended with exit code {code}"
