"""What phones are told once the licence has expired: reports, alarms and uploads stop, files go on."""

from collections.abc import Iterator

import pytest

from app.license_watch import LicenseWatch
from app.models import Alarm, DeviceStatus, Heartbeat
from tests import factories, licensed
from tests.phone_api.conftest import Sessions, count_rows
from tests.phone_api.doors import Door, FlaskDoor, Phone, PlaneDoor
from tests.services.statements import Statements

ON_SQLITE = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)


@pytest.fixture(autouse=True)
def _issuer(first_phone: Phone) -> Iterator[None]:
    with licensed.trusted():
        yield


def watch_of(door: Door) -> LicenseWatch:
    """Return what the process behind a door knows of the licence."""
    if isinstance(door, PlaneDoor):
        return door.plane._api.license
    assert isinstance(door, FlaskDoor)
    return door.client.application.extensions["ringmaster_license"]


@pytest.fixture
def expired(first_phone: Phone, setting_up: Sessions) -> str:
    """The sentence that says that the licence has expired; a phone of Acme has signed in before."""
    with setting_up() as session:
        factories.make_tenant(session, "Acme")
    assert first_phone.get(f"/ipp/tenant/Acme/{first_phone.mac}.cfg").status == 200
    assert first_phone.sign_in().status == 200
    with setting_up() as session:
        sentence = licensed.install_expired(session)
    watch_of(first_phone.door).look_again()
    return sentence


def test_reports_alarms_and_uploads_are_put_off_with_the_reason(first_phone: Phone, expired: str) -> None:
    keys = {"mac": first_phone.mac, "keys": {"personal_settings/functional_key/1/key_label": "Bob"}}
    answers = [
        first_phone.report("registered", location="Berlin"),
        first_phone.report(at="/c/c-17/rest/v1/ipphoneMgrStatus/init"),
        first_phone.raise_alarm(),
        first_phone.post("/rest/v1/ipphoneMgrStatus/user-keys", keys),
    ]
    assert {(answer.status, answer.sentence) for answer in answers} == {(503, expired)}
    assert all(300 <= int(answer.headers["retry-after"]) <= 900 for answer in answers)
    with first_phone.reading() as session:
        assert session.query(Alarm).count() == 0
        assert session.get_one(DeviceStatus, first_phone.mac).location == ""


@ON_SQLITE
def test_files_that_phones_have_go_on_being_served(first_phone: Phone, expired: str) -> None:
    for path in (f"/configfiles/{first_phone.mac}.cfg", f"/ipp/tenant/Acme/{first_phone.mac}.cfg"):
        assert first_phone.get(path).status == 200
    assert first_phone.get("/ipp/dhcpoption160.cfg").status == 200


@ON_SQLITE
def test_no_phone_is_added(first_phone: Phone, expired: str) -> None:
    before = count_rows(first_phone.database)
    stranger = Phone(first_phone.door, first_phone.database, factories.next_mac())
    assert stranger.sign_in(url="x").status == 503
    assert count_rows(first_phone.database) == before


@ON_SQLITE
def test_a_new_licence_ends_it(first_phone: Phone, expired: str, setting_up: Sessions) -> None:
    assert first_phone.report("registered").status == 503
    with setting_up() as session:
        licensed.install_current(session)
    watch_of(first_phone.door).look_again()
    assert first_phone.report("registered", location="Berlin").status == 200


@ON_SQLITE
@pytest.mark.parametrize("first_phone", ["flask"], indirect=True)
def test_the_database_is_not_asked_for_each_report(first_phone: Phone, expired: str) -> None:
    assert first_phone.report("registered").status == 503
    with first_phone.reading() as session:
        statements = Statements(session)
        assert {first_phone.report("registered").status for _ in range(5)} == {503}
        assert statements.texts == []


@ON_SQLITE
@pytest.mark.parametrize("first_phone", ["plane"], indirect=True)
def test_phones_that_are_refused_are_not_taken_for_silent(first_phone: Phone, expired: str) -> None:
    assert isinstance(first_phone.door, PlaneDoor)
    with first_phone.reading() as session:
        before = session.query(Heartbeat.beat_at).scalar()
    first_phone.door.plane._beat()
    with first_phone.reading() as session:
        assert session.query(Heartbeat.beat_at).scalar() == before
