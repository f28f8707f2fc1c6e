"""Known phones that boot after a power cut, behind nginx (S1): two files, a report, then the line closes."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack

from benchmarks import front, reports, targets
from benchmarks.asks import Ask
from benchmarks.experiment import Experiment, NotMeasurableError, Outcome, Section
from benchmarks.kinds import Kind
from benchmarks.rounds import Plan
from benchmarks.servers import Server
from benchmarks.summary import lines, rates, table
from benchmarks.targets import Finding
from benchmarks.variants import Variant
from benchmarks.workbench import PLANE, Workbench
from benchmarks.workloads import Effect, Workload

_CONNECTIONS = 64
_REQUESTS_OF_A_PHONE = 3
_TITLE = "Boot storm of known phones behind nginx"
_TEXT = f"""\
Each phone asks for the option 160 file and for its configuration file of 10 KB, reports something new, and closes the
connection: {_REQUESTS_OF_A_PHONE} requests. With TLS each connection begins with a full handshake (EC P-256, no session
is resumed). CPU is that of nginx and of the plane; on PostgreSQL the plane has 2 workers."""
# The configuration lets phones resume sessions; after a power cut they have none.
_FULL_HANDSHAKES = {"ssl_session_cache shared:phones:64m;": "ssl_session_cache off;"}


def _run(bench: Workbench) -> Outcome:
    if not front.has_nginx():
        raise NotMeasurableError(front.NO_NGINX)
    phones = bench.scale.phones
    storm = Workload(bench.lay_down(boots(phones)), phones, Effect.CHANGE, _REQUESTS_OF_A_PHONE)
    with ExitStack() as stack:
        variants = [bench.baseline]
        for kind in bench.kinds:
            variants += _behind_nginx(bench, stack, kind, storm)
        slices = bench.measure(variants, Plan(bench.scale.rounds, bench.scale.seconds, _CONNECTIONS))
    found = lines(variants, slices)
    return Outcome(
        [Section(_TITLE, _TEXT, table(found))],
        [
            Finding(targets.S1_PLAIN, found[_name(bench.sqlite, "plain")].rate.median),
            Finding(targets.S1_TLS, found[_name(bench.sqlite, "TLS")].rate.median),
        ],
        rates(slices[0]),
    )


def boots(phones: int) -> Iterator[Ask]:
    """Yield what each phone asks when it boots, one phone after the other."""
    for mac, report in zip(reports.macs(phones), reports.asks(phones), strict=True):
        yield Ask("GET", "/ipp/dhcpoption160.cfg")
        yield Ask("GET", f"/configfiles/{mac}.cfg")
        yield Ask(report.method, report.path, report.body, (*report.headers, "Connection: close"))


def _behind_nginx(bench: Workbench, stack: ExitStack, kind: Kind, workload: Workload) -> Sequence[Variant]:
    """Start one plane with nginx in front, which is asked both ways."""
    workers = "1" if kind is bench.sqlite else "2"
    settings = {**front.BEHIND_IT, "RINGMASTER_PHONE_WORKERS": workers}
    plane = stack.enter_context(
        bench.variant(kind.name, PLANE, kind, workload, settings=settings, seed=bench.seed_with_files)
    )
    nginx = stack.enter_context(front.nginx(bench, plane.server, _FULL_HANDSHAKES))
    behind = (Server(nginx.pid, 0),)
    addresses = {"plain": nginx.url, "TLS": nginx.tls_url}
    return [
        Variant(_name(kind, way), plane.server, workload, plane.storage, behind, address)
        for way, address in addresses.items()
    ]


def _name(kind: Kind, way: str) -> str:
    return f"nginx and plane, {kind.name}, {way}"


EXPERIMENT = Experiment("boot-storm", (targets.S1_PLAIN, targets.S1_TLS), _run)
