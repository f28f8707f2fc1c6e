"""What Linux does for a process beyond Python: an end with its parent, and a name in lists of processes."""

import ctypes
import os
import signal
import sys

_SET_PARENT_DEATH_SIGNAL = 1
_SET_NAME = 15


def end_with_parent(parent: int) -> None:
    """Let the kernel kill this process when its parent, whose process id is given, ends in whatever way.

    So nothing is left over that keeps a port, not even after a `kill -9` of the parent.
    """
    _control(_SET_PARENT_DEATH_SIGNAL, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


def name_this_process(name: str) -> None:
    """Set the name that `ps -o comm` and `top` show; at most 15 characters of it."""
    _control(_SET_NAME, name.encode())


def _control(option: int, argument: int | bytes) -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(option, argument, 0, 0, 0)
