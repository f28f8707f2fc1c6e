"""A power cut: 30,000 phones boot at the same moment, by TLS through nginx, first as strangers, then as known ones."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from app.models import ConfigFile, Device, DeviceStatus, PhoneUser
from app.models.enums import Status
from app.security.secrets import open_vault
from tests.cli.running import ROOT
from tests.databases import PostgresqlDatabases, SqliteDatabases
from tests.flows.installation import KEY, PASSWORD, TENANT_PATH, Installation, behind_nginx, installation
from tests.flows.memory import Memory, memory_of
from tests.flows.person import Impressions, looking_on
from tests.nginx import Nginx
from tests.postgresql import running_server

PHONES = int(os.environ.get("STORM_PHONES", "30000"))
# So many find room in the queue of one worker of nginx (backlog), a little less than even shares would allow. Who finds
# none is dropped by the kernel and knocks again, in the end for longer than a phone's patience.
ROOM_IN_A_QUEUE = 3800
LINES_AT_ONCE = min(PHONES, ROOM_IN_A_QUEUE * (os.cpu_count() or 1))
BOOTED_WITHIN = timedelta(minutes=30)
LIKE_IN_PRODUCTION = {"listen_addresses": "", "max_connections": "100"}
# The phones of a /14 within the loopback network, each with an address of its own.
NETWORK = "127.64.0.0/14"

# nginx lets 8,000 requests wait at the plane; each costs its connection, its text and its place in a queue.
MOST_MEMORY_OF_A_STORM_MIB = 400
# What a second storm of the same size may add to the peak of the first: whatever is kept for each phone would be more.
MOST_GROWTH_MIB = 60
SLOWEST_PAGE_SECONDS = 15
# The phones share their processors with the server: that alone makes them wait for longer than real ones would.
PATIENCE_SECONDS = 60

pytestmark = pytest.mark.acceptance

Record = Callable[[str, object], None]


@dataclass(frozen=True)
class Boot:
    """What came of booting the fleet once."""

    figures: Mapping[str, Any]
    memory: Memory
    impressions: Impressions

    @property
    def postponed(self) -> int:
        """How many requests were told to come again later."""
        return sum(kind["postponed"] for kind in self.figures["requests"].values())

    @property
    def errors(self) -> Mapping[str, Mapping[str, int]]:
        """What was wrong with requests that were not answered as they should be, and with how many, by their kind."""
        kinds = self.figures["requests"].items()
        return {kind: figures["reasons"] for kind, figures in kinds if figures["errors"]}


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def database_url_of_its_own(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """An empty database that keeps what it confirms, on a server of its own."""
    if request.param == "sqlite":
        yield SqliteDatabases(tmp_path).create()
        return
    with running_server(LIKE_IN_PRODUCTION, is_durable=True) as server:
        yield PostgresqlDatabases(server).create()


def test_a_whole_fleet_boots_at_once_unknown_and_known(
    database_url_of_its_own: str, tmp_path: Path, record_property: Record
) -> None:
    open_vault(KEY)
    with (
        installation(tmp_path / "data", database_url_of_its_own, TRUSTED_PROXIES="127.0.0.1") as ringmaster,
        behind_nginx(ringmaster) as nginx,
    ):
        url = f"{nginx.tls_url}/{TENANT_PATH.format(tenant=ringmaster.add_tenant().name)}"
        record_property("phones", f"{PHONES:,}, {LINES_AT_ONCE:,} on the line at once")
        unknown = boot(ringmaster, nginx, url, tmp_path / "unknown.json")
        record_boot("unknown", unknown, record_property)
        check_boot(ringmaster, unknown)
        known = boot(ringmaster, nginx, url, tmp_path / "known.json")
        record_boot("known", known, record_property)
        check_boot(ringmaster, known)
        assert known.memory.peak - unknown.memory.peak < MOST_GROWTH_MIB


def boot(ringmaster: Installation, nginx: Nginx, url: str, figures: Path) -> Boot:
    """Boot the fleet in a process of its own, while a person looks on; the same fleet each time."""
    with memory_of(ringmaster, "plane worker") as memory, looking_on(nginx, PASSWORD) as impressions:
        command = [sys.executable, "-m", "simulator", "--quiet", "--url", url, "--rest-url", nginx.tls_url]
        command += ["--scenario", "storm", "--phones", str(PHONES), "--concurrency", str(LINES_AT_ONCE)]
        command += ["--own-addresses", "--network", NETWORK, "--ca-file", str(nginx.certificate)]
        command += ["--timeout", str(PATIENCE_SECONDS), "--until", "registered"]
        command += ["--duration", str(BOOTED_WITHIN.total_seconds())]
        ended = subprocess.run([*command, "--json", str(figures)], cwd=ROOT, check=False)
    booted = Boot(json.loads(figures.read_text()), memory, impressions)
    assert ended.returncode == 0, booted.figures
    return booted


def record_boot(which: str, booted: Boot, record_property: Record) -> None:
    """Write down what was seen."""
    figures, memory = booted.figures, booted.memory
    record_property(f"{which}: seconds until all were registered", f"{figures['seconds']:.1f}")
    record_property(f"{which}: requests a second", f"{figures['requests_per_second']:,.0f}")
    record_property(f"{which}: requests postponed", f"{booted.postponed:,}")
    memories = f"{memory.before:.0f} / {memory.peak:.0f} / {memory.after:.0f} MiB"
    record_property(f"{which}: memory of a plane's worker before / peak / after", memories)
    pages = f"{booted.impressions.median:.2f} / {booted.impressions.slowest:.2f} s"
    record_property(f"{which}: screens meanwhile, median / slowest", pages)


def check_boot(ringmaster: Installation, booted: Boot) -> None:
    """Check that all phones are there and are well, and that nobody paid for it."""
    assert (booted.figures["states"], booted.figures["with_personal_file"]) == (
        {"registered": PHONES},
        PHONES,
    )
    assert (booted.errors, booted.figures["failures"]) == ({}, {})
    assert booted.memory.peak - booted.memory.before < MOST_MEMORY_OF_A_STORM_MIB
    assert not booted.impressions.wrong
    assert booted.impressions.slowest < SLOWEST_PAGE_SECONDS
    with ringmaster.reading() as session:
        own_files = select(func.count()).select_from(ConfigFile).where(ConfigFile.device_id.is_not(None))
        registered = (
            select(func.count()).select_from(DeviceStatus).where(DeviceStatus.status == Status.REGISTERED)
        )
        counted = [session.scalar(query) for query in (own_files, registered)]
        people = select(func.count()).select_from(PhoneUser).where(~PhoneUser.is_system)
        counted += [session.scalar(people), session.scalar(select(func.count()).select_from(Device))]
    assert counted == [PHONES] * 4
