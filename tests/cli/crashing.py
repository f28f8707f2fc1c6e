"""A supervisor for the tests, with programs that behave badly: `python -m tests.cli.crashing SECONDS_TO_STOP`."""

import logging
import signal
import sys
import threading

from app.cli import supervisor
from app.cli.supervisor import Program, supervise
from app.errors import ConflictError
from app.logs import writing as logs


def crash() -> None:
    """End as a program does that has a bug."""
    sys.exit(7)


def explain() -> None:
    """End with an error that is ours."""
    raise ConflictError("The database is behind.")


def finish() -> None:
    """Run once, and well."""


def refuse_to_stop() -> None:
    """Go on whatever is asked."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    logging.getLogger(__name__).info("It does not stop.")
    threading.Event().wait()


if __name__ == "__main__":
    supervisor.STOPS_WITHIN = float(sys.argv[1])
    logs.configure("supervisor", logs.Plan())
    supervise(
        [
            Program("crashing", crash),
            Program("explaining", explain),
            Program("finishing", finish, runs_once=True),
            Program("stubborn", refuse_to_stop),
        ],
        logs.Plan(),
    )
