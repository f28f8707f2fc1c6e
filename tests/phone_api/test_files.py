"""Configuration files (E3 to E9): what a phone gets by which address, and when it gets none."""

import gzip
from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from app.models import DeviceStatus, Site, TemplateDefault
from app.models.enums import Train
from app.services import config_files
from app.services import settings as system_settings
from app.services.author import Author
from tests import factories
from tests.phone_api.conftest import count_rows
from tests.phone_api.doors import GENERIC_USER_AGENT, USER_AGENT

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)

LYNC_FIRST_LINE = "include Audiocodes_430HD_global_LYNC_empty.cfg\n"


def own_file(phone, tenant="Acme", **headers):
    return phone.get(f"/ipp/tenant/{tenant}/{phone.mac}.cfg", **headers)


def become_device(phone):
    phone.report(region="Acme")
    phone.sign_in(region="Acme")


class TestAPhoneThatWaits:
    """What `/ipp/tenant/…` gives a phone that is no device yet (docs/decisions/0005)."""

    pytestmark = pytest.mark.usefixtures("acme")

    def test_it_gets_the_file_of_its_template(self, first_phone):
        answer = own_file(first_phone)
        assert answer.status == 200
        assert answer.headers["content-type"] == "text/plain; charset=utf-8"
        assert answer.headers["x-template-name"] == "Audiocodes_430HD_LYNC"
        assert answer.text.startswith(LYNC_FIRST_LINE)
        assert "ems_server/user_name=system\n" in answer.text
        assert "%ITCS_" not in answer.text

    @pytest.mark.parametrize(
        ("agent", "template", "include"),
        [
            (GENERIC_USER_AGENT, "Audiocodes_430HD", "Audiocodes_430HD_global_GENERIC_empty.cfg"),
            (
                "AUDC-IPPhone-405_UC_3.1.0.1/1.0",
                "Audiocodes_405_LYNC",
                "Audiocodes_405_global_LYNC_empty.cfg",
            ),
            (
                "AUDC-IPPhone-HRS_UC_3.1.0.1/1.0",
                "Audiocodes_HRS_LYNC",
                "Audiocodes_HRS_global_LYNC_empty.cfg",
            ),
            (
                "Genesys /2.2.16.142.46 (420HDG-Rev2-AC494; 00908F9A9623)",
                "Audiocodes_420HD",
                "Audiocodes_420HD_global_GENERIC_empty.cfg",
            ),
        ],
    )
    def test_the_user_agent_tells_model_and_train(self, first_phone, agent, template, include):
        answer = own_file(first_phone, User_Agent=agent)
        assert answer.headers["x-template-name"] == template
        assert answer.text.splitlines()[0] == f"include {include}"

    def test_every_way_of_asking_gives_the_same(self, first_phone):
        mac = first_phone.mac
        expected = own_file(first_phone).body
        targets = [
            f"/ipp/region/Acme/{mac}.cfg",
            f"/ipp/tenant/aCMe/{mac.upper()}.cfg",
            f"//ipp//tenant///Acme//{mac}.cfg",
            f"/ipp/tenant/%41cme/{mac}.CFG",
            "/ipp/tenant/Acme/00:90:8F:9A:96:23.cfg",
            "/ipp/tenant/Acme/00-90-8f-9a-96-23.cfg",
            "/ipp/tenant/Acme/0090.8f9a.9623.cfg",
            f"/ipp/tenant/Acme/{mac}.cfg?time=1",
            f"http://manager:8081/ipp/tenant/Acme/{mac}.cfg",
        ]
        if type(first_phone.door).__name__ == "FlaskDoor":
            targets.pop()  # gunicorn itself takes the path out of an absolute target for WSGI
        for target in targets:
            for method, body in (("GET", b""), ("POST", b""), ("POST", b"{\n}")):
                answer = first_phone.ask(method, target, body)
                assert (answer.status, answer.body) == (200, expected), (method, target)

    def test_a_head_tells_the_length_and_no_more(self, first_phone):
        expected = own_file(first_phone)
        answer = first_phone.ask("HEAD", f"/ipp/tenant/Acme/{first_phone.mac}.cfg")
        assert (answer.status, answer.body) == (200, b"")
        assert int(answer.headers["content-length"]) == len(expected.body)
        assert answer.headers["etag"] == expected.headers["etag"]

    def test_a_tenant_with_a_blank_in_its_name_is_found(self, first_phone, setting_up):
        with setting_up() as session:
            factories.make_tenant(session, "Acme Größe")
        assert own_file(first_phone, "acme%20gr%C3%B6%C3%9Fe").status == 200

    def test_the_default_of_the_tenant_goes_before_the_template_of_the_factory(
        self, first_phone, setting_up, acme
    ):
        with setting_up() as session:
            chosen = factories.get_template(session, "Audiocodes_440HD_LYNC")
            model = factories.get_model(session)
            session.add(TemplateDefault(tenant_id=acme, phone_model=model, train=Train.UC, template=chosen))
        assert own_file(first_phone).headers["x-template-name"] == "Audiocodes_440HD_LYNC"
        assert own_file(first_phone, User_Agent=GENERIC_USER_AGENT).status == 200

    def test_it_gets_a_row_in_its_tenant_from_which_it_can_be_approved(self, first_phone, stored, acme):
        own_file(first_phone)
        with stored() as session:
            row = session.get_one(DeviceStatus, first_phone.mac)
            assert (row.tenant_id, row.status, row.device_id) == (acme, None, None)
            assert row.url_tenant == "Acme"
            assert row.external_ip == "10.1.2.3"
            assert row.user_agent == USER_AGENT

    def test_the_address_chooses_the_site_inside_the_tenant(self, first_phone, stored, setting_up):
        with setting_up() as session:
            factories.make_site(session, "Berlin", subnet="10.1.0.0/16")
        own_file(first_phone)
        with stored() as session:
            assert session.get_one(DeviceStatus, first_phone.mac).site.name == "Berlin"

    def test_a_tenant_that_does_not_exist_is_not_found_and_the_phone_waits(self, first_phone, stored):
        answer = own_file(first_phone, "Umbrella")
        assert (answer.status, answer.sentence) == (404, 'There is no tenant called "Umbrella".')
        with stored() as session:
            row = session.get_one(DeviceStatus, first_phone.mac)
            assert row.tenant.name == "Default"
            assert '"Umbrella", which does not exist' in row.placement_reason

    @pytest.mark.parametrize(
        "agent", ["curl/8.0", "Mozilla/5.0", "", "x" * 300, "AUDC-IPPhone-999HD_UC_1.0.0.0/1"]
    )
    def test_who_is_no_known_phone_gets_no_file_and_no_row(self, first_phone, agent):
        answer = own_file(first_phone, User_Agent=agent)
        assert answer.status == 404
        assert "model is not known" in answer.sentence
        assert first_phone.row() is None

    def test_a_model_without_any_template_gets_nothing(self, first_phone):
        answer = own_file(
            first_phone, User_Agent="FileTransport PolycomRealPresenceTrio-Trio_8800-UA/5.9.0.1234"
        )
        assert answer.status == 404
        assert answer.sentence

    def test_under_the_address_of_generated_files_there_is_none_for_it(self, first_phone):
        answer = first_phone.get(f"/configfiles/{first_phone.mac}.cfg")
        assert answer.status == 404
        assert (
            answer.sentence
            == f"There is no file for the phone {first_phone.mac}: it has not been approved yet."
        )

    def test_asking_again_changes_nothing(self, first_phone, database):
        own_file(first_phone)
        first_phone.report(region="Acme")
        before, rows = first_phone.row(), count_rows(database)
        own_file(first_phone)
        assert count_rows(database) == rows
        assert columns_of(first_phone.row()) == columns_of(before)


class TestADevice:
    """What a device gets: the file that was generated for it, under every address."""

    pytestmark = pytest.mark.usefixtures("acme")

    def test_its_file_is_at_both_addresses(self, first_phone):
        become_device(first_phone)
        answer = first_phone.get(f"/configfiles/{first_phone.mac}.cfg")
        assert answer.status == 200
        assert answer.headers["x-template-name"] == "Audiocodes_430HD_LYNC"
        assert own_file(first_phone).body == answer.body
        assert own_file(first_phone, "Umbrella").body == answer.body

    def test_every_way_of_asking_gives_the_same(self, first_phone):
        become_device(first_phone)
        mac = first_phone.mac
        expected = first_phone.get(f"/configfiles/{mac}.cfg")
        for target in (
            f"//configfiles//{mac}.cfg",
            f"/configfiles/{mac.upper()}.cfg",
            f"/configfiles/{mac}.CFG",
            "/configfiles/00-90-8F-9A-96-23.cfg",
            "/configfiles/00%3A90%3A8F%3A9A%3A96%3A23.cfg",
        ):
            answer = first_phone.get(target)
            assert (answer.status, answer.body, answer.headers["etag"]) == (
                200,
                expected.body,
                expected.headers["etag"],
            )

    def test_who_holds_the_file_is_told_so(self, first_phone):
        become_device(first_phone)
        target = f"/configfiles/{first_phone.mac}.cfg"
        held = first_phone.get(target)
        again = first_phone.get(target, If_None_Match=held.headers["etag"])
        assert (again.status, again.body) == (304, b"")
        assert first_phone.get(target, If_Modified_Since=held.headers["last-modified"]).status == 304

    def test_who_takes_gzip_gets_the_same_file_in_that_form(self, first_phone):
        become_device(first_phone)
        target = f"/configfiles/{first_phone.mac}.cfg"
        plain = first_phone.get(target)
        zipped = first_phone.get(target, Accept_Encoding="gzip, deflate")
        assert (zipped.status, zipped.headers["content-encoding"]) == (200, "gzip")
        assert gzip.decompress(zipped.body) == plain.body
        assert zipped.headers["content-length"] == str(len(zipped.body))
        assert len(zipped.body) < len(plain.body) / 2
        assert plain.headers["vary"] == zipped.headers["vary"] == "Accept-Encoding"
        assert zipped.headers["etag"] != plain.headers["etag"]
        for form in (plain, zipped):
            again = first_phone.get(target, Accept_Encoding="gzip", If_None_Match=form.headers["etag"])
            assert (again.status, again.headers["etag"]) == (304, form.headers["etag"])
            assert again.headers["vary"] == "Accept-Encoding"

    def test_a_file_that_the_phone_holds_is_not_even_decrypted(self, first_phone, setting_up):
        become_device(first_phone)
        target = f"/configfiles/{first_phone.mac}.cfg"
        held = first_phone.get(target)
        with setting_up() as session:
            config_files.find(session, f"{first_phone.mac}.cfg").content = b"what nobody can decrypt"
        assert first_phone.get(target, If_None_Match=held.headers["etag"]).status == 304
        assert first_phone.get(target, If_Modified_Since=held.headers["last-modified"]).status == 304
        assert first_phone.get(target, If_None_Match='"other"').status >= 400

    def test_a_part_of_the_file_can_be_had(self, first_phone):
        become_device(first_phone)
        target = f"/configfiles/{first_phone.mac}.cfg"
        whole = first_phone.get(target)
        part = first_phone.get(target, Range="bytes=8-15", If_Range=whole.headers["etag"])
        assert (part.status, part.body) == (206, whole.body[8:16])
        assert part.headers["content-range"] == f"bytes 8-15/{len(whole.body)}"
        assert first_phone.get(target, Range="bytes=999999-").status == 416

    def test_without_a_template_it_gets_none_and_stays_where_it_is(
        self, first_phone, setting_up, stored, acme
    ):
        with setting_up() as session:
            factories.make_device(session, mac=first_phone.mac, template=None)
            factories.make_tenant(session, "Globex")
        answer = own_file(first_phone, "Globex")
        assert answer.status == 404
        assert "no template fits it" in answer.sentence
        assert first_phone.row() is None
        first_phone.report(model="none", userAgent="none")
        own_file(first_phone, "Globex")
        with stored() as session:
            assert session.get_one(DeviceStatus, first_phone.mac).tenant_id == acme


def test_the_first_file_of_the_system_url_has_its_seven_lines(first_phone):
    answer = first_phone.get("/ipp/dhcpoption160.cfg")
    assert answer.status == 200
    assert [line.partition("=")[0] for line in answer.text.splitlines()] == [
        "ems_server/keep_alive_period",
        "ems_server/provisioning/url",
        "provisioning/method",
        "provisioning/configuration/url",
        "provisioning/firmware/url",
        "ems_server/user_name",
        "ems_server/user_password",
    ]
    for method in ("GET", "POST"):
        assert first_phone.ask(method, "//ipp//dhcpoption160.cfg", b"{\n}").body == answer.body


@pytest.mark.parametrize("folder", ["/configfiles", "/ipp/tenant/Acme", "/ipp/region/nowhere"])
def test_shared_files_are_where_an_include_line_is_looked_for(first_phone, folder):
    answer = first_phone.get(f"{folder}/audiocodes_430hd_GLOBAL_lync_empty.cfg")
    assert answer.status == 200
    assert answer.headers["x-template-name"] == "Audiocodes_430HD_LYNC"
    missing = first_phone.get(f"{folder}/nothing.cfg")
    assert (missing.status, missing.sentence) == (404, 'There is no configuration file called "nothing.cfg".')


PROXY_FILES = ("/ipp/httpproxy/", "/ipp/httpproxy/dhcpoption160.cfg", "/ipp/httpproxy/00908F9A9623.cfg")


@pytest.mark.parametrize("target", PROXY_FILES)
def test_until_a_proxy_is_set_its_file_is_not_found(first_phone, target):
    answer = first_phone.get(target)
    assert answer.status == 404
    assert "SBC Proxy Configuration" in answer.sentence


@pytest.mark.parametrize("target", PROXY_FILES)
def test_a_phone_behind_a_proxy_gets_the_file_that_leads_through_it(first_phone, setting_up, target):
    set_proxy(setting_up, "10.9.9.9")
    answer = first_phone.get(target)
    assert answer.status == 200
    assert "ems_server/provisioning/url=http://10.9.9.9:8080/" in answer.text
    assert first_phone.get("/ipp/httpproxy/other.cfg").status == 404


def test_a_proxy_that_was_taken_away_leads_nobody(first_phone, setting_up):
    set_proxy(setting_up, "10.9.9.9")
    set_proxy(setting_up, "")
    assert first_phone.get("/ipp/httpproxy/").status == 404


def test_the_address_of_the_proxy_places_no_phone_that_asks_through_it(first_phone, setting_up, stored, acme):
    set_proxy(setting_up, "10.1.2.3")
    with setting_up() as session:
        factories.make_site(session, "Berlin", subnet="10.1.0.0/16")
    own_file(first_phone)
    with stored() as session:
        row = session.get_one(DeviceStatus, first_phone.mac)
        assert row.is_behind_proxy
        assert row.site_id == session.scalar(
            select(Site.id).where(Site.tenant_id == acme, Site.is_auto_detection)
        )


def test_a_name_of_a_template_that_no_header_can_carry_is_written_with_question_marks(
    first_phone, setting_up
):
    with setting_up() as session:
        file = config_files.find(session, "Audiocodes_430HD_global_LYNC_empty.cfg")
        file.template_name = "Büro\r\nSet-Cookie: a=b"
    answer = first_phone.get("/configfiles/Audiocodes_430HD_global_LYNC_empty.cfg")
    assert answer.headers["x-template-name"] == "B?ro??Set-Cookie: a=b"
    assert "set-cookie" not in answer.headers


def columns_of(row):
    return {column.key: getattr(row, column.key) for column in DeviceStatus.__table__.columns}


def set_proxy(setting_up, host):
    now = datetime.now(UTC)
    with setting_up() as session:
        system_settings.change(session, "sbc_proxy_host", host, author=Author("alice"), now=now)
        system_settings.change(session, "sbc_proxy_port", "8080", author=Author("alice"), now=now)
        config_files.generate_shared_files(session, now=now)
