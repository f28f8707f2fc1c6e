"""The templates of other vendors: what comes into their files, read as their phones read them."""

from datetime import timedelta

import pytest
from lxml import etree

from app.models.enums import ValueFormat
from app.rendering.clock_values import clock_values
from app.rendering.daylight import ChangeDate, DateFormat, DaylightSaving
from app.rendering.escaping import render_phone_file
from app.rendering.factory_templates import VENDOR_TEMPLATES, FactoryTemplate
from app.rendering.manager_urls import manager_urls
from app.rendering.personal_file import Overlays
from app.rendering.placeholders import CATALOGUE, SYSTEM_DEFAULTS
from app.rendering.secret_parameters import MASK, empty_secrets, mask_secrets
from app.rendering.template_check import check_text
from app.rendering.template_file import parse_template

NAME = """O'Neil & <Söhne> "x" 日本 %ITCS_mac%"""
SECRET, LOOKUP, WEB = "p<&\"'>w", "l00kup", "w3b"
SUMMER = DaylightSaving(
    is_active=True,
    date_format=DateFormat.DAY_OF_WEEK,
    start=ChangeDate(month=3, week=5, hour=2),
    end=ChangeDate(month=10, week=5, hour=3),
    offset=timedelta(minutes=60),
)
VALUES = {
    **SYSTEM_DEFAULTS, **manager_urls("http://phones.example.com").placeholder_values(),
    "mac": "000b82123456", "Line1Id": "4711", "Line1AuthName": "anna", "Line1AuthPassword": SECRET,
    "DisplayName": NAME, "Proxy_address": "sip.example.com", "LDAPActive": "1", "LDAPServerAddress": "ldap.example.com",
    "LDAPBase": "ou=people,dc=example", "LDAPUserName": "cn=phone", "LDAPPassword": LOOKUP, "IPPhonePassword": WEB,
    **clock_values("+01:00", SUMMER),
}  # fmt: skip
BY_MODEL = {template.model: template for template in VENDOR_TEMPLATES}
OVERLAYS = Overlays(tenant=[("system/pin_lock/enabled", "1")])

each_template = pytest.mark.parametrize("template", VENDOR_TEMPLATES, ids=lambda template: template.name)


def format_of(template: FactoryTemplate) -> ValueFormat:
    return ValueFormat.TEXT if template.model == "T46S" else ValueFormat.XML


def file_of(template: FactoryTemplate, **others: str) -> str:
    data = parse_template(template.content).personal_file.data
    rendered = render_phone_file(format_of(template), data, {**VALUES, **others}, OVERLAYS)
    assert rendered.unknown == ()
    return rendered.text


def lines_of(text: str) -> dict[str, str]:
    """Return what a Yealink phone reads."""
    first, *lines = text.splitlines()
    assert first == "#!version:1.0.0.1"
    found = dict(line.split(" = ", 1) for line in lines)
    assert len(found) == len(lines)
    return found


def values_of(text: str) -> dict[str, str]:
    """Return what a phone that reads XML finds: elements and attributes by their names."""
    found: dict[str, str] = {}
    for element in etree.fromstring(text.encode()).iter(etree.Element):
        found |= {str(name): str(value) for name, value in element.attrib.items()}
        found[element.tag] = element.text or ""
    return found


@each_template
def test_the_check_of_templates_finds_nothing(template: FactoryTemplate) -> None:
    checked = check_text(template.content, CATALOGUE.keys(), format_of(template))
    assert (checked.faults, checked.doubts) == ((), ())


@pytest.mark.parametrize(
    ("model", "display", "user", "password", "directory", "lookup"),
    [
        ("GXP2170", "P270", "P35", "P34", "P8020", "P8024"),
        ("D785", "user_realname", "user_name", "user_pass", "ldap_server", "ldap_password"),
        ("SPA504G", "Display_Name_1_", "User_ID_1_", "Password_1_", "LDAP_Server", "LDAP_Password"),
        (
            "VVX 410", "reg.1.displayName", "reg.1.address", "reg.1.auth.password", "dir.corp.address",
            "dir.corp.password",
        ),
        ("T46S", "account.1.display_name", "account.1.user_name", "account.1.password", "ldap.host", "ldap.password"),
    ],
)  # fmt: skip
def test_account_and_directory_arrive_as_they_were_typed(
    model: str, display: str, user: str, password: str, directory: str, lookup: str
) -> None:
    text = file_of(BY_MODEL[model])
    values = lines_of(text) if model == "T46S" else values_of(text)
    assert (values[display], values[user], values[password]) == (NAME, "4711", SECRET)
    assert values[directory].startswith("ldap.example.com")
    assert values[lookup] == LOOKUP
    assert "pin_lock" not in text


@pytest.mark.parametrize(
    ("model", "told"),
    [
        ("GXP2170", {"P64": "customize", "P246": "STD-1DST-2,M3.5.0/2,M10.5.0/3"}),
        ("D785", {"utc_offset": "3600", "dst": "3600 03.05.07 02:00:00 10.05.07 03:00:00"}),
        (
            "SPA504G",
            {
                "Time_Zone": "GMT+01:00",
                "Daylight_Saving_Time_Rule": "start=3/-1/7/2:0:0;end=10/-1/7/3:0:0;save=1:0:0",
            },
        ),
        (
            "VVX 410",
            {
                "tcpIpApp.sntp.gmtOffset": "3600",
                "tcpIpApp.sntp.daylightSavings.fixedDayEnable": "0",
                "tcpIpApp.sntp.daylightSavings.stop.month": "10",
                "tcpIpApp.sntp.daylightSavings.stop.dayOfWeek.lastInMonth": "1",
            },
        ),
        (
            "T46S",
            {
                "local_time.time_zone": "+1",
                "local_time.summer_time": "1",
                "local_time.dst_time_type": "1",
                "local_time.start_time": "3/5/7/2",
            },
        ),
    ],
)
def test_the_clock_is_told_as_each_phone_wants_it(model: str, told: dict[str, str]) -> None:
    text = file_of(BY_MODEL[model])
    values = lines_of(text) if model == "T46S" else values_of(text)
    assert {name: values[name] for name in told} == told


@each_template
def test_secrets_are_masked_and_phones_that_wait_get_none(template: FactoryTemplate) -> None:
    text = file_of(template, Line1AuthPassword="s3cret")
    for shown in (mask_secrets(text), empty_secrets(text)):
        assert not any(secret in shown for secret in ("s3cret", LOOKUP, f">{WEB}<"))
        assert "sip.example.com" in shown
    assert mask_secrets(text).count(MASK) >= 2


@each_template
def test_a_secret_without_a_value_takes_nothing_away(template: FactoryTemplate) -> None:
    none = {"Line1AuthPassword": "", "LDAPPassword": "", "IPPhonePassword": ""}
    text = file_of(template, **none)
    assert len(text.splitlines()) < len(file_of(template).splitlines())
    if template.model == "T46S":
        assert "account.1.password" not in lines_of(text)
    else:
        assert not any("pass" in name.lower() or name in {"P34", "P2"} for name in values_of(text))
