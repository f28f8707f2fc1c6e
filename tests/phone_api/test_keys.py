"""Phones of a tenant that demands its key ask with it, and each is told a key of its own in its file."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from app.models import FileFetch, Tenant
from app.rules import url_keys
from app.services import provisioning_guard
from app.services.author import Author
from app.services.tenancy import keys
from tests import factories
from tests.phone_api.doors import KEEP_ALIVE, Phone

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
NO_FILE = "There is no file for the phone {}: it has not been approved yet."


def make_key(setting_up, at_once=False):
    with setting_up() as session:
        tenant = session.scalars(select(Tenant).where(Tenant.name == "Acme")).one()
        key = keys.replace_key(
            session, tenant, author=Author("alice"), now=datetime.now(UTC), at_once=at_once
        )
        tenant.demands_key = True
        return keys.text_of(key)


@pytest.fixture
def key(setting_up, acme) -> str:
    return make_key(setting_up)


@pytest.fixture
def device(key, first_phone):
    """A phone of the tenant, with a file of its own, that reports with the key."""
    at = f"/k/{key}{KEEP_ALIVE}"
    assert first_phone.report(region="Acme", at=at).status == 200
    assert first_phone.sign_in(region="Acme", at=at).status == 200
    return first_phone


def own_key(answer):
    """Return the key in the address of reports of a file."""
    (line,) = [line for line in answer.text.splitlines() if line.startswith("ems_server/provisioning/url=")]
    return line.split("/k/")[1].strip("/")


def test_its_file_goes_to_who_has_the_key_and_its_addresses_carry_the_phones_own(device, key):
    answer = device.get(f"/k/{key}/configfiles/{device.mac}.cfg")
    assert answer.status == 200
    own = own_key(answer)
    assert url_keys.read_key(own).mac == device.mac
    assert f"/k/{own}/configfiles/" in answer.text
    assert f"/k/{own}/firmwarefiles/" in answer.text
    assert key not in answer.text
    again = device.get(f"/k/{own}/configfiles/{device.mac}.cfg", if_none_match=answer.headers["etag"])
    assert again.status == 304
    assert device.report("registered", at=f"/k/{own}{KEEP_ALIVE}").status == 200
    assert device.get(f"//k//{own}//configfiles//{device.mac.upper()}.cfg").text == answer.text
    packed = device.get(f"/k/{own}/configfiles/{device.mac}.cfg", accept_encoding="gzip")
    assert packed.text == answer.text


@pytest.mark.parametrize("with_key", ["", "/k/wrong", "/k/" + "a" * 34, "/k/" + "ä" * 34])
def test_without_it_there_is_nothing(device, with_key):
    answer = device.get(f"{with_key}/configfiles/{device.mac}.cfg")
    assert (answer.status, answer.sentence) == (404, NO_FILE.format(device.mac))
    stranger = factories.next_mac()
    unknown = device.get(f"/configfiles/{stranger}.cfg")
    assert (unknown.status, unknown.sentence) == (404, NO_FILE.format(stranger))
    by_tenant = device.get(f"/ipp/tenant/Acme/{stranger}.cfg")
    assert (by_tenant.status, by_tenant.sentence) == (404, 'There is no tenant called "Acme".')
    assert device.report("offline", at=f"{with_key}{KEEP_ALIVE}").status == 404
    assert device.raise_alarm().status == 404
    assert device.row().status == "registered"


def test_the_key_of_one_phone_opens_no_other(device, key, acme):
    own = own_key(device.get(f"/k/{key}/configfiles/{device.mac}.cfg"))
    other = Phone(device.door, device.database, factories.next_mac())
    other.report(region="Acme", at=f"/k/{key}{KEEP_ALIVE}")
    other.sign_in(region="Acme", at=f"/k/{key}{KEEP_ALIVE}")
    assert other.get(f"/k/{key}/configfiles/{other.mac}.cfg").status == 200
    assert other.get(f"/k/{own}/configfiles/{other.mac}.cfg").status == 404
    changed = own.replace(device.mac, other.mac)
    assert other.get(f"/k/{changed}/configfiles/{other.mac}.cfg").status == 404


def test_shared_files_carry_the_key_they_were_asked_with(device, key):
    answer = device.get(f"/k/{key}/ipp/dhcpoption160.cfg")
    assert f"/k/{key}/configfiles/" in answer.text
    plain = device.get("/ipp/dhcpoption160.cfg")
    assert "/k/" not in plain.text
    assert plain.headers["etag"] != answer.headers["etag"]
    made_up = device.get("/k/abcdefgh12/ipp/dhcpoption160.cfg")
    assert made_up.text == plain.text


def test_a_new_key_is_told_while_the_one_before_still_counts(device, key, setting_up):
    file = f"/configfiles/{device.mac}.cfg"
    before = own_key(device.get(f"/k/{key}{file}"))
    new = make_key(setting_up)
    _look_again(device)
    told = device.get(f"/k/{before}{file}")
    assert told.status == 200
    assert url_keys.read_key(own_key(told)).name == new[: url_keys.NAME_LENGTH]
    last = make_key(setting_up, at_once=True)
    _look_again(device)
    assert device.get(f"/k/{before}{file}").status == 404
    assert device.get(f"/k/{new}{file}").status == 404
    assert device.get(f"/k/{last}{file}").status == 200


def test_a_first_contact_by_the_tenants_url_has_the_key(device, key):
    new = Phone(device.door, device.database, factories.next_mac())
    answer = new.get(f"/k/{key}/ipp/tenant/Acme/{new.mac}.cfg")
    assert answer.status == 200
    assert url_keys.read_key(own_key(answer)).mac == new.mac


def test_no_key_is_in_the_provisioning_log(device, key):
    device.get(f"/k/{key}/configfiles/{device.mac}.cfg")
    device.get(f"/k/{key}x/configfiles/{device.mac}.cfg")
    api_of(device).write_fetches()
    with device.reading() as session:
        found = session.execute(
            select(FileFetch.path, FileFetch.reason).where(FileFetch.mac == device.mac)
        ).all()
    assert {path for path, _ in found} == {f"/configfiles/{device.mac}.cfg"}
    assert "Acme serves phones that ask with its key: the key is not a valid one." in {
        why for _, why in found
    }


def api_of(phone):
    plane = getattr(phone.door, "plane", None)
    return plane._api if plane else phone.door.client.application.extensions["ringmaster_phone_api"]


def _look_again(phone):
    """Let the guard look at what tenants guard now rather than within five seconds."""
    api_of(phone).guard._looked_at = float("-inf")


def test_old_keys_end(setting_up, acme):
    first, second = make_key(setting_up), make_key(setting_up)
    with setting_up() as session:
        now = datetime.now(UTC)
        assert len(provisioning_guard.read(session, now=now).keys) == 2
        later = provisioning_guard.read(session, now=now + timedelta(days=31))
        assert set(later.keys) == {second[: url_keys.NAME_LENGTH]}
        assert first not in str(later)
