"""What the figures have to be (the targets of issue 3), and what they were."""

from dataclasses import dataclass
from enum import Enum


class Bound(Enum):
    """On which side of its bound a figure has to lie."""

    AT_LEAST = "at least"
    AT_MOST = "at most"


@dataclass(frozen=True, slots=True)
class Target:
    """A figure that has to be reached. ``unit`` says in what it is given: B is the baseline of the same minutes."""

    id: str
    claim: str
    side: Bound
    bound: float
    unit: str

    @property
    def wording(self) -> str:
        """Return the bound as it is shown."""
        return f"{self.side.value} {self.bound:g} {self.unit}"


@dataclass(frozen=True, slots=True)
class Finding:
    """What a target's figure was; None, with the reason, where it could not be measured."""

    target: Target
    measured: float | None
    reason: str = ""

    @property
    def is_met(self) -> bool:
        """Whether it was measured and lies where it has to."""
        if self.measured is None:
            return False
        if self.target.side is Bound.AT_LEAST:
            return self.measured >= self.target.bound
        return self.measured <= self.target.bound

    @property
    def verdict(self) -> str:
        """Return one word for the table."""
        if self.measured is None:
            return "not measured"
        return "yes" if self.is_met else "**no**"


def figure(number: float) -> str:
    """Return a figure with as many places as it is worth: none from a hundred on."""
    return f"{number:,.0f}" if number >= 100 or number == int(number) else f"{number:.2f}"


NO_POSTGRESQL = "no PostgreSQL server is installed"


def _at_least(name: str, bound: float, unit: str, claim: str) -> Target:
    return Target(name, claim, Bound.AT_LEAST, bound, unit)


def _at_most(name: str, bound: float, unit: str, claim: str) -> Target:
    return Target(name, claim, Bound.AT_MOST, bound, unit)


K1 = _at_least("K1", 2.5, "B", "keep-alives/s, SQLite, every one changed and committed before its answer")
K2 = _at_least("K2", 3.0, "B", "keep-alives/s, SQLite, nothing changed")
K3 = _at_most("K3", 0.45, "of B's", "CPU for a changed keep-alive, SQLite")
K4_SLOW_DISK = _at_least("K4", 2.0, "B", "K1 on a disk that takes 4 ms for an fsync, 256 connections")
K4_NAIVE = _at_least("K4", 20, "times", "the same against a commit for each request")
K5_CHANGED = _at_least("K5", 1.8, "B", "keep-alives/s, PostgreSQL, 1 worker, all changed")
K5_SAME = _at_least("K5", 3.0, "B", "keep-alives/s, PostgreSQL, 1 worker, nothing changed")
K5_CHANGED_2 = _at_least("K5", 2.8, "B", "keep-alives/s, PostgreSQL, 2 workers, all changed")
K5_SAME_2 = _at_least("K5", 4.5, "B", "keep-alives/s, PostgreSQL, 2 workers, nothing changed")
K6_SQLITE = _at_most("K6", 1.5, "of B's", "p99 at 64 connections, SQLite, all changed")
K6_POSTGRESQL = _at_most("K6", 1.5, "of B's", "p99 at 64 connections, PostgreSQL, 1 worker, all changed")
K6_FEW = _at_most("K6", 0.25, "of B's", "p99 at 4 connections, SQLite, all changed, against B at 64")
K7_LOST = _at_most("K7", 0, "lost", "acknowledged changes after SIGKILL under load")
K7_SYNCED = _at_least("K7", 1, "per answer", "fsync and fdatasync, SQLite, one changed keep-alive at a time")
K8 = _at_least("K8", 0.75, "of alone", "keep-alives/s while 4 clients load pages of the screens")
C1_FILE = _at_least("C1", 2.0, "B", "GET of a stored file of 10 KB, SQLite")
C1_NOT_MODIFIED = _at_least("C1", 2.2, "B", "the same with its ETag: 304, SQLite")
C2_SHARE = _at_most("C2", 0.15, "of B's time", "all files read, rendered and compared in one process, SQLite")
C2_SPEEDUP = _at_least("C2", 1.7, "times", "Generate in two processes against one, PostgreSQL")
C3 = _at_most("C3", 0.05, "of B's", "CPU to render a file of 10 KB")
S1_PLAIN = _at_least("S1", 2.5, "B", "boot storm of known phones behind nginx, plain")
S1_TLS = _at_least("S1", 1.4, "B", "boot storm of known phones behind nginx, a TLS handshake for each phone")
F1_DIRECT = _at_least("F1", 0.8, "of alone", "keep-alives/s under 64 slow downloads from the plane")
F1_NGINX = _at_least("F1", 0.8, "of alone", "keep-alives/s under 64 slow downloads by X-Accel from nginx")
D1_PASS = _at_most("D1", 0.6, "U", "a sweep for silent phones; U is one pass of GROUP BY over their rows")
D1_LOCK = _at_most("D1", 50, "ms", "the longest write lock of a sweep, SQLite")
I1_SQLITE = _at_most("I1", 10, "bare parses", "users with devices looked at and written, SQLite")
I1_POSTGRESQL = _at_most("I1", 20, "bare parses", "users with devices looked at and written, PostgreSQL")
I1_MEMORY = _at_most("I1", 25, "MB", "memory that an import takes beside its file")
R1_FLEET = _at_most(
    "R1", 2, "U", "first match of all phones, 200 rules in 3 stages; U is as many looks into dictionaries"
)
R1_UNNAMED = _at_most("R1", 6, "U", "the same with rules that name neither models nor tenants")
R1_SINGLE = _at_most("R1", 5, "ms", "first match of one phone, 200 rules in 3 stages")
R1_TRACE = _at_most("R1", 20, "ms", "trace of one phone, 200 rules in 3 stages")
R1_SUBNETS = _at_most("R1", 50, "ms", "3,000 subnets of tenants and sites arranged")
P2 = _at_most("P2", 3, "of the bare page", "the search of everything, 30,000 phones, suggestions and page")
L1 = _at_most(
    "L1",
    0.2,
    "s/s",
    "100 people at a page that keeps itself fresh, processor time of the web server in a second",
)
R2 = _at_most("R2", 10, "s", "what-if of a whole fleet, 200 rules in 3 stages beside as many drafts, SQLite")
O1 = _at_most(
    "O1", 3, "plain pages", "the dashboard; a plain page is a bare Flask page with the one query it needs"
)
O2 = _at_most("O2", 3, "plain pages", "Network Topology, all of the network")
M1 = _at_most("M1", 1, "s", "the slowest page with 1,000,000 phones in the middle of its loads, PostgreSQL")
