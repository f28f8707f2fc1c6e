"""Which placeholders hold a secret."""

import pytest

from app.rendering.secret_placeholders import is_secret_placeholder, secret_names_in


@pytest.mark.parametrize("name", ["Line1AuthPassword", "LDAPPassword", "P_Door_PIN", "P_wifi_psk"])
def test_a_name_says_that_it_is_a_secret(name: str):
    assert is_secret_placeholder(name)


@pytest.mark.parametrize("name", ["Line1AuthName", "Primary_NTP", "P_Own"])
def test_a_name_says_that_it_is_none(name: str):
    assert not is_secret_placeholder(name)


def test_whatever_is_written_into_a_secret_parameter_is_a_secret():
    template = "a/b=%ITCS_P_A%\r\nsystem/password=x%ITCS_P_B%%ITCS_P_C%\rc/pin_lock/enabled=%ITCS_P_D%"
    assert secret_names_in(template) == {"P_B", "P_C"}
