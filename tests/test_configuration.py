"""The settings of the environment: what they take, what they refuse and how, and that all are documented."""

import dataclasses
from ipaddress import ip_network
from pathlib import Path

import pytest

from config import Settings, SettingsError, describe_unknown_settings, load_settings
from tools.write_configuration_reference import REFERENCE, reference

TAKEN = {
    "data_dir": ("/srv/ringmaster", Path("/srv/ringmaster")),
    "firmware_dir": ("/mnt/phones/firmware", Path("/mnt/phones/firmware")),
    "database_url": (
        "postgresql+psycopg://u:p@/name?host=first:5432&host=second",
        "postgresql+psycopg://u:p@/name?host=first:5432&host=second",
    ),
    "secret_key": ("0123456789abcdef", "0123456789abcdef"),
    "other_secret_keys": ("0123456789abcdef, fedcba9876543210", ("0123456789abcdef", "fedcba9876543210")),
    "web_bind": ("[::1]:80", "[::1]:80"),
    "phone_bind": ("10.0.0.1:80", "10.0.0.1:80"),
    "web_url": ("https://manager.example.com/", "https://manager.example.com"),
    "sign_in_file": ("/etc/ringmaster/sign-in.toml", Path("/etc/ringmaster/sign-in.toml")),
    "public_url": ("https://phones.example.com/", "https://phones.example.com"),
    "rest_port": ("8443", 8443),
    "admin_password": ("pass_1234", "pass_1234"),
    "web_workers": ("2", 2),
    "web_threads": ("8", 8),
    "web_threads_for_phones": ("5", 5),
    "phone_workers": (" 3 ", 3),
    "firmware_downloads": ("200", 200),
    "firmware_downloads_per_site": ("0", 0),
    "firmware_downloads_per_address": ("5", 5),
    "largest_firmware": ("300", 300),
    "firmware_redirect": ("/protected-firmware/", "/protected-firmware/"),
    "firmware_redirect_rate": ("0", 0),
    "phone_http_port": ("8090", 8090),
    "phone_telnet_port": ("2323", 2323),
    "phone_https_port": ("8490", 8490),
    "phones_on_this_machine": ("yes", True),
    "trusted_proxies": ("10.0.0.1, 10.1.0.0/16", (ip_network("10.0.0.1/32"), ip_network("10.1.0.0/16"))),
    "guessed_macs": ("500", 500),
    "guessing_minutes": ("5", 5),
    "guessing_refused_minutes": ("60", 60),
    "phone_requests_per_minute": ("0", 0),
    "address_requests_per_minute": ("60000", 60_000),
    "shared_address_requests_per_minute": ("900000", 900_000),
    "shared_addresses": ("203.0.113.7", (ip_network("203.0.113.7/32"),)),
    "rest_requests_per_minute": ("60", 60),
    "secure_cookies": ("Yes", True),
    "second_factor": ("Administrators", "administrators"),
    "license_public_key": (f"{'A' * 43}=", f"{'A' * 43}="),
    "log_level": ("debug", "DEBUG"),
    "session_idle_minutes": ("30", 30),
    "session_hours": ("8", 8),
    "log_format": ("JSON", "json"),
    "metrics_networks": ("10.9.0.0/24", (ip_network("10.9.0.0/24"),)),
    "metrics_token": ("0123456789abcdef", "0123456789abcdef"),
}
REFUSED = [
    ("data_dir", ""),
    ("firmware_dir", ""),
    ("database_url", "mysql://u:hush@host/name"),
    ("database_url", "sqlite:///"),
    ("database_url", "postgresql+psycopg://host"),
    ("database_url", "postgresql+psycopg://u:hush@/name?host=first:5432&host=second:x"),
    ("database_url", "postgresql+psycopg://u:hush@/name?host=first,second&port=1,2,3"),
    ("secret_key", "too short"),
    ("other_secret_keys", "0123456789abcdef,too short"),
    ("web_bind", "8080"),
    ("web_bind", "host:port"),
    ("phone_bind", "127.0.0.1:0"),
    ("phone_bind", "127.0.0.1:65536"),
    ("public_url", "phones.example.com"),
    ("sign_in_file", "sign-in.toml"),
    ("web_url", "https://manager.example.com/ipp"),
    ("public_url", "ftp://phones.example.com"),
    ("public_url", "http://phones.example.com/ipp"),
    ("public_url", "http://user@phones.example.com"),
    ("public_url", "http://phones.example.com:99999"),
    ("rest_port", "65536"),
    ("admin_password", "short"),
    ("web_workers", "0"),
    ("web_threads", "33"),
    ("web_threads", "1"),
    ("web_threads_for_phones", "33"),
    ("phone_workers", "-1"),
    ("firmware_downloads", "0"),
    ("firmware_downloads_per_site", "-1"),
    ("firmware_downloads_per_address", "many"),
    ("largest_firmware", "0"),
    ("firmware_redirect", "protected-firmware"),
    ("firmware_redirect", "/protected firmware/"),
    ("firmware_redirect", "//"),
    ("firmware_redirect_rate", "1m"),
    ("phone_http_port", "0"),
    ("phone_telnet_port", "0"),
    ("phone_https_port", "65536"),
    ("phones_on_this_machine", "some"),
    ("trusted_proxies", "10.0.0.1/8"),
    ("guessed_macs", "1001"),
    ("guessing_minutes", "0"),
    ("guessing_refused_minutes", "0"),
    ("phone_requests_per_minute", "100001"),
    ("address_requests_per_minute", "-1"),
    ("shared_address_requests_per_minute", "many"),
    ("shared_addresses", "the SBC"),
    ("rest_requests_per_minute", "0"),
    ("secure_cookies", "perhaps"),
    ("second_factor", "somebody"),
    ("license_public_key", "A" * 43),
    ("license_public_key", "too short"),
    ("log_format", "xml"),
    ("metrics_networks", "everybody"),
    ("metrics_token", "too short"),
    ("log_level", "loud"),
    ("session_idle_minutes", "0"),
    ("session_hours", "721"),
]


def variable(name: str) -> str:
    return f"RINGMASTER_{name.upper()}"


def test_every_setting_is_tried_here() -> None:
    names = {field.name for field in dataclasses.fields(Settings)}
    assert names == set(TAKEN)
    assert names == {name for name, _ in REFUSED}


@pytest.mark.parametrize("name", TAKEN)
def test_a_setting_is_read_from_its_variable(name: str) -> None:
    text, value = TAKEN[name]
    assert getattr(load_settings({variable(name): text}), name) == value


@pytest.mark.parametrize(("name", "text"), REFUSED)
def test_a_wrong_value_stops_the_start_with_a_sentence_that_names_it(name: str, text: str) -> None:
    with pytest.raises(SettingsError, match=rf"^{variable(name)}: .* will not do; (give|name) .*\.$"):
        load_settings({variable(name): text})


def test_all_wrong_values_are_told_at_once() -> None:
    with pytest.raises(SettingsError) as caught:
        load_settings({"RINGMASTER_WEB_BIND": "x", "RINGMASTER_LOG_LEVEL": "loud"})
    assert [line.partition(":")[0] for line in str(caught.value).splitlines()] == [
        "RINGMASTER_LOG_LEVEL",
        "RINGMASTER_WEB_BIND",
    ]


@pytest.mark.parametrize("name", ["database_url", "secret_key", "admin_password"])
def test_a_wrong_secret_is_not_repeated(name: str) -> None:
    with pytest.raises(SettingsError) as caught:
        load_settings({variable(name): "hush"})
    assert "hush" not in str(caught.value)


def test_the_database_lies_in_the_data_folder_and_phones_reach_the_phone_plane() -> None:
    settings = load_settings({"RINGMASTER_DATA_DIR": "/srv/x", "RINGMASTER_PHONE_BIND": "10.0.0.1:81"})
    assert (settings.database_url, settings.uses_sqlite) == ("sqlite:////srv/x/ringmaster.db", True)
    assert settings.public_url == "http://10.0.0.1:81"


@pytest.mark.parametrize("bind", ["0.0.0.0:8081", "[::]:8081"])
def test_phones_are_never_told_an_address_that_means_every_address(bind: str) -> None:
    with pytest.raises(SettingsError, match="RINGMASTER_PUBLIC_URL"):
        load_settings({"RINGMASTER_PHONE_BIND": bind})
    settings = load_settings({"RINGMASTER_PHONE_BIND": bind, "RINGMASTER_PUBLIC_URL": "http://10.0.0.1:8081"})
    assert settings.public_url == "http://10.0.0.1:8081"


def test_a_slip_of_the_pen_is_told_with_what_was_meant() -> None:
    assert describe_unknown_settings({"RINGMASTER_WEB_BINDS": "x", "RINGMASTER_LOG_LEVEL": "INFO"}) == [
        "RINGMASTER_WEB_BINDS is not a setting of Ringmaster and is ignored; did you mean RINGMASTER_WEB_BIND?"
    ]


def test_the_reference_says_what_the_settings_say() -> None:
    assert REFERENCE.read_text(encoding="utf-8") == reference(), (
        "docs/configuration.md is old: `python -m tools.write_configuration_reference` writes it anew."
    )


@pytest.mark.parametrize(("threads", "chosen", "for_phones"), [(2, 0, 1), (3, 0, 1), (8, 0, 6), (4, 4, 4)])
def test_phones_have_all_threads_of_the_web_server_but_two(
    threads: int, chosen: int, for_phones: int
) -> None:
    settings = Settings(web_threads=threads, web_threads_for_phones=chosen)
    assert settings.web_threads_for_phones == for_phones
