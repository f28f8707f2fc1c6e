"""What a hundred people cost who look at pages that keep themselves fresh (L1)."""

from collections.abc import Iterator

from benchmarks import live_viewers, screens, targets
from benchmarks.experiment import Experiment, Outcome, Section
from benchmarks.kinds import Kind
from benchmarks.live_viewers import POLLS_EVERY_SECONDS, VIEWERS, Watching
from benchmarks.tables import as_table
from benchmarks.targets import Finding
from benchmarks.workbench import ADMIN_PASSWORD, WEB, Workbench

_HEADS = ("database", "looked at", "each rendered, CPU s/s", "shared, CPU s/s", "polls", "unchanged")
_ROUNDS_TOGETHER = 5
_TEXT = f"""\
{VIEWERS} people each ask every {POLLS_EVERY_SECONDS:g} s for what their page keeps fresh, while every second 20 of
the phones change their state. Processor time of the web server (one process) in a second; "each rendered" is what it
was before parts were shared among those who look at the same (decision 0054)."""


def _run(bench: Workbench) -> Outcome:
    rows, worst = [], 0.0
    for kind in bench.kinds:
        for alone, shared in _watch(bench, kind):
            worst = max(worst, shared.cpu)
            figures = (f"{alone.cpu:.3f}", f"{shared.cpu:.3f}", str(shared.polls), str(shared.unchanged))
            rows.append((kind.name, shared.title, *figures))
    section = Section("People who look at pages that keep themselves fresh", _TEXT, as_table(_HEADS, rows))
    return Outcome([section], [Finding(targets.L1, worst)])


def _watch(bench: Workbench, kind: Kind) -> Iterator[tuple[Watching, Watching]]:
    url = bench.database_url(kind, bench.seed)
    seconds = bench.scale.seconds * _ROUNDS_TOGETHER
    with bench.running(WEB, url) as web, bench.opened(kind, url) as storage:
        session = screens.signed_in(web.url, ADMIN_PASSWORD)
        change = live_viewers.changing(storage.database)
        for title, address in live_viewers.PARTS.items():
            bench.tell(f"{kind.name}: {VIEWERS} people look at {title}")
            alone, shared = (
                live_viewers.watch(web, session, title, address, seconds=seconds, change=change, apart=apart)
                for apart in (True, False)
            )
            yield alone, shared


EXPERIMENT = Experiment("live", (targets.L1,), _run)
