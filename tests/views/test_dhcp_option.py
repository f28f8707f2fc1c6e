"""DHCP Option and SBC Proxy Configuration: strings to copy, what a phone gets, and the files to edit and generate."""

import re
from html import unescape
from io import BytesIO

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from app.rendering.dhcp_option import DIRECT_TEMPLATE
from app.rendering.option_template import MOST_BYTES
from tests.views.browsing import Browser
from tests.views.conftest import SignIn
from tests.views.world import World

OPTION, PROXY = "/system-settings/dhcp-option/", "/system-settings/sbc-proxy/"
UC_430HD = {"User-Agent": "AUDC-IPPhone-430HD_UC_3.4.6.604/1.0"}
GENERIC_430HD = {"User-Agent": "AUDC-IPPhone/2.2.16.142 (430HD; 00908F000000)"}
OVR = "lync/sign_in/use_hosting_outbound_proxy=1"


def strings_of(page: str) -> dict[str, str]:
    return dict(re.findall(r'id="(url-[a-z-]+)" value="([^"]*)" readonly', page))


def text_in(page: str, label: str) -> str:
    return unescape(page.partition(f'aria-label="{label}">')[2].partition("</pre>")[0])


def upload(browser: Browser, address: str, content: bytes, name: str = "dhcp.cfg") -> TestResponse:
    return browser.post(f"{address}upload", {"file": (BytesIO(content), name)})


def test_strings_are_right_for_scheme_name_proxy_and_tenant(sign_in: SignIn):
    alice = sign_in("alice")
    alice.post("/system-settings/", {"scheme_from_devices": "https", "server_fqdn": "phones.acme.com"})
    assert strings_of(alice.get(f"{OPTION}?tenant=Globex").text) == {
        "url-tenant": "https://phones.acme.com/firmwarefiles;ipp/tenant/Globex",
        "url-tenant-proxy": "https://SBC_PROXY_IP:SBC_PROXY_PORT/firmwarefiles;ipp/tenant/Globex",
        "url-system": "https://phones.acme.com/firmwarefiles;ipp/dhcpoption160.cfg",
        "url-system-proxy": "https://SBC_PROXY_IP:SBC_PROXY_PORT/firmwarefiles;ipp/httpproxy/",
        "url-direct": "https://phones.acme.com/ipp/tenant/Globex",
    }
    alice.post(f"{PROXY}proxy", {"sbc_proxy_host": "10.9.9.9", "sbc_proxy_port": "8080"})
    assert strings_of(alice.get(f"{PROXY}?tenant=Acme").text) == {
        "url-tenant-proxy": "https://10.9.9.9:8080/firmwarefiles;ipp/tenant/Acme",
        "url-system-proxy": "https://10.9.9.9:8080/firmwarefiles;ipp/httpproxy/",
    }


def test_every_tenant_can_be_chosen(people: dict[str, Browser]):
    page = people["oscar"].get(OPTION).text
    choices = page.partition('id="tenant"')[2].partition("</select>")[0]
    assert re.findall(r">([^<]+)</option>", choices) == ["Acme", "Default", "Globex"]


@pytest.mark.parametrize(("train", "agent"), [("uc", UC_430HD), ("generic", GENERIC_430HD)])
def test_the_trial_shows_the_bytes_that_a_phone_gets(
    sign_in: SignIn, app: Flask, train: str, agent: dict[str, str]
):
    page = sign_in("oscar").get(f"{OPTION}?tenant=Acme&model=430HD&train={train}").text
    answer = app.test_client().get("/ipp/tenant/Acme/00908f000000.cfg", headers=agent)
    assert answer.status_code == 200
    assert text_in(page, "The file that a phone gets").encode() == answer.data
    assert f"X-Template-Name: {answer.headers['X-Template-Name']}" in page
    assert f"{len(answer.data):,} bytes" in page
    assert "is the factory template for 430HD" in page


def test_the_trial_says_why_a_phone_gets_no_file(people: dict[str, Browser]):
    page = people["alice"].get(f"{OPTION}?tenant=Acme&model=8440&train=generic").text
    assert "there is no template for 8440" in page
    assert "The file that a phone gets" not in page


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("tenant=Nowhere&model=430HD", "There is no tenant called"),
        ("tenant=Acme&model=Rotary", "There is no phone model"),
    ],
)
def test_the_trial_says_what_it_does_not_know(people: dict[str, Browser], query: str, says: str):
    assert says in people["alice"].get(f"{OPTION}?{query}").text


def test_a_trial_changes_nothing(sign_in: SignIn):
    oscar = sign_in("oscar")
    oscar.get(f"{OPTION}?tenant=Acme&model=430HD&train=uc")
    assert "00908f000000" not in oscar.get("/devices-status/").text


class TestFile:
    def test_the_system_url_gives_what_the_page_shows(self, sign_in: SignIn, app: Flask):
        page = sign_in("oscar").get(f"{OPTION}?by=system&model=430HD").text
        answer = app.test_client().get("/ipp/dhcpoption160.cfg")
        assert text_in(page, "The file as phones get it now").encode() == answer.data
        assert "up to date" in page

    def test_what_is_saved_waits_for_generate(self, sign_in: SignIn, app: Flask):
        oscar, phone = sign_in("oscar"), app.test_client()
        edited = DIRECT_TEMPLATE.replace("period=60", "period=30")
        assert oscar.post(OPTION, {"template": edited, "deed": "save"}).status_code == 302
        assert b"period=60" in phone.get("/ipp/dhcpoption160.cfg").data
        page = oscar.get(OPTION).text
        assert "Generate would change it" in page
        assert "period=30" in text_in(page, "The file as Generate would write it")
        oscar.post(f"{OPTION}generate")
        assert b"period=30" in phone.get("/ipp/dhcpoption160.cfg").data

    def test_lines_of_ovr_are_put_in_saved_and_generated(self, sign_in: SignIn, app: Flask):
        oscar = sign_in("oscar")
        form = {"template": DIRECT_TEMPLATE, "deed": "ovr", "ovr_address": "10.9.9.9", "ovr_port": "5067"}
        page = oscar.post(OPTION, form).text
        assert "Nothing is saved yet" in page
        template = unescape(
            page.partition('id="template-text"')[2].partition(">")[2].partition("</textarea>")[0]
        )
        assert template.rstrip().endswith(OVR)
        oscar.post(OPTION, {"template": template, "deed": "save_and_generate"})
        assert OVR.encode() in app.test_client().get("/ipp/dhcpoption160.cfg").data
        assert 'name="ovr_address" value="10.9.9.9"' in oscar.get(OPTION).text

    def test_what_will_not_do_is_refused_with_its_line_and_stays_in_the_field(self, sign_in: SignIn):
        oscar = sign_in("oscar")
        wrong = DIRECT_TEMPLATE.replace("STATIC", "Dynamic")
        answer = oscar.post(OPTION, {"template": wrong, "deed": "save"})
        assert answer.status_code == 400
        assert "Line 3: provisioning/method has to stay STATIC" in answer.text
        assert "provisioning/method=Dynamic" in answer.text
        assert "Dynamic" not in oscar.get(OPTION).text

    def test_a_template_is_downloaded_edited_and_uploaded(self, sign_in: SignIn):
        oscar = sign_in("oscar")
        downloaded = oscar.get(f"{OPTION}download")
        assert downloaded.headers["Content-Disposition"].startswith("attachment")
        assert upload(oscar, OPTION, b"\xef\xbb\xbf; ours\r\n" + downloaded.data).status_code == 302
        assert "; ours" in oscar.get(OPTION).text
        assert "Restore to default" in oscar.get(OPTION).text
        oscar.post(f"{OPTION}restore")
        page = oscar.get(OPTION).text
        assert "; ours" not in page
        assert 'data-confirm-label="Restore to default"' not in page

    @pytest.mark.parametrize(
        ("content", "name", "says"),
        [
            (b"\xff\xfe\x00\x01", "dhcp.cfg", "is no text in UTF-8"),
            (b"a=1\n" * MOST_BYTES, "dhcp.cfg", "is too long"),
            (DIRECT_TEMPLATE.encode(), "dhcp.exe", "may not be uploaded"),
            (b"\x7fELF\x01=\x02", "dhcp.cfg", "Line 1:"),
            (b"", "", "Choose a file"),
        ],
    )
    def test_a_hostile_upload_is_refused_and_leaves_nothing(
        self, sign_in: SignIn, content: bytes, name: str, says: str
    ):
        oscar = sign_in("oscar")
        answer = upload(oscar, OPTION, content, name)
        assert answer.status_code == 400
        assert says in unescape(answer.text)
        assert 'class="chip chip--green">edited' not in oscar.get(OPTION).text


class TestProxy:
    def test_without_a_proxy_there_is_no_file_and_the_page_says_what_to_do(self, people: dict[str, Browser]):
        page = people["alice"].get(PROXY).text
        assert "set the proxy&#39;s address first" in page or "set the proxy's address first" in page

    def test_once_it_is_set_phones_behind_it_get_their_file_with_generate(self, sign_in: SignIn, app: Flask):
        oscar, phone = sign_in("oscar"), app.test_client()
        oscar.post(f"{PROXY}proxy", {"sbc_proxy_host": "10.9.9.9", "sbc_proxy_port": "8080"})
        assert phone.get("/ipp/httpproxy/dhcpoption160.cfg").status_code == 404
        oscar.post(f"{PROXY}generate")
        answer = phone.get("/ipp/httpproxy/dhcpoption160.cfg")
        assert b"ems_server/provisioning/url=http://10.9.9.9:8080/" in answer.data
        assert text_in(oscar.get(PROXY).text, "The file as phones get it now").encode() == answer.data

    def test_an_address_that_is_none_is_refused_at_its_field(self, sign_in: SignIn):
        answer = sign_in("oscar").post(f"{PROXY}proxy", {"sbc_proxy_host": "http://10.9.9.9"})
        assert answer.status_code == 400
        assert 'value="http://10.9.9.9"' in answer.text


def test_nobody_else_sees_or_changes_them(people: dict[str, Browser], shared_world: World):
    for name in ("olga", "hal", "victor", "vera", "nora"):
        assert people[name].get(OPTION).status_code == 403
        assert people[name].post(f"{OPTION}generate").status_code == 403
