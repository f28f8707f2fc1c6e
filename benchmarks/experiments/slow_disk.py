"""Keep-alives on a disk without a cache (K4): the plane, and the naive way beside it, with an fsync of 4 ms."""

from contextlib import ExitStack

from benchmarks import slow_disk, targets
from benchmarks.experiment import Experiment, NotMeasurableError, Outcome, Section
from benchmarks.rounds import Plan
from benchmarks.summary import lines, rates, table
from benchmarks.targets import Finding
from benchmarks.workbench import NAIVE, PLANE, Workbench

_MILLISECONDS = 4
_CONNECTIONS = 256
_TITLE = f"Keep-alives on a slow disk, {_CONNECTIONS} connections"
_TEXT = f"""\
Every fsync and fdatasync of the measured server takes {_MILLISECONDS} ms longer, as on a disk that answers when it has
the data. SQLite, all changed."""
_PLANE, _NAIVE = "plane, slow disk", "naive, slow disk: a commit for each request"


def _run(bench: Workbench) -> Outcome:
    if not slow_disk.has_compiler():
        raise NotMeasurableError("there is no C compiler (cc) for the library that makes the disk slow")
    settings = slow_disk.environment(bench.folder, _MILLISECONDS)
    with ExitStack() as stack:
        variants = [
            bench.baseline,
            *(
                stack.enter_context(
                    bench.variant(name, part, bench.sqlite, bench.changing, settings=settings)
                )
                for name, part in ((_PLANE, PLANE), (_NAIVE, NAIVE))
            ),
        ]
        slices = bench.measure(variants, Plan(bench.scale.rounds, bench.scale.seconds, _CONNECTIONS))
    found = lines(variants, slices)
    return Outcome(
        [Section(_TITLE, _TEXT, table(found))],
        [
            Finding(targets.K4_SLOW_DISK, found[_PLANE].rate.median),
            Finding(targets.K4_NAIVE, found[_PLANE].per_second / found[_NAIVE].per_second),
        ],
        rates(slices[0]),
    )


EXPERIMENT = Experiment("slow-disk", (targets.K4_SLOW_DISK, targets.K4_NAIVE), _run)
