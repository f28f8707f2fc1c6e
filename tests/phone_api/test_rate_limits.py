"""Who asks too often is told to come again; a fleet that boots together, and the phone that another forges, are not."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from app.counters import counters
from app.models import FileFetch
from app.phone_api.calls import Call, prepare
from app.phone_api.messages import PhoneRequest
from app.phone_api.rate_limits import Buckets, RateLimits, Rates
from app.services import settings as system_settings
from app.services.author import Author
from tests import factories
from tests.phone_api.doors import DOORS, KEEP_ALIVE, Phone

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
NAT, FORGER = "203.0.113.7", "198.51.100.9"


class Clock:
    """A clock that a test sets."""

    seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def clock(database_kind) -> Clock:
    return Clock()


def limits(clock, rates, shared=()) -> RateLimits:
    return RateLimits(rates, lambda: shared, clock=clock)


def status(limiting, mac="00908f000001", peer=NAT):
    request = PhoneRequest("GET", f"/configfiles/{mac}.cfg", {}, b"", peer)
    call = prepare(request)
    assert isinstance(call, Call)
    refusal = limiting.refusal(request, call)
    return refusal.status if refusal else 200


def test_a_bucket_holds_a_minute_and_fills_again(database_kind):
    bucket = Buckets(60)
    assert [bucket.take("a", 5.0) for _ in range(61)] == [True] * 60 + [False]
    assert bucket.take("b", 5.0)
    assert [bucket.take("a", 8.0) for _ in range(4)] == [True] * 3 + [False]
    assert [bucket.take("a", 500.0) for _ in range(61)] == [True] * 60 + [False]


def test_what_is_over_its_limit_stays_so_while_it_goes_on(database_kind):
    """Asking for hours does not let a bucket be forgotten: no more is answered than its rate."""
    bucket = Buckets(60)
    answered = sum(bucket.take("a", tenth / 10) for tenth in range(36_000))
    assert answered == pytest.approx(3660, abs=2)


def test_memory_is_bounded_and_forgets_rather_than_refuses(database_kind):
    bucket = Buckets(60, most=100)
    assert all(bucket.take(str(number), 5.0) for number in range(10_000))
    assert len(bucket) <= 200


def test_one_phone_that_asks_too_often_is_refused_and_others_there_are_not(clock):
    limiting = limits(clock, Rates(of_phone=10))
    assert [status(limiting) for _ in range(11)] == [200] * 10 + [429]
    assert status(limiting, mac="00908f000002") == 200


def test_a_phone_is_not_shut_out_by_somebody_who_asks_in_its_name_elsewhere(clock):
    limiting = limits(clock, Rates(of_phone=10))
    assert 429 in {status(limiting, peer=FORGER) for _ in range(50)}
    assert status(limiting) == 200


def test_30_000_phones_of_one_nat_boot_at_once(clock):
    """Six requests of each within a minute; those of an address that nobody named are spread over six minutes."""
    rates = Rates(120, 30_000, 600_000)
    named = limits(clock, rates, shared=("203.0.113.0/24",))
    macs = [f"00908f{number:06x}" for number in range(30_000)]
    assert {status(named, mac=mac) for mac in macs for _ in range(6)} == {200}
    unnamed = limits(clock, rates)
    assert [status(unnamed, mac=mac) for mac in macs] == [200] * 30_000
    assert status(unnamed) == 429
    clock.seconds += 60
    assert [status(unnamed, mac=mac) for mac in macs] == [200] * 30_000


def test_what_makes_no_call_counts_for_its_address(clock):
    limiting = limits(clock, Rates(of_address=5))
    request = PhoneRequest("GET", "/nothing/here", {}, b"", "2001:db8::7")
    assert [bool(limiting.refusal(request, None)) for _ in range(6)] == [False] * 5 + [True]
    neighbour = PhoneRequest("GET", "/nothing/here", {}, b"", "2001:db8::8")
    assert limiting.refusal(neighbour, None) is not None
    assert limiting.take_news() == [("2001:db8::7", 1), ("2001:db8::8", 1)]
    assert limiting.take_news() == []


@pytest.mark.parametrize("peer", ["127.0.0.1", "::1", ""])
def test_this_machine_has_no_limit_of_an_address(clock, peer):
    limiting = limits(clock, Rates(of_address=2))
    assert {status(limiting, peer=peer) for _ in range(20)} == {200}


@pytest.fixture(params=DOORS)
def phone(request, settings, database):
    limited = replace(settings, phone_requests_per_minute=6, address_requests_per_minute=20)
    with DOORS[request.param](limited, database) as door:
        yield Phone(door, database, factories.next_mac())


def test_a_phone_that_reports_without_end_is_told_when_to_come_again(phone):
    before = counters.refused("phone")
    answers = [phone.report() for _ in range(9)]
    assert [answer.status for answer in answers] == [200] * 6 + [429] * 3
    assert answers[-1].sentence == "Too much was asked for at once. Try again later."
    assert 15 <= int(answers[-1].headers["retry-after"]) <= 45
    assert counters.refused("phone") == before + 3


def test_a_file_that_is_refused_stands_in_the_provisioning_log_with_the_reason(phone):
    phone.report()
    for _ in range(8):
        phone.get(f"/configfiles/{phone.mac}.cfg")
    api = phone.door.plane._api if hasattr(phone.door, "plane") else None
    if api is None:
        api = phone.door.client.application.extensions["ringmaster_phone_api"]
    api.write_fetches()
    with phone.reading() as session:
        reasons = session.scalars(select(FileFetch.reason).where(FileFetch.status == 429)).all()
    assert reasons == ["The phone asks too often: 6 requests a minute are answered."]


def test_the_proxy_of_the_settings_is_an_address_that_many_share(phone, setting_up):
    with setting_up() as session:
        system_settings.change(session, "sbc_proxy_host", NAT, author=Author("tests"), now=factories.NOW)
    assert (
        phone.ask("GET", "/ipp/dhcpoption160.cfg", peer=NAT).status == 200
    )  # what is shared is known from here on
    others = [Phone(phone.door, phone.database, factories.next_mac()) for _ in range(30)]
    assert {other.report(peer=NAT).status for other in others} == {200}
    assert 429 in {other.report(peer=FORGER).status for other in others}


def test_a_path_with_nothing_behind_it_is_limited_too(phone):
    answers = [phone.ask("GET", "/rest/v1/nothing", peer=FORGER).status for _ in range(22)]
    assert answers == [404] * 20 + [429] * 2
    assert phone.post(KEEP_ALIVE, phone.report_of(), peer=NAT).status == 200
