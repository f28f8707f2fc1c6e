"""Telnet to a phone from its page: off until it is switched on, for those who may, and kept in the journal."""

import asyncio
import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest
from flask import Flask
from sqlalchemy import select

from app.models import DeviceStatus, JournalEntry, Tenant
from app.security.tenant_scope import ALL_TENANTS
from app.services import settings
from app.services.author import Author
from app.transaction import reading, writing
from simulator.telnet import CommandLines
from tests.phone_client.desk import Desk
from tests.views.conftest import SignIn
from tests.views.installations import database_of
from tests.views.world import ACME_MAC, GLOBEX_MAC, NOW, World

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
ADDRESS = "127.5.0.1"
PAGE = f"/devices/{ACME_MAC}/telnet/"


@dataclass
class _Phone(Desk):
    mac: str = ACME_MAC
    takes_telnet: bool = True


@pytest.fixture
def lines() -> Iterator[tuple[CommandLines, int]]:
    """A phone's command line, on a loop of its own."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    listening = CommandLines({ADDRESS: _Phone()})
    port = asyncio.run_coroutine_threadsafe(listening.open(ADDRESS, 0), loop).result()
    yield listening, port
    asyncio.run_coroutine_threadsafe(listening.close(), loop).result()
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()


@pytest.fixture
def switched_on(app: Flask, world: World, lines: tuple[CommandLines, int]) -> CommandLines:
    """Telnet is on, and Anna's phone is at an address of this machine."""
    extensions = app.extensions
    extensions["ringmaster_settings"] = replace(
        extensions["ringmaster_settings"], phone_telnet_port=lines[1], phones_on_this_machine=True
    )
    with writing(database_of(app), ALL_TENANTS) as session:
        settings.change(session, "telnet_to_phones", "yes", author=Author("alice"), now=NOW)
        session.get_one(Tenant, world.acme).subnet = "127.5.0.0/16"
        status = session.get_one(DeviceStatus, ACME_MAC)
        status.ip = status.external_ip = ADDRESS
    return lines[0]


def last_entry(app: Flask) -> JournalEntry:
    with reading(database_of(app), ALL_TENANTS) as session:
        return session.scalars(select(JournalEntry).order_by(JournalEntry.id.desc()).limit(1)).one()


def test_commands_are_answered_and_kept_in_the_journal(
    app: Flask, sign_in: SignIn, switched_on: CommandLines
) -> None:
    page = sign_in("oscar").post(PAGE, {"commands": "show mac\nshow status"})

    assert page.status_code == 200
    assert f"phone&gt; show mac\n{ACME_MAC}" in page.text
    assert switched_on.said == [(ACME_MAC, "show mac"), (ACME_MAC, "show status")]
    entry = last_entry(app)
    assert (entry.actor, entry.action, entry.subject) == ("oscar", "telnet", ACME_MAC)
    assert entry.details["commands"] == ["show mac", "show status"]
    assert "<id>1</id>" in entry.details["transcript"]
    assert "1234" not in entry.details["transcript"]


def test_it_is_off_until_somebody_switches_it_on(sign_in: SignIn) -> None:
    browser = sign_in("oscar")

    assert "Telnet to devices is switched off" in browser.get(PAGE).text
    refused = browser.post(PAGE, {"commands": "show mac"})
    assert refused.status_code == 400
    assert "switched off in System Settings" in refused.text


@pytest.mark.usefixtures("switched_on")
class TestRefusals:
    """Nothing is sent to what is not a phone's, and nothing by those who may not."""

    @pytest.mark.parametrize("name", ["hal", "victor", "helen"])
    def test_who_may_not_is_refused(self, sign_in: SignIn, name: str) -> None:
        assert sign_in(name).post(PAGE, {"commands": "show mac"}).status_code == 403

    @pytest.mark.usefixtures("world")
    def test_a_phone_of_another_tenant_does_not_exist(self, sign_in: SignIn) -> None:
        refused = sign_in("olga").post(f"/devices/{GLOBEX_MAC}/telnet/", {"commands": "show mac"})
        assert "your account does not see it" in refused.text

    @pytest.mark.parametrize(
        ("ip", "peer", "words"),
        [
            ("127.6.0.1", "127.6.0.1", "lies in no subnet of its tenant"),
            (ADDRESS, "127.5.0.2", "its reports come from 127.5.0.2"),
            ("", ADDRESS, "has reported no address"),
        ],
    )
    def test_an_address_that_is_not_its_own_is_not_called(
        self, app: Flask, sign_in: SignIn, switched_on: CommandLines, ip: str, peer: str, words: str
    ) -> None:
        with writing(database_of(app), ALL_TENANTS) as session:
            status = session.get_one(DeviceStatus, ACME_MAC)
            status.ip, status.external_ip = ip, peer

        assert words in sign_in("alice").post(PAGE, {"commands": "show mac"}).text
        assert switched_on.said == []

    def test_commands_that_cannot_be_said_stay_in_the_form(self, sign_in: SignIn) -> None:
        refused = sign_in("alice").post(PAGE, {"commands": "caf\u00e9"})
        assert "characters that a phone" in refused.text
        assert "caf\u00e9</textarea>" in refused.text
