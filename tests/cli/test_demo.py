"""The demo: its company, its phones, and that it keeps apart from an installation in earnest."""

import time
from datetime import UTC, datetime
from ipaddress import ip_network
from pathlib import Path

import pytest
from sqlalchemy import func, select

from app.cli import demo, made_up_company
from app.cli.release import opened_database
from app.models import DeviceStatus, Site, Tenant
from app.models.enums import Status
from app.security.tenant_scope import ALL_TENANTS
from app.transaction import reading, writing
from config import Settings, load_settings
from simulator import command_line
from tests.cli.running import ROOT, environment, ringmaster
from tests.databases import settings_for

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
PATIENCE_SECONDS = 120


def registered_phones(settings: Settings) -> int:
    with opened_database(settings) as database, reading(database, ALL_TENANTS) as session:
        count = select(func.count()).where(DeviceStatus.status == Status.REGISTERED)
        return session.scalar(count) or 0


def test_the_company_is_founded_once(database_url: str, tmp_path: Path) -> None:
    with opened_database(settings_for(database_url, tmp_path)) as database:
        for _ in range(2):
            with writing(database, ALL_TENANTS) as session:
                made_up_company.found(session, now=NOW)
        with reading(database, ALL_TENANTS) as session:
            assert set(session.scalars(select(Tenant.name))) == {
                "Default",
                "Harbour",
                "Orchard",
                "Lighthouse",
            }
            assert session.scalar(select(func.count()).select_from(Site)) == 4 + 6


def test_its_three_hundred_phones_are_in_its_sites_or_strangers() -> None:
    subnets = {
        branch.name: {ip_network(subnet) for subnet in branch.sites.values()}
        for branch in made_up_company.COMPANY
    }
    assert sum(fleet.phones for fleet in demo.FLEETS) == 300
    assert {fleet.tenant for fleet in demo.FLEETS} == {*subnets, None}
    for fleet in demo.FLEETS:
        assert set(map(ip_network, fleet.networks)) == subnets.get(
            fleet.tenant, {ip_network("192.168.7.0/24")}
        )


def test_no_two_phones_have_one_mac() -> None:
    starts = sorted((int(fleet.mac_start, 16), fleet.phones) for fleet in demo.FLEETS)
    ends = [start + phones for start, phones in starts]
    assert all(end <= start for end, (start, _) in zip(ends, starts[1:], strict=False))


@pytest.mark.parametrize("fleet", demo.FLEETS, ids=lambda fleet: fleet.name)
def test_the_simulator_understands_what_it_is_told(fleet: demo.Fleet) -> None:
    settings = Settings(public_url="http://10.0.0.1:8081")
    options = command_line.read(demo.simulator_words(settings, fleet)).options
    place = f"ipp/tenant/{fleet.tenant}" if fleet.tenant else "ipp/dhcpoption160.cfg"
    assert (options.url, options.phones) == (f"http://10.0.0.1:8081/firmwarefiles;{place}", fleet.phones)


def test_it_has_a_folder_and_a_password_of_its_own() -> None:
    settings = load_settings(demo.environment({}))
    assert settings.data_dir == ROOT / "data" / "demo"
    assert settings.admin_password == "pass_1234"


def test_the_environment_can_say_otherwise(tmp_path: Path) -> None:
    given = {"RINGMASTER_DATA_DIR": str(tmp_path), "RINGMASTER_ADMIN_PASSWORD": "another one"}
    settings = load_settings(demo.environment(given))
    assert (settings.data_dir, settings.admin_password) == (tmp_path / "demo", "another one")


@pytest.mark.flows
def test_phones_register_while_it_runs(tmp_path: Path) -> None:
    env = environment(tmp_path)
    settings = load_settings(demo.environment(env))
    with ringmaster(env, "demo") as running:
        assert "acladmin, password pass_1234" in running.said
        # The phones take their time, and only the database says how far they are.
        give_up_at = time.monotonic() + PATIENCE_SECONDS
        while registered_phones(settings) < 10:
            assert time.monotonic() < give_up_at, "no phones have registered"
            time.sleep(0.5)
