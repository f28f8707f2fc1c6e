"""Keep-alives while phones download firmware slowly (F1): from the plane itself, and from nginx by X-Accel-Redirect."""

import os
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial

from app.security.tenant_scope import ALL_TENANTS
from app.services import firmware
from app.services.author import Author
from app.services.firmware import files
from app.transaction import writing
from benchmarks import front, targets
from benchmarks.experiment import Experiment, Outcome, Section
from benchmarks.ratios import ratios
from benchmarks.rounds import FailedAnswersError, Plan
from benchmarks.servers import Server
from benchmarks.slow_readers import downloading
from benchmarks.summary import lines, rates, table
from benchmarks.targets import Finding
from benchmarks.variants import Storage, Variant
from benchmarks.workbench import PLANE, Workbench

_CONNECTIONS = 8
_BYTES_PER_SECOND = 1_000_000
_IMAGE = "430HD.img"
_PATH = f"/firmwarefiles/{_IMAGE}"
_TITLE = "Keep-alives under slow firmware downloads"
# One address stands for all phones here.
# The plane counts what nginx sends for as long as it takes to the end, also when a phone leaves as early as here.
_BY_NGINX = {
    "RINGMASTER_FIRMWARE_REDIRECT": "/protected-firmware/",
    "RINGMASTER_FIRMWARE_DOWNLOADS": "1000",
}
_UNLIMITED_NGINX = {"limit_conn firmware_of_one 20;": "limit_conn firmware_of_one 1000;"}


def _run(bench: Workbench) -> Outcome:
    with ExitStack() as stack:
        variants = [bench.baseline, *_from_plane(bench, stack)]
        if front.has_nginx():
            variants += _from_nginx(bench, stack)
        slices = bench.measure(variants, Plan(bench.scale.rounds, bench.scale.seconds, _CONNECTIONS))
    baseline, *answered = [rates(taken) for taken in slices]
    return Outcome(
        [Section(_TITLE, _text(bench), table(lines(variants, slices)))], [*_findings(answered)], baseline
    )


def _findings(answered: Sequence[Sequence[float]]) -> Iterator[Finding]:
    """Yield what is left of the rate under downloads; rates come in pairs, alone first."""
    alone, loaded, *by_nginx = answered
    yield Finding(targets.F1_DIRECT, ratios(loaded, alone).median)
    if by_nginx:
        alone, loaded = by_nginx
        yield Finding(targets.F1_NGINX, ratios(loaded, alone).median)
    else:
        yield Finding(targets.F1_NGINX, None, front.NO_NGINX)


def _from_plane(bench: Workbench, stack: ExitStack) -> Sequence[Variant]:
    alone = stack.enter_context(bench.variant("plane, alone", PLANE, bench.sqlite, bench.changing))
    _store_image(bench, alone.storage)
    return alone, _under_downloads(bench, alone, "plane, under downloads from it")


def _from_nginx(bench: Workbench, stack: ExitStack) -> Sequence[Variant]:
    settings = {**_BY_NGINX, **front.BEHIND_IT}
    name = "nginx and plane, alone"
    plane = stack.enter_context(bench.variant(name, PLANE, bench.sqlite, bench.changing, settings=settings))
    _store_image(bench, plane.storage)
    _check_redirects(plane)
    nginx = stack.enter_context(front.nginx(bench, plane.server, _UNLIMITED_NGINX))
    alone = replace(plane, behind=(Server(nginx.pid, 0),), address=nginx.url)
    return alone, _under_downloads(bench, alone, "nginx and plane, under downloads from nginx")


def _under_downloads(bench: Workbench, alone: Variant, name: str) -> Variant:
    downloads = partial(downloading, alone.url + _PATH, bench.scale.downloads, _BYTES_PER_SECOND)
    return replace(alone, name=name, meanwhile=downloads)


def _store_image(bench: Workbench, storage: Storage | None) -> None:
    """Put an image of random bytes into the store, as an administrator would."""
    assert storage
    with files.draft(bench.folder / "firmware") as draft:
        draft.write(os.urandom(bench.scale.firmware_megabytes * 1_000_000))
        with draft.placed() as stored, writing(storage.database, ALL_TENANTS) as session:
            firmware.put(session, stored, _IMAGE, author=Author("benchmark"), now=datetime.now(UTC))


def _check_redirects(plane: Variant) -> None:
    """Check that the plane leaves the sending to nginx, or both pairs would measure the same."""
    with urllib.request.urlopen(plane.server.url + _PATH) as answer:
        if "X-Accel-Redirect" not in answer.headers:
            raise FailedAnswersError(
                "The plane sends firmware itself, although it was told to let nginx do it."
            )


def _text(bench: Workbench) -> str:
    return f"""\
SQLite, all changed, {_CONNECTIONS} connections. Meanwhile {bench.scale.downloads} phones download an image of
{bench.scale.firmware_megabytes} MB with {_BYTES_PER_SECOND / 1e6:.0f} MB/s each; none is refused."""


EXPERIMENT = Experiment("downloads", (targets.F1_DIRECT, targets.F1_NGINX), _run)
