"""Who guesses MAC addresses is found out and refused, and phones that were heard from there are served."""

import multiprocessing
from dataclasses import replace

import pytest
from sqlalchemy import select

from app.models import Alarm
from app.phone_api.guesses import Guesses, GuessMemory, Limits, Suspect, source_of
from tests import factories
from tests.phone_api.doors import DOORS, Phone

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
MINUTE = 60.0
GUESSER = "198.51.100.7"


class Clock:
    """A clock that a test sets."""

    seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def clock(database_kind) -> Clock:
    return Clock()


@pytest.fixture
def guesses(clock) -> Guesses:
    return Guesses(GuessMemory(), Limits(10, 10 * MINUTE, 30 * MINUTE), clock=clock)


def guess(guesses, number, address=GUESSER, first=0):
    for each in range(first, first + number):
        guesses.note(address, f"00908f{each:06x}")


def test_one_phone_that_asks_again_and_again_is_no_guess(guesses):
    for _ in range(500):
        guess(guesses, 10)
    assert not guesses.is_suspect(GUESSER)
    assert guesses.take_news() == []


def test_many_phones_make_an_address_suspect_until_it_stops(guesses, clock):
    guess(guesses, 12)
    assert guesses.is_suspect(GUESSER)
    assert not guesses.is_suspect("198.51.100.8")
    assert guesses.take_news() == [Suspect(GUESSER, 12)]
    assert guesses.take_news() == []
    clock.seconds += 29 * MINUTE
    guess(guesses, 1)
    clock.seconds += 29 * MINUTE
    assert guesses.is_suspect(GUESSER)
    clock.seconds += 2 * MINUTE
    assert not guesses.is_suspect(GUESSER)
    assert not guesses.are_suspected


def test_what_came_before_the_time_counts_no_more(guesses, clock):
    guess(guesses, 9)
    clock.seconds += 11 * MINUTE
    guess(guesses, 9, first=9)
    assert not guesses.is_suspect(GUESSER)


def test_about_as_many_are_told_as_there_were(guesses):
    guess(guesses, 700)
    ((source, number),) = guesses.take_news()
    assert source == GUESSER
    assert 650 < number < 750


def test_addresses_of_one_ipv6_network_are_one_caller(guesses):
    for each in range(12):
        guesses.note(f"2001:db8::{each:x}", f"00908f{each:06x}")
    assert guesses.is_suspect("2001:db8::ffff")
    assert not guesses.is_suspect("2001:db8:0:1::1")
    assert source_of("2001:db8::5") == "2001:db8::/64"


@pytest.mark.parametrize("address", ["127.0.0.1", "::1", "", "no address"])
def test_this_machine_and_what_is_no_address_are_never_suspect(guesses, address):
    guess(guesses, 50, address)
    assert not guesses.is_suspect(address)


def test_very_many_addresses_take_the_room_of_one_another(guesses):
    guess(guesses, 12)
    for each in range(20_000):
        guesses.note(f"10.{each >> 16}.{each >> 8 & 255}.{each & 255}", "00908f000001")
    guess(guesses, 12)
    assert guesses.is_suspect(GUESSER)


def test_processes_count_together(guesses):
    for first in (0, 6):
        process = multiprocessing.get_context("fork").Process(target=guess, args=(guesses, 6, GUESSER, first))
        process.start()
        process.join()
    assert guesses.is_suspect(GUESSER)


@pytest.fixture(params=DOORS)
def phone(request, settings, database):
    """A device that was heard from the address of a guesser, before each of the doors."""
    guarding = replace(settings, guessed_macs=5)
    with DOORS[request.param](guarding, database) as door:
        yield Phone(door, database, factories.next_mac())


def ask_for(phone, number, peer):
    answers = []
    for _ in range(number):
        target = f"/configfiles/{factories.next_mac()}.cfg"
        answers.append(phone.ask("GET", target, peer=peer).status)
    return answers


def test_a_guesser_is_refused_and_phones_beside_him_are_served(phone, acme, request):
    nat = f"203.0.113.{list(DOORS).index(request.node.callspec.params['phone']) + 1}"
    phone.report(region="Acme", peer=nat)
    phone.post(  # the phone becomes a device with a file of its own
        "/rest/v1/ipphoneMgrStatus/keep-alive",
        phone.report_of("registered", region="Acme", userId="anna@acme.com", userName="Anna"),
        peer=nat,
    )
    far = Phone(phone.door, phone.database, factories.next_mac())
    far.report(region="Acme")
    far.sign_in(region="Acme")
    assert ask_for(phone, 8, nat) == [404] * 6 + [429] * 2
    own, others = f"/configfiles/{phone.mac}.cfg", f"/configfiles/{far.mac}.cfg"
    assert phone.ask("GET", own, peer=nat).status == 200
    refused = phone.ask("GET", others, peer=nat)
    assert (refused.status, refused.sentence) == (429, "Too much was asked for from here. Try again later.")
    assert 60 <= int(refused.headers["retry-after"]) <= 180
    # He cannot say that the phone is here now.
    moved = phone.post("/rest/v1/ipphoneMgrStatus/keep-alive", far.report_of("registered"), peer=nat)
    assert moved.status == 429
    assert phone.ask("GET", others, peer=nat).status == 429
    assert far.get(others).status == 200
    # A new phone beside him is served once it has reported.
    new = Phone(phone.door, phone.database, factories.next_mac())
    own = f"/ipp/tenant/Acme/{new.mac}.cfg"
    assert new.ask("GET", own, peer=nat).status == 429
    assert new.report(region="Acme", peer=nat).status == 200
    assert new.ask("GET", own, peer=nat).status == 200
    assert phone.ask("GET", "/ipp/dhcpoption160.cfg", peer=nat).status == 200


def test_the_plane_raises_an_alarm_that_names_the_address(settings, database, setting_up):
    with DOORS["plane"](replace(settings, guessed_macs=5), database) as door:
        ask_for(Phone(door, database), 9, "203.0.113.99")
        door.plane._beat()
    with setting_up() as session:
        (alarm,) = session.scalars(select(Alarm).where(Alarm.info1 == "203.0.113.99")).all()
        assert (alarm.name, alarm.severity) == ("MAC Guessing", "major")
        assert alarm.text.startswith(
            "The files of about 9 phones that nobody has heard of were asked for from "
        )
