"""Diff before apply at full size: 5,000 phones of five tenants, a placeholder of one tenant, by the real screens."""

import asyncio
import contextlib
import http.client
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from app.models import Tenant
from app.security.secrets import open_vault
from simulator.fleet import Fleet
from tests.browser.chromium import running_chromium
from tests.databases import Databases
from tests.flows.installation import KEY, PASSWORD, TENANT_PATH, Installation, installation

TENANTS, PHONES_OF_A_TENANT = 5, 1_000
PHONES = TENANTS * PHONES_OF_A_TENANT
LINES_OF_A_FLEET = 30
SEEN_WITHIN_SECONDS = 3
LONGEST_REQUEST_SECONDS = 1
PATIENCE_MILLISECONDS = 60_000

NAME, VALUE = "KeepAlivePeriod", "17"
PARAMETER = "ems_server/keep_alive_period"

pytestmark = pytest.mark.acceptance

Record = Callable[[str, object], None]


@pytest.fixture
def ringmaster(databases: Databases, tmp_path: Path) -> Iterator[Installation]:
    """A whole Ringmaster on each kind of database in turn."""
    open_vault(KEY)
    with installation(tmp_path / "data", databases.create(), WEB_THREADS="16") as running:
        yield running


def test_a_change_is_seen_on_exactly_the_phones_it_concerns_before_it_reaches_them(
    ringmaster: Installation, record_property: Record
) -> None:
    tenants = [ringmaster.add_tenant() for _ in range(TENANTS)]
    with asyncio.Runner() as runner, fleets_of(ringmaster, tenants, runner) as fleets:
        record_property("phones", f"{PHONES:,} in {TENANTS} tenants")
        record_property("seconds to boot them", f"{timed(lambda: runner.run(boot(fleets))):.1f}")
        assert all(fleet.is_settled for fleet in fleets)
        before = held_files(ringmaster, fleets)
        assert len(before) == PHONES

        with running_chromium() as chromium:
            page = chromium.new_page(base_url=ringmaster.web_url)
            page.set_default_timeout(PATIENCE_MILLISECONDS)
            slowest = longest_request(page)
            sign_in(page)
            change_placeholder(page, tenants[0])
            see(page, record_property)
            generate(page, record_property)
            record_property("longest request, seconds", f"{max(slowest):.2f}")
            assert max(slowest) < LONGEST_REQUEST_SECONDS

        after = ask_again(ringmaster, before)
        concerned = {phone.mac for phone in fleets[0].phones}
        assert {mac for mac, status in after.items() if status == http.HTTPStatus.OK} == concerned
        assert set(after.values()) == {http.HTTPStatus.OK, http.HTTPStatus.NOT_MODIFIED}
        runner.run(fetch(fleets))
        values = [[phone.configuration[PARAMETER] for phone in fleet.phones] for fleet in fleets]
        assert [set(found) for found in values] == [{VALUE}, *[{"60"}] * (TENANTS - 1)]


@contextlib.contextmanager
def fleets_of(
    ringmaster: Installation, tenants: Sequence[Tenant], runner: asyncio.Runner
) -> Iterator[Sequence[Fleet]]:
    """Give each tenant its phones, which stay themselves from one errand to the next."""

    async def opened() -> Sequence[Fleet]:
        return [
            await stack.enter_async_context(
                Fleet(
                    ringmaster.options(
                        TENANT_PATH.format(tenant=tenant.name),
                        phones=PHONES_OF_A_TENANT,
                        concurrency=LINES_OF_A_FLEET,
                    )
                )
            )
            for tenant in tenants
        ]

    stack = contextlib.AsyncExitStack()
    yield runner.run(opened())
    runner.run(stack.aclose())


async def boot(fleets: Sequence[Fleet]) -> None:
    """Boot all phones: each becomes a device of its tenant and reads its file."""
    await asyncio.gather(*(fleet.boot() for fleet in fleets))


async def fetch(fleets: Sequence[Fleet]) -> None:
    """Let all phones read their files again."""
    phones = (phone for fleet in fleets for phone in fleet.phones)
    assert all(await asyncio.gather(*(phone.fetch_configuration() for phone in phones)))


def sign_in(page: Page) -> None:
    page.goto("/login/")
    page.get_by_label("Username").fill("acladmin")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/dashboard/")


def change_placeholder(page: Page, tenant: Tenant) -> None:
    """Give the tenant a value of its own; the page that follows says what that means."""
    page.goto(f"/tenant-configuration/placeholders/add/{tenant.id}")
    page.get_by_label("Name").fill(NAME)
    page.get_by_label("Value").fill(VALUE)
    page.get_by_role("button", name="Save").click()
    expect(said(page)).to_have_text("1,000 phones' files would change.", timeout=PATIENCE_MILLISECONDS)


def see(page: Page, record_property: Record) -> None:
    """Open the list, and the difference of its first phone; then ask the same of all phones."""
    begun = time.perf_counter()
    page.get_by_role("link", name="See them").click()
    difference = page.get_by_role("button", name="Difference")
    difference.first.click()
    expect(page.get_by_role("region", name="Difference of the file")).to_contain_text(f"{PARAMETER}={VALUE}")
    expect(said(page)).to_have_text("1,000 phones' files would change.", timeout=PATIENCE_MILLISECONDS)
    seconds = time.perf_counter() - begun
    record_property("seconds to count and list the 1,000, with a difference", f"{seconds:.1f}")
    assert seconds < SEEN_WITHIN_SECONDS

    address = page.url
    begun = time.perf_counter()
    page.goto("/changed-files/")
    expect(page.get_by_text("5,000 phones are concerned; 4,000 of their files stay the same.")).to_be_visible(
        timeout=PATIENCE_MILLISECONDS
    )
    seconds = time.perf_counter() - begun
    record_property("seconds to find them among all 5,000", f"{seconds:.1f}")
    assert seconds < SEEN_WITHIN_SECONDS
    page.goto(address)


def generate(page: Page, record_property: Record) -> None:
    """Generate all, from the list."""
    expect(said(page)).to_have_text("1,000 phones' files would change.", timeout=PATIENCE_MILLISECONDS)
    begun = time.perf_counter()
    page.get_by_role("button", name="Generate all").click()
    expect(said(page)).to_have_text("1,000 files were generated.", timeout=PATIENCE_MILLISECONDS)
    record_property("seconds to generate them", f"{time.perf_counter() - begun:.1f}")


def said(page: Page):
    return page.get_by_role("region", name="Files that Generate would change").get_by_role("status")


def longest_request(page: Page) -> list[float]:
    """Note the seconds that each request of the page takes, from its being sent to its answer."""
    seconds = [0.0]
    page.on("requestfinished", lambda request: seconds.append(max(request.timing["responseEnd"], 0) / 1000))
    return seconds


def held_files(ringmaster: Installation, fleets: Sequence[Fleet]) -> Mapping[str, str]:
    """Return the validator of every phone's file, by MAC."""
    macs = [phone.mac for fleet in fleets for phone in fleet.phones]
    return {mac: answer.getheader("ETag") for mac, answer in ask(ringmaster, dict.fromkeys(macs, '""'))}


def ask_again(ringmaster: Installation, held: Mapping[str, str]) -> Mapping[str, int]:
    """Ask for each file as a phone that holds one does, and return the statuses."""
    return {mac: answer.status for mac, answer in ask(ringmaster, held)}


def ask(ringmaster: Installation, held: Mapping[str, str]) -> Iterator[tuple[str, http.client.HTTPResponse]]:
    """Yield the answers for all these files, on one line."""
    with contextlib.closing(http.client.HTTPConnection(urlsplit(ringmaster.phone_url).netloc)) as line:
        for mac, etag in held.items():
            line.request("GET", f"/configfiles/{mac}.cfg", headers={"If-None-Match": etag})
            answer = line.getresponse()
            answer.read()
            yield mac, answer


def timed(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun
