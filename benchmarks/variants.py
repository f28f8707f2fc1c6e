"""What is measured: servers that are asked, and what they keep their answers in."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass

from app.database import Database
from benchmarks.servers import Server
from benchmarks.workloads import Workload


@dataclass(frozen=True, slots=True)
class Storage:
    """The database of one variant alone, and the process of its server, if it has one."""

    database: Database
    server_pid: int | None = None


@dataclass(frozen=True, slots=True)
class Variant:
    """One thing that is measured.

    Without a workload the bare address is asked. ``behind`` are further servers whose CPU its answers cost;
    ``address`` is where it is asked when that is not the server itself; ``meanwhile`` is what goes on at the same time.
    """

    name: str
    server: Server
    workload: Workload | None = None
    storage: Storage | None = None
    behind: tuple[Server, ...] = ()
    address: str = ""
    meanwhile: Callable[[], AbstractContextManager[object]] = nullcontext

    @property
    def url(self) -> str:
        """Return the address that the generator asks."""
        return self.address or self.server.url

    @property
    def pids(self) -> tuple[int, ...]:
        """Return the processes from which all those descend whose CPU counts."""
        return tuple(server.pid for server in (self.server, *self.behind))
