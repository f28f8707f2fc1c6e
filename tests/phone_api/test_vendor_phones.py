"""Phones of other vendors ask for their files as they do: their paths, headers and names, before the phone plane."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from lxml import etree
from sqlalchemy import select

from app.models import ConfigFile, DeviceStatus, Tenant
from app.services import config_files
from tests import factories
from tests.factories import NOW
from tests.phone_api.doors import Phone, PlaneDoor

NAME = """O'Neil & <Söhne> "x\""""
PASSWORD = "p<&>w"
XML = "application/xml"
TEXT = "text/plain; charset=utf-8"


@dataclass(frozen=True)
class Vendor:
    """A phone of a vendor, and what it asks for in this order: its own file, what leads to it, or what is not there."""

    model: str
    template: str
    mac: str
    user_agent: str
    asks: tuple[tuple[str, str], ...]
    content_type: str = XML
    name_at: str = ""
    secret_at: str = ""


VENDORS = {
    vendor.model: vendor
    for vendor in (
        Vendor(
            "T46S", "Yealink_T46S", "805ec0123456", "Yealink SIP-T46S 66.86.0.15 80:5e:c0:12:34:56",
            (
                ("805ec0123456.boot", "404"), ("y000000000000.boot", "404"), ("y000000000066.cfg", "404"),
                ("805ec0123456.cfg", "own"), ("805ec0123456-local.cfg", "404"),
            ),
            content_type=TEXT, name_at="account.1.display_name = ", secret_at="account.1.password = ",
        ),
        Vendor(
            "GXP2170", "Grandstream_GXP2170", "000b82123456",
            "Grandstream Model HW GXP2170 V1.6A SW 1.0.11.35 DevId 000b82123456",
            (
                ("cfg000b82123456", "404"), ("cfg000b82123456.xml", "own"), ("cfggxp2170.xml", "404"),
                ("cfg.xml", "404"), ("gxp2170fw.bin", "404"),
            ),
            name_at="P270", secret_at="P34",
        ),
        Vendor(
            "D785", "Snom_D785", "000413922d24",
            "Mozilla/4.0 (compatible; snomD785-SIP 10.1.33.33 2010.12-00004-g9ba52f5 000413922D24 SXM:0 UXM:0)",
            (
                ("snomD785.htm", "404"), ("snomD785-000413922D24.htm", "own"), ("000413922D24.xml", "own"),
                ("snomD785-firmware.htm", "404"),
            ),
            name_at="user_realname", secret_at="user_pass",
        ),
        Vendor(
            "SPA504G", "Cisco_SPA504G", "00562b012345", "Cisco/SPA504G-7.6.2b (00562B012345)(CCQ162306EA)",
            (("spa504G.cfg", "404"), ("spa00562b012345.xml", "own"), ("spa00562B012345.xml", "own")),
            name_at="Display_Name_1_", secret_at="Password_1_",
        ),
        Vendor(
            "VVX 410", "Polycom_VVX_410", "0004f2aabbcc",
            "FileTransport PolycomVVX-VVX_410-UA/5.9.5.0614 (SN:0004f2aabbcc) Type/Application",
            (
                ("0004f2aabbcc.cfg", "boot"), ("0004f2aabbcc-config.cfg", "own"), ("0004f2aabbcc-phone.cfg", "404"),
                ("0004f2aabbcc-web.cfg", "404"), ("0004f2aabbcc-license.cfg", "404"),
                ("000000000000-license.cfg", "404"), ("0004f2aabbcc-directory.xml", "404"),
                ("000000000000-directory.xml", "404"), ("0004f2aabbcc-calls.xml", "404"),
                ("3111-46162-001.sip.ld", "404"), ("sip.ver", "404"),
            ),
            name_at="reg.1.displayName", secret_at="reg.1.auth.password",
        ),
    )
}  # fmt: skip


@pytest.fixture(params=VENDORS)
def vendor(request: pytest.FixtureRequest) -> Vendor:
    return VENDORS[request.param]


@pytest.fixture
def phone(plane: PlaneDoor, database, vendor: Vendor, acme: int) -> Iterator[Phone]:
    """A phone of the vendor that nobody has heard of."""
    return Phone(plane, database, vendor.mac)


@pytest.fixture
def device(phone: Phone, vendor: Vendor, setting_up) -> Phone:
    """One that was approved, with a user."""
    make_device(setting_up, vendor)
    return phone


def make_device(setting_up, vendor: Vendor) -> None:
    with setting_up() as session:
        tenant = factories.make_tenant(session, "Globex")
        user = factories.make_user(session, "4711", tenant=tenant, display_name=NAME, password=PASSWORD)
        template = factories.get_template(session, vendor.template)
        device = factories.make_device(
            session,
            mac=vendor.mac,
            tenant=tenant,
            template=template,
            phone_model=template.phone_model,
            phone_user=user,
        )
        config_files.generate(session, device, now=NOW)


def ask(
    phone: Phone, vendor: Vendor, name: str, method: str = "GET", at: str = "/ipp/tenant/Acme", **headers: str
):
    return phone.ask(method, f"{at}/{name}", User_Agent=vendor.user_agent, Accept="*/*", **headers)


def own_name(vendor: Vendor) -> str:
    return next(name for name, what in vendor.asks if what == "own")


def read_as_its_phone(vendor: Vendor, text: str) -> dict[str, str]:
    """Return names and values: of XML by a parser, of lines by their sign."""
    if vendor.content_type == TEXT:
        return {
            f"{name} = ": value for name, _, value in (line.partition(" = ") for line in text.splitlines())
        }
    elements = etree.fromstring(text.encode()).iter(etree.Element)
    return {
        name: value
        for element in elements
        for name, value in ((element.tag, element.text or ""), *element.attrib.items())
    }


def check_sequence(phone: Phone, vendor: Vendor, at: str) -> str:
    """Ask for everything in the order of the phone, and return its own file."""
    text = ""
    for name, what in vendor.asks:
        answer = ask(phone, vendor, name, at=at)
        assert (name, answer.status) == (name, 404 if what == "404" else 200), answer.text
        if what == "404":
            assert answer.sentence
            continue
        assert answer.headers["content-type"] == vendor.content_type
        if what == "boot":
            root = etree.fromstring(answer.body)
            assert root.attrib["CONFIG_FILES"] == own_name(vendor)
        else:
            text = answer.text
    return text


def test_a_new_phone_gets_the_file_of_its_template_without_secrets_and_may_be_approved(
    phone, vendor, acme, stored
):
    values = read_as_its_phone(vendor, check_sequence(phone, vendor, "/ipp/tenant/Acme"))
    assert values[vendor.name_at] == ""
    assert vendor.secret_at not in values
    with stored() as session:
        row = session.get_one(DeviceStatus, vendor.mac)
        assert (row.tenant_id, row.device_id, row.template.name) == (acme, None, vendor.template)


@pytest.mark.parametrize("at", ["/ipp/tenant/Globex", "/configfiles"])
def test_a_device_gets_its_own_file_with_the_name_of_its_user_as_it_is(device, vendor, at):
    values = read_as_its_phone(vendor, check_sequence(device, vendor, at))
    assert (values[vendor.name_at], values[vendor.secret_at]) == (NAME, PASSWORD)


def test_head_ranges_and_conditions_are_answered_as_for_every_file(device, vendor):
    whole = ask(device, vendor, own_name(vendor))
    head = ask(device, vendor, own_name(vendor), "HEAD")
    assert (head.status, head.body, head.headers["content-length"]) == (200, b"", str(len(whole.body)))
    held = ask(device, vendor, own_name(vendor), If_None_Match=whole.headers["etag"])
    since = ask(device, vendor, own_name(vendor), If_Modified_Since=whole.headers["last-modified"])
    assert (held.status, since.status) == (304, 304)
    part = ask(device, vendor, own_name(vendor), Range="bytes=0-4")
    assert (part.status, part.body) == (206, whole.body[:5])


def test_what_a_browser_opens_of_it_is_no_page(device, vendor):
    headers = ask(device, vendor, own_name(vendor)).headers
    is_markup = vendor.content_type != TEXT
    assert ("sandbox" in headers.get("content-security-policy", "")) is is_markup


def test_an_operation_that_waits_for_its_file_sees_it_fetched(device, vendor, setting_up, stored):
    with setting_up() as session:
        file = session.scalars(select(ConfigFile).where(ConfigFile.name == f"{vendor.mac}.cfg")).one()
        file.is_watched = True
    for name, what in vendor.asks:
        answer = ask(device, vendor, name, at="/ipp/tenant/Globex")
        with stored() as session:
            fetched_at = session.scalar(
                select(ConfigFile.fetched_at).where(ConfigFile.name == f"{vendor.mac}.cfg")
            )
        if what == "own":
            assert (answer.status, fetched_at is None) == (200, False)
            return
        assert fetched_at is None, name


def test_logs_that_a_phone_uploads_are_refused_cleanly(device, vendor):
    answer = ask(device, vendor, f"{vendor.mac}-app.log", "PUT")
    assert (answer.status, answer.headers["allow"]) == (405, "GET, HEAD, POST")
    assert answer.sentence == "Use GET or HEAD or POST here."


def test_its_tenants_networks_hold_for_every_name(device, vendor, setting_up):
    with setting_up() as session:
        session.scalars(select(Tenant).where(Tenant.name == "Globex")).one().allowed_networks = "10.1.0.0/16"
    for at in ("/configfiles", "/ipp/tenant/Acme"):
        answer = device.ask(
            "GET", f"{at}/{own_name(vendor)}", peer="203.0.113.9", User_Agent=vendor.user_agent
        )
        assert (answer.status, answer.text) == (403, '{"error":"This is not served here."}')
    assert ask(device, vendor, own_name(vendor)).status == 200


def test_another_name_than_its_model_has_leads_to_no_file(device, vendor):
    others = [other for other in VENDORS.values() if other is not vendor]
    names = [own_name(other).replace(other.mac, vendor.mac) for other in others]
    for name in set(names) - {name for name, what in vendor.asks if what != "404"}:
        answer = ask(device, vendor, name)
        assert answer.status == 404, name
        assert "of this model ask for" in answer.sentence or "no configuration file" in answer.sentence
