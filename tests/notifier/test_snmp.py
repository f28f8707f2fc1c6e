"""Traps and informs, and what snmptrapd itself logs of them."""

import asyncio

import pytest

from app.notifier.failures import NotDelivered
from app.notifier.snmp import EngineIdentity, SnmpSender
from app.rendering.notices.traps import BOARD_ROOT
from app.rules.receivers import SnmpReceiver, SnmpVersion
from tests.notifier.conftest import OID, SOURCE, make_message
from tests.receivers import ENGINE_ID, trap_receiver, until

TRAP_OID = ".1.3.6.1.6.3.1.1.4.1.0"
V3 = {
    "version": SnmpVersion.V3, "authentication": "SHA-256", "authentication_password": "authentic-1",
    "privacy": "AES-128", "privacy_password": "private-12",
}  # fmt: skip
V2C = {"version": SnmpVersion.V2C, "community": "s3cret-community"}


@pytest.fixture(scope="module")
def snmptrapd(tmp_path_factory):
    with trap_receiver(tmp_path_factory.mktemp("snmptrapd")) as running:
        yield running


def receiver(port, **changed):
    values = {
        "host": "localhost", "port": port, "variable_root": BOARD_ROOT, "may_be_here": True, "is_inform": True, **V2C,
    }  # fmt: skip
    return SnmpReceiver(**{**values, **changed})


class Engines:
    """Counts how often the engine begins."""

    boots = 0

    async def begin(self):
        Engines.boots += 1
        return EngineIdentity(ENGINE_ID, Engines.boots)


def send(*each):
    """Send messages to receivers with one engine; return the answers."""

    async def send_all():
        sender = SnmpSender(Engines().begin)
        try:
            return [await sender.send(to, message) for to, message in each]
        finally:
            sender.close()

    return asyncio.run(send_all())


def arc(trap, number):
    return trap[f".{BOARD_ROOT}.{number}.0"]


@pytest.mark.parametrize(
    "kind",
    [
        pytest.param({**V2C, "is_inform": False}, id="v2c trap"),
        pytest.param({**V2C, "is_inform": True}, id="v2c inform"),
        pytest.param({**V3, "user": "trapper", "is_inform": False}, id="v3 trap"),
        pytest.param({**V3, "user": "informer", "is_inform": True}, id="v3 inform"),
    ],
)
def test_an_alarm_and_its_end_arrive_with_the_same_identifier(snmptrapd, kind):
    before = len(snmptrapd.traps)
    to = receiver(snmptrapd.port, **kind)
    answers = send((to, make_message()), (to, make_message(is_active=False)))
    until(lambda: len(snmptrapd.traps) == before + 2)
    raised, cleared = snmptrapd.traps[before:]
    assert raised[TRAP_OID] == cleared[TRAP_OID] == f"OID: .{OID}"
    assert arc(raised, 1) == "INTEGER: 38"
    assert arc(raised, 2) == 'STRING: "Registration failed"'
    assert arc(raised, 3) == f'STRING: "{SOURCE}"'
    assert [arc(each, 4) for each in (raised, cleared)] == ["INTEGER: 5", "INTEGER: 0"]
    assert [arc(raised, number) for number in (5, 6, 7)] == ["INTEGER: 41", "INTEGER: 1", "INTEGER: 5"]
    assert arc(raised, 11).startswith("Hex-STRING: 07 EA 03 09 0E 05 06 00")
    assert arc(raised, 15) == 'STRING: "emea/Berlin"'
    assert arc(raised, 16) == 'STRING: "00908f123456"'
    assert f".{BOARD_ROOT}.12.0" not in raised
    word = "acknowledged the inform" if to.is_inform else "nobody says whether it arrived"
    assert all(word in answer for answer in answers)


def test_keys_that_change_are_the_ones_that_count(snmptrapd):
    wrong = receiver(snmptrapd.port, **{**V3, "privacy_password": "not-this-one", "user": "informer"})
    right = receiver(snmptrapd.port, **V3, user="informer")

    async def send_all():
        sender = SnmpSender(Engines().begin)
        try:
            with pytest.raises(NotDelivered):
                await sender.send(wrong, make_message())
            return await sender.send(right, make_message())
        finally:
            sender.close()

    assert "acknowledged" in asyncio.run(send_all())


def test_an_inform_that_nobody_acknowledges_is_not_delivered(snmptrapd):
    with pytest.raises(NotDelivered, match="localhost: No SNMP response received"):
        send((receiver(snmptrapd.port, community="another"), make_message()))


def test_many_go_through_one_engine(snmptrapd):
    before, boots = len(snmptrapd.traps), Engines.boots
    to = receiver(snmptrapd.port)
    send(*((to, make_message(number=number)) for number in range(40)))
    until(lambda: len(snmptrapd.traps) == before + 40)
    assert Engines.boots == boots + 1
