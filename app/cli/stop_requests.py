"""How a process is asked to stop: by signals that are noted, so that they interrupt nothing halfway."""

import select
import signal
import socket
from types import FrameType, TracebackType

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class StopRequests:
    """Notes the signals while it is open; it can be waited for like a file that becomes readable."""

    def __init__(self) -> None:
        self._inbox, self._outbox = socket.socketpair()

    def __enter__(self) -> "StopRequests":
        """Begin to note the signals; only the main thread can."""
        self._inbox.settimeout(0)
        self._outbox.settimeout(0)
        signal.set_wakeup_fd(self._outbox.fileno(), warn_on_full_buffer=False)
        for number in STOP_SIGNALS:
            signal.signal(number, _leave_it_noted)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Let the signals do again what they usually do."""
        forget_stop_requests()
        self._inbox.close()
        self._outbox.close()

    def fileno(self) -> int:
        """Return what becomes readable when this process is asked to stop."""
        return self._inbox.fileno()

    def arrive_within(self, seconds: float) -> bool:
        """Wait at most so long and return whether this process was asked to stop."""
        readable, _, _ = select.select([self._inbox], [], [], seconds)
        return bool(readable) and bool(self._inbox.recv(64))


def forget_stop_requests() -> None:
    """Let the signals end this process, as they do in one that was just started."""
    signal.set_wakeup_fd(-1)
    for number in STOP_SIGNALS:
        signal.signal(number, signal.SIG_DFL)


def _leave_it_noted(_number: int, _frame: FrameType | None) -> None:
    """Do nothing: Python has written the signal's number to the wake-up socket."""
