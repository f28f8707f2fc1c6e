"""Where a tenant hands files out once, a phone's file goes to the phone that had it before, and to nobody else."""

import re

import pytest
from sqlalchemy import select

from app.models import Alarm, Device, FileFetch, HandOut, JournalEntry, Tenant
from app.models.enums import FileKind
from app.services import config_files, hand_outs, settings
from app.services.author import Author
from app.services.config_files import edits
from app.services.tenancy import keys
from tests import factories
from tests.factories import NOW
from tests.phone_api.doors import Phone

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite", "postgresql"], indirect=True)
HERE, NEXT_DOOR, ELSEWHERE = "10.1.2.3", "10.1.2.99", "203.0.113.9"
REFUSED = '{"error":"This is not served here."}'


@pytest.fixture
def device(setting_up, first_phone):
    """A phone with a file of its own, of a tenant that hands files out once."""
    with setting_up() as session:
        factories.make_tenant(session, "Acme", hands_out_once=True)
    first_phone.report(region="Acme")
    first_phone.sign_in(region="Acme")
    return first_phone


def fetch(phone, peer=HERE, **headers):
    return phone.ask("GET", f"/configfiles/{phone.mac}.cfg", peer=peer, **headers)


def api_of(phone):
    plane = getattr(phone.door, "plane", None)
    return plane._api if plane else phone.door.client.application.extensions["ringmaster_phone_api"]


def test_a_phone_has_its_file_each_night_also_with_another_address_of_its_network(device):
    assert [fetch(device).status for _ in range(3)] == [200] * 3
    assert fetch(device, peer=NEXT_DOOR).status == 200
    assert device.get(f"/ipp/tenant/Acme/{device.mac}.cfg").status == 200
    with device.reading() as session:
        row = session.scalars(select(HandOut)).one()
        assert (row.address, row.refused_address) == (HERE, "")


@pytest.mark.parametrize(
    "address", ["/configfiles/{}.cfg", "/ipp/tenant/Acme/{}.cfg", "/ipp/tenant/Other/{}.cfg"]
)
def test_nobody_else_has_it_afterwards_and_an_alarm_tells(device, address):
    etag = fetch(device).headers["etag"]
    target = address.format(device.mac)
    answers = [device.ask(method, target, peer=ELSEWHERE) for method in ("GET", "HEAD", "POST")]
    assert [answer.status for answer in answers] == [403] * 3
    assert answers[0].text == REFUSED
    # Who has the file may be told that he has it.
    assert device.ask("GET", target, peer=ELSEWHERE, if_none_match=etag).status == 304
    api_of(device).write_fetches()
    with device.reading() as session:
        row = session.scalars(select(HandOut)).one()
        assert (row.address, row.refused_address) == (HERE, ELSEWHERE)
        alarm = session.scalars(select(Alarm).where(Alarm.name == "Credentials Held Back")).one()
        assert (alarm.mac, alarm.severity) == (device.mac, "major")
        reason = session.scalars(select(FileFetch.reason).where(FileFetch.status == 403)).first()
        assert (
            reason
            == f"The file, which goes out once, went to {HERE} before: the page of the phone can release it."
        )
    assert fetch(device).status == 200


def test_who_is_first_has_it_and_a_look_at_its_head_is_no_hand_out(device):
    assert device.ask("HEAD", f"/configfiles/{device.mac}.cfg", peer=ELSEWHERE).status == 200
    assert fetch(device, peer=ELSEWHERE, range="bytes=0-9").status == 206
    assert fetch(device).status == 403


def test_it_is_released_for_an_address_or_for_whoever_asks_first(device, setting_up):
    fetch(device)
    fetch(device, peer=ELSEWHERE)
    api_of(device).write_fetches()
    release(setting_up, device, ELSEWHERE)
    assert fetch(device, peer=ELSEWHERE).status == 200
    assert fetch(device).status == 403
    api_of(device).write_fetches()
    release(setting_up, device, "")
    with device.reading() as session:
        active = select(Alarm).where(Alarm.name == "Credentials Held Back", Alarm.cleared_at.is_(None))
        assert session.scalars(active).all() == []
    assert fetch(device).status == 200
    assert fetch(device, peer=ELSEWHERE).status == 403
    with device.reading() as session:
        texts = session.scalars(
            select(JournalEntry.text)
            .where(JournalEntry.action == "credentials released")
            .order_by(JournalEntry.id)
        ).all()
        assert texts[0].endswith(f"be handed out again, to {ELSEWHERE}.")
        assert texts[1].endswith("be handed out again, to whoever asks first.")


def release(setting_up, phone, address):
    with setting_up() as session:
        device = session.scalars(select(Device).where(Device.mac == phone.mac)).one()
        hand_outs.release(session, device, address, author=Author("alice"), now=NOW)


def make_key(setting_up, device, name="Acme"):
    with setting_up() as session:
        tenant = session.scalars(select(Tenant).where(Tenant.name == name)).one()
        key = keys.text_of(keys.replace_key(session, tenant, author=Author("alice"), now=NOW))
    api_of(device).guard._looked_at = float("-inf")
    return key


def test_the_phones_own_key_proves_it_anywhere_and_the_tenants_does_not(device, setting_up):
    key = make_key(setting_up, device)
    path = f"/configfiles/{device.mac}.cfg"
    own = device.get(f"/k/{key}{path}").text.split("/k/")[1].split("/")[0]
    assert device.ask("GET", f"/k/{own}{path}", peer=ELSEWHERE).status == 200
    assert device.ask("GET", f"/k/{key}{path}", peer=ELSEWHERE).status == 403


def test_a_file_that_was_uploaded_for_a_phone_without_its_own_goes_out_once(first_phone, setting_up):
    text, name = b"<provision/>", f"extra-{first_phone.mac}.xml"
    with setting_up() as session:
        acme = factories.make_tenant(session, "Acme", hands_out_once=True)
        factories.make_device(session, mac=first_phone.mac, tenant=acme)
        edits.store(
            session,
            [edits.Upload(name, text)],
            edits.Destination(FileKind.UPLOADED, acme.id, replaces=False),
            author=Author("alice"),
            now=NOW,
        )
    target = f"/ipp/tenant/Acme/{name}"
    answer = first_phone.ask("GET", target, peer=HERE)
    assert (answer.status, answer.text) == (200, text.decode())
    assert first_phone.ask("GET", target, peer=ELSEWHERE).status == 403


@pytest.mark.parametrize("target", ["/ipp/httpproxy/{}.cfg", "/ipp/tenant/Acme/{}.cfg"])
def test_no_other_file_tells_a_phones_own_key(device, setting_up, target):
    key = make_key(setting_up, device)
    new = Phone(device.door, device.database, factories.next_mac())
    with setting_up() as session:
        settings.change(session, "sbc_proxy_host", "192.0.2.9", author=Author("alice"), now=NOW)
        config_files.generate_shared_files(session, now=NOW)
    answer = new.ask("GET", f"/k/{key}{target.format(new.mac)}", peer=ELSEWHERE)
    assert set(re.findall("/k/([^/]*)/", answer.text)) == {key}


def test_the_key_that_another_tenant_tells_for_a_phone_proves_nothing(device, setting_up):
    with setting_up() as session:
        factories.make_tenant(session, "Globex")
    key = make_key(setting_up, device, "Globex")
    path = f"/configfiles/{device.mac}.cfg"
    own = device.get(f"/k/{key}{path}").text.split("/k/")[1].split("/")[0]
    assert device.mac in own
    assert device.ask("GET", f"/k/{own}{path}", peer=ELSEWHERE).status == 403


def test_nothing_is_remembered_for_who_was_refused_should_the_database_be_away(device):
    api, kept = api_of(device), f"{{}}  /configfiles/{device.mac}.cfg"
    for peer in (HERE, HERE, ELSEWHERE):
        fetch(device, peer=peer)
    assert api.served.find(kept.format(HERE)) is not None
    assert api.served.find(kept.format(ELSEWHERE)) is None


def test_a_phone_that_is_no_device_yet_uses_nothing_up(device):
    new = Phone(device.door, device.database, factories.next_mac())
    target = f"/ipp/tenant/Acme/{new.mac}.cfg"
    assert [new.ask("GET", target, peer=peer).status for peer in (ELSEWHERE, HERE)] == [200] * 2
    new.sign_in(user="Bob@acme.com", region="Acme")
    assert fetch(new).status == 200
    assert fetch(new, peer=ELSEWHERE).status == 403
