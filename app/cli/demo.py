"""The demo: Ringmaster with a made-up company, and simulated phones that come and go."""

import runpy
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from socket import socket

from app.cli import made_up_company, together
from app.cli.accounts import FIRST_ADMINISTRATOR
from app.cli.listeners import listen_for_phones, listen_for_screens, wait_until_answering
from app.cli.release import opened_database, release
from app.cli.supervisor import Program, supervise
from app.cli.welcome import welcome
from app.logs import writing as logs
from app.rendering.dhcp_option import dhcp_option_strings
from app.rendering.manager_urls import manager_urls
from app.security.tenant_scope import ALL_TENANTS
from app.transaction import writing
from config import Settings, load_settings

DEFAULTS = {"RINGMASTER_ADMIN_PASSWORD": "pass_1234"}


@dataclass(frozen=True, kw_only=True)
class Fleet:
    """Simulated phones; those without a tenant know the system URL alone, and wait for approval."""

    name: str
    phones: int
    tenant: str | None
    networks: Sequence[str]
    mac_start: str
    conduct: Sequence[str]


FLEETS = (
    Fleet(
        name="harbour",
        phones=100,
        tenant="Harbour",
        networks=("10.20.1.0/24", "10.20.2.0/24"),
        mac_start="00908fa00000",
        conduct=("--train", "uc"),
    ),
    Fleet(
        name="orchard",
        phones=100,
        tenant="Orchard",
        networks=("10.30.1.0/24", "10.30.2.0/24"),
        mac_start="00908fb00000",
        conduct=("--train", "generic", "--open-registrar"),
    ),
    Fleet(
        name="lighthouse",
        phones=95,
        tenant="Lighthouse",
        networks=("10.40.1.0/24", "10.40.2.0/24"),
        mac_start="00908fc00000",
        conduct=("--train", "uc"),
    ),
    Fleet(
        name="strangers",
        phones=5,
        tenant=None,
        networks=("192.168.7.0/24",),
        mac_start="00908fd00000",
        conduct=("--train", "generic"),
    ),
)


def environment(given: Mapping[str, str]) -> dict[str, str]:
    """Return the environment of the demo: a data folder of its own, and a password unless one is given."""
    data_dir = load_settings(given).data_dir / "demo"
    return {**DEFAULTS, **given, "RINGMASTER_DATA_DIR": str(data_dir)}


def run(settings: Settings) -> None:
    """Start Ringmaster with the made-up company and its phones, and end when stopped."""
    screens, phones = listen_for_screens(settings), listen_for_phones(settings)
    release(settings)
    _found_company(settings)
    text = welcome(settings, screens, f"{FIRST_ADMINISTRATOR}, password {settings.admin_password}")
    simulators = [Program(fleet.name, partial(_simulate, settings, fleet, phones)) for fleet in FLEETS]
    supervise([*together.programs(settings, screens, phones, text), *simulators], logs.plan_of(settings))


def _found_company(settings: Settings) -> None:
    with opened_database(settings) as database, writing(database, ALL_TENANTS) as session:
        made_up_company.found(session, now=datetime.now(UTC))


def _simulate(settings: Settings, fleet: Fleet, phones: socket) -> None:
    """Do as `python -m simulator` does, when the phone plane answers."""
    wait_until_answering(phones)
    sys.argv = ["simulator", *simulator_words(settings, fleet)]
    runpy.run_module("simulator", run_name="__main__", alter_sys=True)


def simulator_words(settings: Settings, fleet: Fleet) -> list[str]:
    """Return the words of the command line with which the simulator plays these phones."""
    urls = manager_urls(settings.public_url, settings.rest_port or None)
    strings = dhcp_option_strings(urls, None, fleet.tenant or "")
    return [
        *("--url", strings.tenant if fleet.tenant else strings.system),
        *("--phones", str(fleet.phones)),
        *("--mac-start", fleet.mac_start),
        *(word for network in fleet.networks for word in ("--network", network)),
        *("--scenario", "day", "--quiet"),
        *fleet.conduct,
    ]
