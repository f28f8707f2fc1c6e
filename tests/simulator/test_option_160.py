"""The grammar of the option-160 string."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator import option_160
from simulator.errors import InvalidOptionError


@pytest.mark.parametrize(
    ("text", "firmware", "configuration"),
    [
        ("http://mgr", "http://mgr/<MODEL>.img", "http://mgr/<MAC>.cfg"),
        ("http://mgr/", "http://mgr/<MODEL>.img", "http://mgr/<MAC>.cfg"),
        ("https://mgr:8443", "https://mgr:8443/<MODEL>.img", "https://mgr:8443/<MAC>.cfg"),
        ("http://mgr/fw.img", "http://mgr/fw.img", "http://mgr/<MAC>.cfg"),
        ("http://mgr/fw.img;cfg.cfg", "http://mgr/fw.img", "http://mgr/cfg.cfg"),
        ("http://mgr/fw.img;", "http://mgr/fw.img", "http://mgr/<MAC>.cfg"),
        ("http://mgr/fw.img;sub/cfg.cfg", "http://mgr/fw.img", "http://mgr/sub/cfg.cfg"),
        ("http://mgr/;cfg.cfg", None, "http://mgr/cfg.cfg"),
        ("http://mgr;cfg.cfg", None, "http://mgr/cfg.cfg"),
        ("http://mgr/cfg.cfg", None, "http://mgr/cfg.cfg"),
        ("http://mgr/ipp/tenant/Acme", "http://mgr/ipp/tenant/Acme/<MODEL>.img",
         "http://mgr/ipp/tenant/Acme/<MAC>.cfg"),
        ("http://mgr/firmwarefiles;ipp/tenant/Acme", "http://mgr/firmwarefiles/<MODEL>.img",
         "http://mgr/ipp/tenant/Acme/<MAC>.cfg"),
        ("http://mgr/firmwarefiles;ipp/tenant/Acme Inc.", "http://mgr/firmwarefiles/<MODEL>.img",
         "http://mgr/ipp/tenant/Acme Inc./<MAC>.cfg"),
        ("http://mgr/firmwarefiles;ipp/httpproxy/", "http://mgr/firmwarefiles/<MODEL>.img",
         "http://mgr/ipp/httpproxy/<MAC>.cfg"),
        ("http://mgr/firmwarefiles;ipp/dhcpoption160.cfg", "http://mgr/firmwarefiles/<MODEL>.img",
         "http://mgr/ipp/dhcpoption160.cfg"),
        ("http://mgr/fw/<MODEL>_x.img;<MAC>/phone.cfg", "http://mgr/fw/<MODEL>_x.img",
         "http://mgr/<MAC>/phone.cfg"),
        ("http://mgr/fw.img;http://other/cfg.cfg", "http://mgr/fw.img", "http://other/cfg.cfg"),
        ("  HTTP://mgr/fw.IMG ", "http://mgr/fw.IMG", "http://mgr/<MAC>.cfg"),
        ("http://[2001:db8::1]:8081/;c.cfg", None, "http://[2001:db8::1]:8081/c.cfg"),
    ],
)  # fmt: skip
def test_string_names_firmware_and_configuration(text: str, firmware: str | None, configuration: str) -> None:
    read = option_160.read(text)
    assert (read.firmware, read.configuration) == (firmware, configuration)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("http://mgr/firmwarefiles;ipp/tenant/Acme", "Acme"),
        ("http://mgr/firmwarefiles;ipp/tenant/Acme%20Inc", "Acme Inc"),
        ("http://mgr/firmwarefiles;ipp/region/Globex/", "Globex"),
        ("http://mgr/ipp/tenant/Acme", "Acme"),
        ("http://mgr/firmwarefiles;ipp/dhcpoption160.cfg", None),
        ("http://mgr/firmwarefiles;ipp/tenant/shared.cfg", None),
        ("http://mgr", None),
    ],
)
def test_tenant_is_read_from_the_configuration_url(text: str, named: str | None) -> None:
    assert option_160.read(text).tenant == named


@pytest.mark.parametrize(
    ("text", "rest_url"),
    [
        ("http://mgr/firmwarefiles;ipp/tenant/Acme", "http://mgr:8081/"),
        ("https://mgr/firmwarefiles;ipp/tenant/Acme", "http://mgr:8081/"),
        ("http://127.0.0.1:9000/firmwarefiles;ipp/tenant/Acme", "http://127.0.0.1:9000/"),
        ("https://mgr:8443", "https://mgr:8443/"),
    ],
)
def test_reports_go_to_port_8081_unless_the_string_names_a_port(text: str, rest_url: str) -> None:
    assert option_160.read(text).rest_url == rest_url


@pytest.mark.parametrize("text", ["mgr/fw.img", "ftp://mgr/fw.img", "tftp://mgr", "", "http://", "http:///x"])
def test_string_that_leads_nowhere_is_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(InvalidOptionError, match=r"\.$"):
        option_160.read(text)


@pytest.mark.parametrize("text", ["http://mgr:port/x", "http://mgr:99999", "http://[::1/x"])
def test_address_that_cannot_be_read_is_refused(text: str) -> None:
    with pytest.raises(InvalidOptionError, match="cannot be read"):
        option_160.read(text)


def test_file_for_all_phones_is_told_from_one_of_their_own() -> None:
    assert option_160.read("http://mgr/firmwarefiles;ipp/dhcpoption160.cfg").is_for_all_phones
    assert not option_160.read("http://mgr/firmwarefiles;ipp/tenant/Acme").is_for_all_phones


def test_macros_are_filled_in_whatever_their_case() -> None:
    assert option_160.fill("http://m/<model>/<MODEL>_<mac>.cfg", "430HD", "00908F") == (
        "http://m/430HD/430HD_00908F.cfg"
    )


@given(st.text(max_size=200))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        read = option_160.read(f"http://{text}")
    except InvalidOptionError:
        return
    assert read.configuration.startswith(("http://", "https://")) or "://" in read.configuration
