"""What all experiments work with: the generator, the baseline, kinds of database, servers on copies of seeds."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from types import MappingProxyType
from uuid import uuid4

from app.database import Database, make_engine
from benchmarks import asks, kinds, naive, reports, servers
from benchmarks.asks import Ask
from benchmarks.kinds import Kind
from benchmarks.load import Generator, Load
from benchmarks.rounds import Measuring, Plan, Slice
from benchmarks.scale import Scale
from benchmarks.seed import Seed, make_seed
from benchmarks.servers import Server
from benchmarks.variants import Storage, Variant
from benchmarks.workloads import Effect, Workload
from config import Settings

PLANE, WEB, NAIVE = "plane", "web", "naive"
BASELINE = "B: bare Flask hello, gunicorn sync"
ADMIN_PASSWORD = "pass_1234"
_KEY = "the key of a benchmark, which keeps nothing"
_NO_SETTINGS: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True)
class Workbench:
    """Lasts for one run; seeds are made when they are first asked for, and each server gets a copy."""

    folder: Path
    scale: Scale
    generator: Generator
    baseline: Variant
    kinds: Sequence[Kind]
    tell: Callable[[str], None]
    _seeds: dict[tuple[str, Seed], str] = field(default_factory=dict)
    _reports: dict[int, Path] = field(default_factory=dict)

    @property
    def sqlite(self) -> Kind:
        """The kind that is always there."""
        return self.kinds[0]

    @property
    def postgresql(self) -> Kind | None:
        """The other kind, where a server could be started."""
        return self.kinds[1] if len(self.kinds) > 1 else None

    @property
    def seed(self) -> Seed:
        """The usual one: all phones that are known ask."""
        return Seed(asking=self.scale.phones, known=self.scale.phones)

    @property
    def seed_with_files(self) -> Seed:
        """The usual one, with a configuration file for each phone."""
        return Seed(asking=self.scale.phones, known=self.scale.phones, has_files=True)

    @property
    def changing(self) -> Workload:
        """Reports of all phones, each of which says something new."""
        return self.reporting(self.scale.phones, Effect.CHANGE)

    @property
    def repeating(self) -> Workload:
        """Reports of all phones that say what they said last."""
        return self.reporting(self.scale.phones, Effect.TOUCH)

    def reporting(self, phones: int, effect: Effect) -> Workload:
        """Return the reports of so many phones."""
        if phones not in self._reports:
            self._reports[phones] = self.lay_down(reports.asks(phones))
        return Workload(self._reports[phones], phones, effect)

    def lay_down(self, requests: Iterable[Ask]) -> Path:
        """Write requests into a file of their own."""
        file = self.folder / f"{uuid4().hex}.asks"
        asks.write(file, requests)
        return file

    def database_url(self, kind: Kind, seed: Seed) -> str:
        """Return the address of a database of one's own, a copy of the seed."""
        key = (kind.name, seed)
        if key not in self._seeds:
            self.tell(f"{kind.name}: a seed with {seed.known:,} phones")
            url = kind.databases.create()
            make_seed(self.settings(url), seed)
            self._seeds[key] = url
        return kind.databases.copy(self._seeds[key])

    def settings(self, url: str) -> Settings:
        """Return the settings of an installation on this database."""
        return Settings(
            data_dir=self.folder, database_url=url, secret_key=_KEY, admin_password=ADMIN_PASSWORD
        )

    @contextmanager
    def running(self, part: str, url: str, settings: Mapping[str, str] = _NO_SETTINGS) -> Iterator[Server]:
        """Run the ``plane``, the ``web`` listener or the ``naive`` application on a database.

        ``settings`` are further variables of its environment.
        """
        if part == NAIVE:
            environment = {naive.DATABASE_URL: url, **settings}
            started = servers.gunicorn(naive.APPLICATION, "gthread", self._log(part), environment)
        else:
            started = servers.ringmaster(part, {**self._environment(url), **settings}, self._log(part))
        with started as server:
            yield server

    @contextmanager
    def variant(
        self,
        name: str,
        part: str,
        kind: Kind,
        workload: Workload,
        *,
        settings: Mapping[str, str] = _NO_SETTINGS,
        seed: Seed | None = None,
    ) -> Iterator[Variant]:
        """Run a part on its own copy of a seed, the usual one if none is given, as something to be measured."""
        url = self.database_url(kind, seed or self.seed)
        with self.running(part, url, settings) as server, self.opened(kind, url) as storage:
            yield Variant(name, server, workload, storage)

    @contextmanager
    def opened(self, kind: Kind, url: str) -> Iterator[Storage]:
        """Look into a database past the server that works on it."""
        database = Database(make_engine(url))
        yield Storage(database, kind.server_pid)
        database.reader.dispose()

    def measure(self, variants: Sequence[Variant], plan: Plan) -> list[list[Slice]]:
        """Measure variants by a plan; the first time that each is asked does not count."""
        measuring = Measuring(self.generator, self.tell)
        if self.scale.warms_up:
            measuring.warm_up(variants, plan)
        return measuring.measure(variants, plan)

    def ceiling(self) -> float:
        """Return how many requests a second the generator sends to what does next to nothing."""
        with servers.gunicorn("benchmarks.bare:asgi_hello", "asgi", self._log("ceiling")) as server:
            load = Load(server.url, 64, self.scale.seconds, self.changing.script())
            return self.generator.send(load).per_second

    def _environment(self, url: str) -> Mapping[str, str]:
        return {
            "RINGMASTER_DATA_DIR": str(self.folder),
            "RINGMASTER_DATABASE_URL": url,
            "RINGMASTER_SECRET_KEY": _KEY,
            "RINGMASTER_PHONE_WORKERS": "1",
            "RINGMASTER_LOG_LEVEL": "WARNING",
            # A few thousand phones report here as often as millions do.
            "RINGMASTER_PHONE_REQUESTS_PER_MINUTE": "100000",
            # All phones come from one address here, and to the web listener nobody else comes.
            "RINGMASTER_FIRMWARE_DOWNLOADS": "128",
            "RINGMASTER_FIRMWARE_DOWNLOADS_PER_ADDRESS": "0",
            "RINGMASTER_WEB_THREADS_FOR_PHONES": "4",
        }

    def _log(self, name: str) -> Path:
        return self.folder / f"{name}-{uuid4().hex}.log"


@contextmanager
def opened(scale: Scale, generator: Generator, tell: Callable[[str], None]) -> Iterator[Workbench]:
    """Set everything up that a run needs, and clear it away."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="ringmaster-benchmark-")))
        log = folder / "baseline.log"
        hello = stack.enter_context(servers.gunicorn("benchmarks.bare:flask_hello", "sync", log))
        found = [kinds.sqlite(folder)]
        if kinds.has_postgresql():
            found.append(stack.enter_context(kinds.postgresql()))
        yield Workbench(folder, scale, generator, Variant(BASELINE, hello), found, tell)
