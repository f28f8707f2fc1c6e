"""Status reports (E1, N1): what is taken, what is kept of it, and how it is answered."""

from dataclasses import replace
from datetime import UTC, datetime
from ipaddress import ip_network
from pathlib import Path
from urllib.parse import quote

import pytest
from sqlalchemy import select

from app.models import DeviceSeen, DeviceStatus, JournalEntry, PhoneUser, Tenant
from app.models.enums import Status
from app.phone_api import keep_alive
from app.rules.report_limits import REPORT_LIMITS
from app.services import pending_actions
from tests.phone_api.doors import ADDRESS, DOORS, KEEP_ALIVE, USER_AGENT, Phone

ON_SQLITE = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
EVERY_FIELD = {
    "ip": "10.0.32.9",
    "subnet": "255.255.255.255",
    "region": "Nowhere",
    "model": "445HD",
    "fwVersion": "UC_3.1.0.1",
    "userAgent": "AUDC-IPPhone-445HD_UC_3.1.0.1/1.0",
    "userName": "Ønskeskyen <b>",
    "userId": "nickname1@cloudbond365b.com",
    "phoneNumber": "new+97239764713",
    "location": "Location12",
    "sipProxy": "sip.acme.com",
    "vLanId": "350",
    "BToEpairingstatus": "auto paired",
    "BToEversion": "UC_abcdef",
    "USBHeadsetType": "Jabra " + "x" * 130,
    "HRSSpeakerModel": "`~!@#$%^&*()+<>,'_`",
    "HRSSpeakerFW": "457",
}


def test_a_report_is_answered_with_json_that_is_never_empty(first_phone):
    answer = first_phone.report()
    assert answer.status == 200
    assert answer.json == {"requests": []}
    assert answer.headers["content-type"] == "application/json"


def test_every_field_of_a_report_is_kept(first_phone, stored):
    before = datetime.now(UTC)
    first_phone.report("unregistered", peer="192.0.2.7", **EVERY_FIELD)
    kept = first_phone.row()
    assert {name: getattr(kept, keep_alive.COLUMNS[name.lower()]) for name in EVERY_FIELD} == EVERY_FIELD
    assert kept.status is Status.UNREGISTERED
    assert kept.external_ip == "192.0.2.7"
    with stored() as session:
        assert session.get_one(DeviceSeen, first_phone.mac).seen_at >= before


def test_a_member_that_is_not_sent_stays_what_it_was(phone):
    phone.report(phoneNumber="160000", location="Floor 3")
    phone.report(phoneNumber=None, location="")
    kept = phone.row()
    assert (kept.phone_number, kept.location) == ("160000", "")


@ON_SQLITE
def test_a_region_that_is_left_empty_later_is_not_forgotten(first_phone, stored, acme):
    first_phone.report(region="Acme", ip="172.16.0.9")
    first_phone.sign_in(region="", ip="172.16.0.9")
    with stored() as session:
        row = session.get_one(DeviceStatus, first_phone.mac)
        assert row.tenant.name == "Acme"
        assert row.device_id is not None


def test_a_phone_that_says_nothing_of_its_user_agent_is_known_by_the_header(phone):
    phone.report(model=None, fwVersion=None, userAgent=None)
    assert phone.row().user_agent == USER_AGENT


@pytest.mark.parametrize(
    "notation", ["{}{}{}{}{}{}", "{}:{}:{}:{}:{}:{}", "{}-{}-{}-{}-{}-{}", "{}{}.{}{}.{}{}"]
)
@pytest.mark.parametrize("case", [str.lower, str.upper])
def test_a_mac_is_taken_in_every_notation_and_kept_in_one(phone, notation, case):
    octets = [phone.mac[at : at + 2] for at in range(0, 12, 2)]
    assert phone.report(mac=case(notation.format(*octets))).status == 200
    assert phone.row().mac == phone.mac


def test_a_mac_of_digits_alone_is_taken_as_a_number_too(lasting_door, lasting_database):
    phone = Phone(lasting_door, lasting_database, "908112233445")
    assert phone.report(mac=908112233445).status == 200
    assert phone.row().mac == "908112233445"


def test_names_of_members_are_compared_without_regard_to_case(phone):
    phone.report(VLANID="350", PhoneNumber="160000", phoneNumber=None)
    kept = phone.row()
    assert (kept.vlan_id, kept.phone_number) == ("350", "160000")


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("http://172.17.121.13", "172.17.121.13"),
        ("https://172.17.121.13:443/x", "172.17.121.13"),
        (" 10.0.32.9 ", "10.0.32.9"),
        ("::ffff:10.0.32.9", "10.0.32.9"),
        ("2001:DB8::1", "2001:db8::1"),
        ("010.0.32.9", ""),
        ("none", ""),
    ],
)
def test_the_address_is_read_from_what_phones_send_for_it(phone, sent, kept):
    assert phone.report(ip=sent).status == 200
    assert phone.row().ip == kept


def test_members_that_are_no_texts_are_read_as_texts_or_as_nothing(phone):
    odd = {"vlanId": 350, "location": {"floor": 3}, "userName": None, "phoneNumber": True, "sipProxy": [1]}
    assert phone.post(KEEP_ALIVE, {**phone.report_of(), **odd}).status == 200
    kept = phone.row()
    assert (kept.vlan_id, kept.location, kept.phone_number, kept.sip_proxy) == ("350", "", "", "")


def test_unknown_members_are_ignored(phone):
    assert phone.report(uptime="12 days", nested={"a": [1, 2]}).status == 200


@pytest.mark.parametrize(
    "kind",
    ["application/x-www-form-urlencoded", "text/plain", "nonsense", "application/json; charset=latin-1"],
)
def test_the_content_type_does_not_matter(phone, kind):
    assert phone.post(KEEP_ALIVE, phone.report_of(), Content_Type=kind).status == 200


@ON_SQLITE
def test_credentials_may_come_and_are_neither_demanded_nor_kept(first_phone, database_url):
    assert first_phone.report(emsUserPassword="5ecre7-of-the-phone").status == 200
    header = "Basic c3lzdGVtOnN5c3RlbQ=="
    assert first_phone.post(KEEP_ALIVE, first_phone.report_of(), Authorization=header).status == 200
    content = Path(database_url.removeprefix("sqlite:///") + "-wal").read_bytes()
    assert b"00908f9a9623" in content
    assert b"5ecre7-of-the-phone" not in content


@pytest.mark.parametrize("name", sorted(set(REPORT_LIMITS) - {"ip"}))
def test_a_text_of_just_its_limit_is_kept_whole(phone, name):
    text = "ä" * REPORT_LIMITS[name]
    phone.report(**(dict.fromkeys(phone.report_of()) | {"mac": phone.mac, "status": "started", name: text}))
    assert getattr(phone.row(), keep_alive.COLUMNS[name]) == text


def test_a_location_of_2048_characters_is_kept_and_makes_a_user(first_phone, stored, acme):
    first_phone.sign_in(region="Acme", location="x" * 2048)
    with stored() as session:
        assert len(session.get_one(DeviceStatus, first_phone.mac).location) == 2048
        assert session.scalar(select(PhoneUser).where(PhoneUser.name == "anna@acme.com")) is not None


def test_a_location_of_2049_characters_is_left_out_with_a_note_and_makes_no_user(first_phone, stored, acme):
    first_phone.report("started", region="Acme", location="Floor 3")
    assert first_phone.sign_in(region="Acme", location="x" * 2049, phoneNumber="4711").status == 200
    with stored() as session:
        row = session.get_one(DeviceStatus, first_phone.mac)
        assert (row.location, row.phone_number, row.status) == ("Floor 3", "4711", Status.REGISTERED)
        assert row.device_id is None
        assert session.scalar(select(PhoneUser).where(PhoneUser.name == "anna@acme.com")) is None
        (note,) = session.scalars(select(JournalEntry).where(JournalEntry.subject == first_phone.mac))
        assert "location" in note.text


def test_after_a_text_that_was_too_long_a_fitting_report_makes_the_user(first_phone, stored, acme):
    first_phone.sign_in(region="Acme", location="x" * 2049)
    first_phone.sign_in(region="Acme", location="Floor 3")
    with stored() as session:
        assert session.scalar(select(PhoneUser).where(PhoneUser.name == "anna@acme.com")) is not None


@ON_SQLITE
def test_waiting_actions_are_handed_over_once_each_as_a_text_of_json(first_phone, setting_up):
    with setting_up() as session:
        ask_to_restart(session, first_phone.mac)
        ask_to_restart(session, first_phone.mac)
    assert first_phone.report().json == {"requests": ['{"cmd": "reset"}', '{"cmd": "reset"}']}
    assert first_phone.report().json == {"requests": []}


@ON_SQLITE
def test_a_report_that_says_nothing_else_gets_its_actions_too(first_phone, setting_up):
    first_phone.report()
    with setting_up() as session:
        ask_to_restart(session, first_phone.mac)
    assert first_phone.report().json == {"requests": ['{"cmd": "reset"}']}


@pytest.mark.postgresql
@pytest.mark.parametrize("database_kind", ["postgresql"], indirect=True)
@pytest.mark.parametrize("letter", ["x", "ß", "İ", "📞"])
def test_the_longest_texts_of_everything_fit(first_phone, acme, letter):
    texts = {
        name: letter * limit for name, limit in REPORT_LIMITS.items() if name not in {"ip", "region", "model"}
    }
    peer = "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff"
    agent = {"userAgent": None, "ip": peer}
    for status in ("started", "registered", "offline", "registered"):
        members = dict.fromkeys(first_phone.report_of()) | texts
        report = (
            members | {"mac": first_phone.mac, "status": status, "region": "Acme", "model": "430HD"} | agent
        )
        assert first_phone.post(KEEP_ALIVE, report, peer=peer).status == 200
    assert first_phone.row().device_id is not None
    assert first_phone.raise_alarm(peer=peer).status == 200
    tenant = quote(letter * 128)
    assert first_phone.get(f"/ipp/tenant/{tenant}/00908f000001.cfg", User_Agent=USER_AGENT).status == 404
    assert first_phone.get(f"/configfiles/{tenant}.cfg").status == 404
    assert first_phone.get(f"/firmwarefiles/{tenant}.img").status == 404


@ON_SQLITE
def test_the_web_listener_writes_the_last_contact_at_once(settings, database, stored):
    with DOORS["flask"](settings, database) as door:
        phone = Phone(door, database)
        phone.report()
        before = datetime.now(UTC)
        phone.report()
    with stored() as session:
        assert session.get_one(DeviceSeen, phone.mac).seen_at >= before


@ON_SQLITE
@pytest.mark.parametrize("kind", DOORS)
def test_behind_a_trusted_proxy_the_phone_is_known_by_its_own_address(settings, database, kind):
    behind = replace(settings, trusted_proxies=(ip_network("192.0.2.0/24"),))
    with DOORS[kind](behind, database) as door:
        phone = Phone(door, database)
        phone.post(
            KEEP_ALIVE, phone.report_of(), peer="192.0.2.1", X_Forwarded_For="203.0.113.1, 198.51.100.7"
        )
        assert phone.row().external_ip == "198.51.100.7"
        phone.post(KEEP_ALIVE, phone.report_of(), peer="198.51.100.9", X_Forwarded_For="203.0.113.1")
        assert phone.row().external_ip == "198.51.100.9"


class TestTheNewerAddress:
    """N1: the customer is a tenant's external id (protocol 6)."""

    pytestmark = [ON_SQLITE, pytest.mark.usefixtures("acme")]

    @pytest.mark.parametrize(
        "target",
        [
            "/c/c-17/rest/v1/ipphoneMgrStatus/init",
            "/c/c-17/p/any%20profile/rest/v1/ipphoneMgrStatus/keep-alive",
        ],
    )
    def test_the_customer_is_the_tenant_with_this_external_id(self, first_phone, stored, target):
        assert first_phone.report(at=target).json == {"requests": []}
        with stored() as session:
            assert session.get_one(DeviceStatus, first_phone.mac).tenant.name == "Acme"

    def test_only_the_mac_is_needed(self, first_phone):
        target = "/c/c-17/rest/v1/ipphoneMgrStatus/init"
        assert first_phone.post(target, {"mac": first_phone.mac}).status == 200
        assert first_phone.row().status is Status.STARTED

    def test_an_unknown_customer_is_refused_and_nothing_is_stored(self, first_phone):
        answer = first_phone.report(at="/c/c-18/rest/v1/ipphoneMgrStatus/keep-alive")
        assert answer.status == 404
        assert "c-18" in answer.sentence
        assert first_phone.row() is None

    def test_where_no_tenant_has_an_external_id_the_refusal_says_so(self, first_phone, setting_up):
        with setting_up() as session:
            session.scalars(select(Tenant).where(Tenant.external_id == "c-17")).one().external_id = None
        answer = first_phone.report(at="/c/c-17/rest/v1/ipphoneMgrStatus/keep-alive")
        assert answer.status == 422
        assert answer.sentence
        assert first_phone.row() is None

    @pytest.mark.parametrize("mac", [None, ""])
    def test_without_a_mac_it_is_refused(self, first_phone, mac):
        assert first_phone.report(at="/c/c-17/rest/v1/ipphoneMgrStatus/init", mac=mac).status == 400


def test_reports_come_from_the_address_that_the_connection_has(phone):
    phone.report(peer="::ffff:10.1.2.3")
    assert phone.row().external_ip == ADDRESS


@pytest.mark.parametrize("peer", ["fe80::1234:5678:9abc:def0%a-network-card-with-a-long-name", "unix", ""])
def test_an_address_of_any_kind_fits(first_phone, peer):
    assert first_phone.report(peer=peer).status == 200
    assert first_phone.row().external_ip in {"fe80::1234:5678:9abc:def0", ""}


def ask_to_restart(session, mac):
    pending_actions.add(
        session, mac, pending_actions.RESET, asked_by="alice", tenant_id=None, now=datetime.now(UTC)
    )
