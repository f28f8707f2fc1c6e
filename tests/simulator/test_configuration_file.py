"""The text of configuration files, and what a phone takes from it."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator import settings
from simulator.configuration_file import Include, Setting, parse
from simulator.settings import Account


def test_settings_includes_and_comments_are_told_apart() -> None:
    file = parse(b"include global.cfg\n;a comment\n\n a/b = c d \r\nx=1 ; said why\n  ; indented\ny=a;b\n")
    assert list(file.lines) == [
        Include("global.cfg"),
        Setting("a/b", "c d"),
        Setting("x", "1"),
        Setting("y", "a;b"),
    ]
    assert file.problems == ()


def test_value_may_hold_equals_signs_and_be_empty() -> None:
    file = parse(b'a={"VvlZOp5/5pM="}\nb=\ninclude=not an include\n')
    assert list(file.lines) == [
        Setting("a", '{"VvlZOp5/5pM="}'),
        Setting("b", ""),
        Setting("include", "not an include"),
    ]


def test_include_may_name_a_full_url() -> None:
    assert parse(b"INCLUDE http://mgr/x.cfg").lines == (Include("http://mgr/x.cfg"),)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (b"a=1\n<html>", "line 2 is neither a setting nor an include"),
        (b"two words=1", "line 1 is neither a setting nor an include"),
        (b"=1", "line 1 is neither a setting nor an include"),
        (b"a=x%ITCS_ServerIP%y", "line 1 leaves %ITCS_ServerIP% unfilled"),
        (b"include %ITCS_File%", "line 1 leaves %ITCS_File% unfilled"),
        (b"ems_server/user_password= ", "line 1 leaves ems_server/user_password empty"),
    ],
)
def test_what_a_phone_should_never_get_is_a_problem(text: bytes, problem: str) -> None:
    assert parse(text).problems == (problem,)


def test_placeholder_in_a_comment_is_no_problem() -> None:
    assert parse(b";system/password=%ITCS_IPPhonePassword%").problems == ()


def test_byte_order_mark_and_older_encoding_are_understood() -> None:
    assert parse("\ufeffa=ü".encode()).lines == (Setting("a", "ü"),)
    assert parse("a=ü".encode("iso-8859-1")).lines == (Setting("a", "ü"),)


@given(st.binary(max_size=500))
def test_any_bytes_are_read(body: bytes) -> None:
    for line in parse(body).lines:
        assert isinstance(line, Include) or line.name == line.name.strip() != ""


def test_settings_steer_the_phone() -> None:
    read = settings.read(
        {
            "ems_server/keep_alive_period": "5",
            "ems_server/provisioning/url": "http://mgr:8081/",
            "provisioning/configuration/url": "http://mgr/configfiles/",
            "provisioning/firmware/url": "http://mgr/firmwarefiles/",
            "provisioning/method": "Static",
            "ems_server/user_name": "EMS_7",
            "voip/line/0/id": "4711",
            "voip/line/0/auth_name": "hal",
            "voip/line/0/auth_password": "secret",
            "personal_settings/functional_key/12/key_label": "Hal",
            "voip/signalling/sip/proxy_address": "sip.example.com",
            "network/lan/vlan/id": "350",
            "provisioning/period/type": "HOURLY",
            "provisioning/period/hourly/hours_interval": "6",
            "provisioning/random_provisioning_time": "0",
        }
    )
    assert read == settings.Settings(
        keep_alive_period=timedelta(minutes=5),
        rest_url="http://mgr:8081/",
        configuration_url="http://mgr/configfiles/",
        firmware_url="http://mgr/firmwarefiles/",
        ignores_dhcp=True,
        ems_user_name="EMS_7",
        sip_proxy="sip.example.com",
        vlan_id="350",
        account=Account("4711", "hal", "secret", "Hal"),
        check_every=timedelta(hours=6),
        check_spread=timedelta(0),
    )


def test_defaults_are_those_of_the_firmware() -> None:
    assert settings.read({}) == settings.Settings()


@pytest.mark.parametrize("text", ["", "-1", "301", "x", "99999999999", "٣"])
def test_period_out_of_range_counts_as_not_given(text: str) -> None:
    assert settings.read({"ems_server/keep_alive_period": text}).keep_alive_period == timedelta(minutes=60)


@pytest.mark.parametrize(
    ("kind", "every"),
    [
        ("daily", timedelta(days=1)),
        ("Weekly", timedelta(days=7)),
        ("EVERY5MINUTES", timedelta(minutes=5)),
        ("powerup", None),
        ("hourly", timedelta(hours=24)),
        ("sometimes", timedelta(days=1)),
    ],
)
def test_kind_of_period_says_how_often_to_look(kind: str, every: timedelta | None) -> None:
    assert settings.read({"provisioning/period/type": kind}).check_every == every


def test_account_without_id_or_name_is_of_no_use() -> None:
    assert not Account(password="secret").is_usable
    assert Account(auth_name="hal").is_usable
