"""The web pages of simulated phones: they show and do what real ones do (protocol 5)."""

import asyncio
import base64
from datetime import timedelta
from ipaddress import IPv4Network

import aiohttp
import pytest

from simulator.fleet import Fleet
from tests.simulator.play import options, play

NETWORK = (IPv4Network("127.9.0.0/24"),)
PORT = 18091


def fleet_options(manager, **chosen):
    return options(
        manager, networks=NETWORK, own_addresses=True, web_port=PORT, reboot_time=timedelta(0), **chosen
    )


async def ask(phone, form, *, password="1234", action="reboot"):
    root = f"http://{phone.hardware.identity.ip}:{PORT}"
    jar = aiohttp.CookieJar(unsafe=True)
    async with aiohttp.ClientSession(cookie_jar=jar) as session:
        async with session.get(f"{root}/") as page:
            assert "mainform.cgi?go=mainframe.htm" in await page.text()
        login = {"user": "admin", "psw": base64.b64encode(password.encode()).decode()}
        async with session.post(f"{root}/login.cgi", data=login) as page:
            text = await page.text()
        if "Login failed" in text:
            return 0
        async with session.get(f"{root}/mainform.cgi/network_status.htm") as page:
            assert phone.mac.upper()[:2] in await page.text()
        async with session.post(f"{root}/mainform.cgi/{action}.htm", data=form) as page:
            return page.status


async def until(condition):
    async with asyncio.timeout(20):
        while not condition():
            await asyncio.sleep(0.01)


def test_a_phone_restarts_when_its_page_says_so():
    async def story(manager):
        async with Fleet(fleet_options(manager)) as fleet:
            await fleet.boot()
            (phone,) = fleet.phones
            assert await ask(phone, {"REBOOT": "2"}) == 200
            await until(lambda: phone.restarts == 1 and phone.is_settled)
            assert [command for _, _, command in fleet.pages.asked] == ["reset"]

    play(story)


@pytest.mark.parametrize(("password", "status"), [("wrong", 0), ("1234", 200)])
def test_only_who_knows_the_password_comes_in(password, status):
    async def story(manager):
        async with Fleet(fleet_options(manager)) as fleet:
            await fleet.boot()
            found = await ask(fleet.phones[0], {"NOW_CFG": "1"}, password=password, action="auto_provision")
            assert found == status

    play(story)


def test_phones_that_are_away_take_no_connection():
    async def story(manager):
        async with Fleet(fleet_options(manager, unreachable=1.0)) as fleet:
            await fleet.boot()
            with pytest.raises(aiohttp.ClientError):
                await ask(fleet.phones[0], {"REBOOT": "2"})

    play(story)
