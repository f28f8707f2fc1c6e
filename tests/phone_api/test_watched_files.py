"""A file that an operation waits for: that its phone asked is noted before it is sent, and at no other time."""

import pytest
from sqlalchemy import select, update

from app.models import ConfigFile


@pytest.fixture
def device(first_phone, acme):
    """A phone with a file of its own."""
    first_phone.report(region="Acme")
    first_phone.sign_in(region="Acme")
    return first_phone


def addresses(phone):
    return (
        f"/configfiles/{phone.mac}.cfg",
        f"/configfiles/{phone.mac.upper()}.cfg",
        f"/ipp/tenant/Acme/{phone.mac}.cfg",
    )


def fetched_at(stored, phone):
    with stored() as session:
        return session.scalar(select(ConfigFile.fetched_at).where(ConfigFile.name_key == f"{phone.mac}.cfg"))


def watch(setting_up, phone, *, is_watched=True):
    with setting_up() as session:
        session.execute(
            update(ConfigFile)
            .where(ConfigFile.name_key == f"{phone.mac}.cfg")
            .values(is_watched=is_watched, fetched_at=None)
        )


def test_it_is_the_same_file_and_noted_by_every_address(device, stored, setting_up):
    for address in addresses(device):
        watch(setting_up, device, is_watched=False)
        usual = device.get(address)
        assert (usual.status, fetched_at(stored, device)) == (200, None)
        watch(setting_up, device)
        watched = device.get(address)
        assert (watched.status, watched.body) == (200, usual.body)
        assert watched.headers["etag"] == usual.headers["etag"]
        assert fetched_at(stored, device) is not None


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_a_phone_that_holds_the_file_has_asked_as_well(device, stored, setting_up):
    address = addresses(device)[0]
    etag = device.get(address).headers["etag"]
    watch(setting_up, device)
    assert device.get(address, If_None_Match=etag).status == 304
    assert fetched_at(stored, device) is not None


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_a_phone_that_waits_is_answered_beside_one_that_is_watched(device, setting_up):
    watch(setting_up, device)
    assert device.get("/ipp/tenant/Acme/00908f00abcd.cfg").status == 200
