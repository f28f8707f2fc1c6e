"""Configuration files from the plane (C1): plain, compressed, and not at all because the phone has them."""

import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace

from sqlalchemy import select

from app.models import ConfigFile
from app.models.enums import FileKind
from app.security.tenant_scope import ALL_TENANTS
from app.transaction import reading
from benchmarks import reports, targets
from benchmarks.asks import Ask
from benchmarks.experiment import Experiment, Outcome, Section
from benchmarks.kinds import SQLITE, Kind
from benchmarks.rounds import Plan
from benchmarks.servers import Server
from benchmarks.summary import lines, rates, table
from benchmarks.targets import Finding
from benchmarks.variants import Storage, Variant
from benchmarks.verification import DiscrepancyError
from benchmarks.workbench import PLANE, Workbench
from benchmarks.workloads import Effect, Workload

_CONNECTIONS = 64
WAYS = _PLAIN, _GZIP, _NOT_MODIFIED = "as it is", "gzip", "304"
_TEXT = """\
Each phone asks for its own stored file of 10 KB: one that takes no compression, one that takes gzip, and one that has
the file and names its ETag. One worker."""


def _run(bench: Workbench) -> Outcome:
    with ExitStack() as stack:
        variants = [bench.baseline]
        for kind in bench.kinds:
            variants += _of_one_plane(bench, stack, kind)
        slices = bench.measure(variants, Plan(bench.scale.rounds, bench.scale.seconds, _CONNECTIONS))
    found = lines(variants, slices)
    return Outcome(
        [Section("Configuration files", _TEXT, table(found))],
        [
            Finding(targets.C1_FILE, found[_name(SQLITE, _PLAIN)].rate.median),
            Finding(targets.C1_NOT_MODIFIED, found[_name(SQLITE, _NOT_MODIFIED)].rate.median),
        ],
        rates(slices[0]),
    )


def _of_one_plane(bench: Workbench, stack: ExitStack, kind: Kind) -> Iterator[Variant]:
    """Start one plane that is asked in three ways; nothing changes what it has stored."""
    url = bench.database_url(kind, bench.seed_with_files)
    storage = stack.enter_context(bench.opened(kind, url))
    plane = stack.enter_context(bench.running(PLANE, url))
    for way, asks in asks_by_way(storage, bench.scale.phones).items():
        check_answer(plane, asks[0], way)
        workload = Workload(bench.lay_down(asks), bench.scale.phones, Effect.NONE)
        yield Variant(_name(kind.name, way), plane, workload, storage)


def asks_by_way(storage: Storage, phones: int) -> Mapping[str, Sequence[Ask]]:
    """Return a request for each phone's file, for each way of answering it."""
    etags = _etags(storage)
    plain = [Ask("GET", f"/configfiles/{mac}.cfg") for mac in reports.macs(phones)]
    return {
        _PLAIN: plain,
        _GZIP: [replace(ask, headers=("Accept-Encoding: gzip",)) for ask in plain],
        _NOT_MODIFIED: [
            replace(ask, headers=(f"If-None-Match: {etags[ask.path.rpartition('/')[2]]}",)) for ask in plain
        ],
    }


def _etags(storage: Storage) -> Mapping[str, str]:
    phones = select(ConfigFile.name, ConfigFile.etag).where(ConfigFile.kind == FileKind.PHONE)
    with reading(storage.database, ALL_TENANTS) as session:
        return dict(session.execute(phones).all())


def check_answer(plane: Server, ask: Ask, way: str) -> None:
    """Check that a plane answers a request in the way that is to be measured; raises DiscrepancyError."""
    headers = dict(header.split(": ", 1) for header in ask.headers)
    try:
        with urllib.request.urlopen(urllib.request.Request(plane.url + ask.path, headers=headers)) as answer:
            found = answer.headers.get("Content-Encoding", _PLAIN)
    except urllib.error.HTTPError as error:
        with error:
            found = str(error.code)
    if found != way:
        raise DiscrepancyError(f"A file was answered {found}, where {way} was asked for.")


def _name(kind: str, way: str) -> str:
    return f"plane, {kind}, file {way}"


EXPERIMENT = Experiment("files", (targets.C1_FILE, targets.C1_NOT_MODIFIED), _run)
