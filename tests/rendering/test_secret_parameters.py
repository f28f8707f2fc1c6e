"""Secrets in files: known by the parameter's name, masked."""

import time

import pytest

from app.rendering.secret_parameters import (
    MASK,
    SYSTEM_PAIR,
    is_empty_value,
    is_secret_parameter,
    mask_secrets,
    without_secrets,
)


@pytest.mark.parametrize(
    "name",
    [
        "system/password", ";system/password", "  ; system/password ", "voip/line/0/auth_password",
        "ems_server/user_password", "system/ldap/password", "SYSTEM/PASSWORD", "voip_line_0_auth_password",
        "system/pin_lock/pin", "security/shared_secret", "network/psk", "a/userPassword2", "user/pin-code",
    ],
)  # fmt: skip
def test_password_secret_and_pin_are_secret(name: str) -> None:
    assert is_secret_parameter(name)


@pytest.mark.parametrize(
    "name",
    [
        "system/pin_lock/enabled", "system_pin_lock_enabled", "system/user_name", "voip/line/0/id", "",
        "network/lan/vlan/pc_port_tagging/enable", "voip/spinning", "password/policy", "a/pinned",
    ],
)  # fmt: skip
def test_other_parameters_are_not_secret(name: str) -> None:
    assert not is_secret_parameter(name)


@pytest.mark.parametrize("value", ["", " ", "\t", '{""}', ' {""} ', " ;why", "\t;why"])
def test_nothing_in_any_form_is_empty(value: str) -> None:
    assert is_empty_value(value)


@pytest.mark.parametrize("value", ["x", " x", ";x", '{"VvlZOp5/5pM="}', "x ;why", "0"])
def test_something_is_not_empty(value: str) -> None:
    assert not is_empty_value(value)


def test_values_of_secrets_are_masked_and_nothing_else() -> None:
    text = (
        "a=1\nsystem/password=hunter2\n;system/password = a=b ;c\nsystem/ldap/password=\nuser_name=password\n"
    )
    assert mask_secrets(text) == (
        f"a=1\nsystem/password={MASK}\n;system/password = {MASK}\nsystem/ldap/password=\nuser_name=password\n"
    )


def test_mask_does_not_show_how_long_a_secret_is() -> None:
    assert mask_secrets("system/password=a") == mask_secrets(f"system/password={'a' * 99}")


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_secrets_are_masked_whatever_ends_a_line(line_end: str) -> None:
    text = line_end.join(["a=1", "system/password=hunter2", "b=2"])
    assert mask_secrets(text) == text.replace("hunter2", MASK)


def test_masking_a_masked_file_changes_nothing() -> None:
    once = mask_secrets("system/password=x\nb=1")
    assert mask_secrets(once) == once


def test_file_for_a_waiting_phone_holds_no_secret_but_the_public_pair() -> None:
    text = "\n".join(
        ["include g.cfg", *SYSTEM_PAIR, "system/password=x", ";system/ldap/password=y", "b=1", ""]
    )
    assert without_secrets(text) == "\n".join(["include g.cfg", *SYSTEM_PAIR, "b=1", ""])


@pytest.mark.parametrize(
    "text",
    [
        "=" * 1_000_000, "a" * 1_000_000, "\n" * 1_000_000, "password=" * 100_000,
        "<" + "a" * 1_000_000, "<!--" * 250_000, "<a" * 500_000, "<a " + "b='c\" " * 150_000,
    ],
)  # fmt: skip
def test_hostile_text_of_a_megabyte_is_masked_in_linear_time(text: str) -> None:
    started = time.process_time()
    mask_secrets(text)
    assert time.process_time() - started < 10
