"""What may stand in the template of the first file of phones."""

import re

import pytest

from app.errors import InvalidInputError
from app.rendering.dhcp_option import DIRECT_TEMPLATE, PROXY_TEMPLATE, fill_dhcp_option
from app.rendering.manager_urls import manager_urls
from app.rendering.option_template import MOST_BYTES, check_option_template, ovr_values, with_ovr_lines

URLS = manager_urls("http://10.1.2.3")


def check(template: str, *, is_for_proxy: bool = False) -> list[str]:
    return check_option_template(template, is_for_proxy=is_for_proxy)


def changed(before: str, after: str) -> str:
    assert before in DIRECT_TEMPLATE
    return DIRECT_TEMPLATE.replace(before, after)


def test_the_factorys_templates_are_fine() -> None:
    assert check(DIRECT_TEMPLATE) == []
    assert check(PROXY_TEMPLATE, is_for_proxy=True) == []


def test_comments_includes_and_line_ends_of_windows_are_fine() -> None:
    assert check("; ours\r\ninclude more.cfg\r\n\r\n" + DIRECT_TEMPLATE.replace("\n", "\r\n")) == []


@pytest.mark.parametrize(
    ("template", "says"),
    [
        (changed("STATIC", "Dynamic"), "Line 3: provisioning/method has to stay STATIC"),
        (changed("provisioning/method=STATIC\n", ""), "provisioning/method=STATIC is missing"),
        (changed("period=60", "period=301"), "Line 1: .* from 0 to 300"),
        (changed("period=60", "period=often"), "Line 1: .* from 0 to 300"),
        (changed("<IP_ADDRESS>", "<IP_ADRESS>"), "Line 2: nothing stands for '<IP_ADRESS>'"),
        (changed("<IP_ADDRESS>", "<PROXY_IP_ADDRESS>"), "Line 2: <PROXY_IP_ADDRESS> belongs"),
        (changed("period=60", "period 60"), "Line 1: .* has no equals sign"),
        (changed("ems_server/keep_alive_period", "ems server"), "Line 1: The parameter 'ems server' is not valid"),
        (changed("period=60", "period=%ITCS_KeepAlivePeriod%"), "Line 1: .* holds a placeholder"),
        (f"{DIRECT_TEMPLATE}lync/sign_in/fixed_outbound_proxy_port=10001\n", "Line 8: .* from 0 to 10000"),
        (DIRECT_TEMPLATE + ";" * MOST_BYTES, "too long"),
        ("", "is missing"),
    ],
)  # fmt: skip
def test_what_phones_would_come_to_grief_with_is_refused_by_its_line(template: str, says: str) -> None:
    with pytest.raises(InvalidInputError, match=says):
        check(template)


@pytest.mark.parametrize(
    ("template", "says"),
    [
        (changed("period=60", "period=90"), "Line 1: phones that report less than once an hour"),
        (changed("ems_server/user_name=system\n", ""), "There is no line ems_server/user_name"),
        (f"{DIRECT_TEMPLATE}ems_server/user_name=other\n", "Line 6: .* is given again in line 8"),
        (f"{DIRECT_TEMPLATE}outbound_proxy_address=10.1.1.1\n", "lync/sign_in/fixed_outbound_proxy_address"),
        (f"{DIRECT_TEMPLATE}system/password=open-sesame\n", "Line 8: every phone that asks is given this secret"),
    ],
)  # fmt: skip
def test_what_is_odd_is_said(template: str, says: str) -> None:
    (doubt,) = check(template)
    assert re.search(says, doubt), doubt


class TestOvr:
    """Manual, chapter 11; the first parameter by the name that phones know."""

    def test_three_lines_are_added_and_reach_the_file(self) -> None:
        template = with_ovr_lines(DIRECT_TEMPLATE, "10.9.9.9", "5067")
        assert check(template) == []
        assert fill_dhcp_option(template, URLS, None).splitlines()[-3:] == [
            "lync/sign_in/fixed_outbound_proxy_address=10.9.9.9",
            "lync/sign_in/fixed_outbound_proxy_port=5067",
            "lync/sign_in/use_hosting_outbound_proxy=1",
        ]

    def test_they_take_the_place_of_those_that_are_there(self) -> None:
        once = with_ovr_lines(DIRECT_TEMPLATE, "10.9.9.9", "5067")
        twice = with_ovr_lines(once, "sbc.acme.com", "5068")
        assert len(twice.splitlines()) == len(once.splitlines())
        assert ovr_values(twice) == ("sbc.acme.com", "5068")
        assert ovr_values(DIRECT_TEMPLATE) == ("", "")

    @pytest.mark.parametrize(
        ("address", "port"), [("", "5067"), ("a b", "5067"), ("sbc", "0"), ("sbc", "10001"), ("sbc", "x")]
    )
    def test_what_is_no_address_or_port_is_refused(self, address: str, port: str) -> None:
        with pytest.raises(InvalidInputError):
            with_ovr_lines(DIRECT_TEMPLATE, address, port)
