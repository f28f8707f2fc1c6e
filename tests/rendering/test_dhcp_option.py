"""The first file of a phone, and the strings for DHCP servers."""

import pytest

from app.errors import InvalidInputError
from app.rendering.dhcp_option import (
    DIRECT_TEMPLATE,
    PROXY_TEMPLATE,
    DhcpOptionStrings,
    SbcProxy,
    dhcp_option_strings,
    fill_dhcp_option,
)
from app.rendering.manager_urls import manager_urls

PROXY = SbcProxy("10.9.9.9", 8085)


def test_direct_file_has_its_seven_lines() -> None:
    assert fill_dhcp_option(DIRECT_TEMPLATE, manager_urls("http://10.1.2.3"), None) == (
        "ems_server/keep_alive_period=60\n"
        "ems_server/provisioning/url=http://10.1.2.3:8081/\n"
        "provisioning/method=STATIC\n"
        "provisioning/configuration/url=http://10.1.2.3/configfiles/\n"
        "provisioning/firmware/url=http://10.1.2.3/firmwarefiles/\n"
        "ems_server/user_name=system\n"
        'ems_server/user_password={"VvlZOp5/5pM="}\n'
    )


def test_proxy_file_sends_reports_to_the_proxy() -> None:
    assert fill_dhcp_option(PROXY_TEMPLATE, manager_urls("https://mgr.example.com"), PROXY) == (
        "ems_server/keep_alive_period=60\n"
        "ems_server/provisioning/url=https://10.9.9.9:8085/\n"
        "provisioning/method=STATIC\n"
        "provisioning/configuration/url=https://mgr.example.com/configfiles/\n"
        "provisioning/firmware/url=https://mgr.example.com/firmwarefiles/\n"
        "ems_server/user_name=system\n"
        'ems_server/user_password={"VvlZOp5/5pM="}\n'
    )


@pytest.mark.parametrize(
    "public_url", ["https://mgr", "http://mgr:9000", "https://[::1]:8443", "http://[::1]"]
)
def test_direct_file_names_the_urls_of_the_public_url(public_url: str) -> None:
    urls = manager_urls(public_url)
    lines = fill_dhcp_option(DIRECT_TEMPLATE, urls, PROXY).splitlines()
    assert lines[1] == f"ems_server/provisioning/url={urls.provisioning_url}"
    assert lines[3] == f"provisioning/configuration/url={urls.configuration_url}"
    assert lines[4] == f"provisioning/firmware/url={urls.firmware_url}"


@pytest.mark.parametrize(
    ("line", "filled"),
    [
        ("a=<IP_ADDRESS>", "a=mgr:9000"),
        ("a=<IP_ADDRESS>:8081", "a=mgr:9000"),
        ("a=<IP_ADDRESS>:5060", "a=mgr:5060"),
        ("a=http://<IP_ADDRESS>/x", "a=https://mgr:9000/x"),
        ("a=<HTTP_OR_S>", "a=https"),
        ("a=http://elsewhere/", "a=http://elsewhere/"),
        ("a=http://<PROXY_IP_ADDRESS>/", "a=https://10.9.9.9:8085/"),
        ("a=<MAC>.cfg;<MODEL>", "a=<MAC>.cfg;<MODEL>"),
        ("lync/sign_in/use_hosting_outbound_proxy=1", "lync/sign_in/use_hosting_outbound_proxy=1"),
    ],
)
def test_edited_line_is_filled(line: str, filled: str) -> None:
    assert fill_dhcp_option(line, manager_urls("https://mgr:9000"), PROXY) == f"{filled}\n"


def test_line_ends_are_written_as_line_feeds_and_the_file_ends_with_one() -> None:
    assert fill_dhcp_option("\ufeffa=1\r\nb=2\r\n\r\n", manager_urls("http://mgr"), None) == "a=1\nb=2\n"


def test_proxy_that_is_not_set_is_asked_for() -> None:
    with pytest.raises(InvalidInputError, match="SBC proxy is not set: enter it under System Settings"):
        fill_dhcp_option(PROXY_TEMPLATE, manager_urls("http://mgr"), None)


def test_strings_are_those_dhcp_servers_take() -> None:
    assert dhcp_option_strings(manager_urls("http://10.1.2.3"), None, "Acme") == DhcpOptionStrings(
        system="http://10.1.2.3/firmwarefiles;ipp/dhcpoption160.cfg",
        system_by_proxy="http://SBC_PROXY_IP:SBC_PROXY_PORT/firmwarefiles;ipp/httpproxy/",
        tenant="http://10.1.2.3/firmwarefiles;ipp/tenant/Acme",
        tenant_by_proxy="http://SBC_PROXY_IP:SBC_PROXY_PORT/firmwarefiles;ipp/tenant/Acme",
        tenant_without_dhcp="http://10.1.2.3/ipp/tenant/Acme",
    )


def test_strings_name_the_proxy_and_follow_the_public_url() -> None:
    strings = dhcp_option_strings(manager_urls("https://mgr:8443"), PROXY, "Globex")
    assert strings.system == "https://mgr:8443/firmwarefiles;ipp/dhcpoption160.cfg"
    assert strings.system_by_proxy == "https://10.9.9.9:8085/firmwarefiles;ipp/httpproxy/"
    assert strings.tenant_by_proxy == "https://10.9.9.9:8085/firmwarefiles;ipp/tenant/Globex"


def test_name_of_a_tenant_is_percent_encoded() -> None:
    strings = dhcp_option_strings(manager_urls("http://mgr"), None, "Zoë & Co; <East>/1")
    assert strings.tenant == "http://mgr/firmwarefiles;ipp/tenant/Zo%C3%AB%20%26%20Co%3B%20%3CEast%3E%2F1"


@pytest.mark.parametrize(
    ("address", "port"), [("10.9.9.9", 0), ("10.9.9.9", 65536), ("", 80), ("a/b", 80), ("::1", 80)]
)
def test_proxy_that_cannot_exist_is_refused(address: str, port: int) -> None:
    with pytest.raises(InvalidInputError):
        SbcProxy(address, port)
