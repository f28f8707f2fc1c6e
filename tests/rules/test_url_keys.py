"""Keys in addresses: told from the path, made for a phone, and laid into the addresses of a file."""

import pytest

from app.rules import url_keys
from app.rules.url_keys import UrlKey, is_genuine, key_of_phone, key_of_tenant, parted, read_key, with_key

NAME, SECRET, MAC = "abcdefgh", "s" * 26 + "h" * 26, "00908f000001"
HOSTS = ("phones.example.com", "phones.example.com:8081", "10.1.2.3:8080")


@pytest.mark.parametrize(
    ("path", "rest", "key"),
    [
        ("/configfiles/a.cfg", "/configfiles/a.cfg", ""),
        ("/k/secret/configfiles/a.cfg", "/configfiles/a.cfg", "secret"),
        ("/k/a/k/b/c", "/k/b/c", "a"),
        ("/k/secret", "/k/secret", ""),
        ("/kk/secret/ipp/x", "/kk/secret/ipp/x", ""),
        ("/k//x", "/x", ""),
    ],
)
def test_a_key_is_parted_from_the_path(path, rest, key):
    assert parted(path) == (rest, key)


def test_keys_are_read_as_they_were_made():
    assert read_key(key_of_tenant(NAME, SECRET)) == UrlKey(NAME, "", SECRET[:26])
    phone = read_key(key_of_phone(NAME, SECRET, MAC))
    assert (phone.name, phone.mac) == (NAME, MAC)
    assert is_genuine(phone, SECRET)
    assert not is_genuine(phone._replace(mac="00908f000002"), SECRET)
    assert not is_genuine(phone, "t" * 52)


def test_who_knows_the_key_of_a_tenant_makes_none_of_a_phone():
    told = key_of_tenant(NAME, SECRET).removeprefix(NAME)
    for secret in (told, told + told, "h" * 26 + told):
        assert not is_genuine(read_key(key_of_phone(NAME, secret, MAC)), SECRET)
    assert not is_genuine(read_key(key_of_phone(NAME, told, MAC)), told)


@pytest.mark.parametrize("text", ["", "abc", "x" * 35, "x" * 47, "x" * 500, "ä" * 34])
def test_what_is_no_key_is_none(text):
    assert read_key(text) is None


def test_new_ones_differ():
    assert len({url_keys.new_secret() for _ in range(100)}) == 100
    assert {len(url_keys.new_name()), len(url_keys.new_secret())} == {8, 52}


def test_our_addresses_carry_the_key_and_no_others_do():
    file = (
        "include http://phones.example.com/configfiles/global.cfg\n"
        "ems_server/provisioning/url = http://phones.example.com:8081/\n"
        "provisioning/configuration/url=https://10.1.2.3:8080/configfiles/\n"
        "provisioning/firmware/url=http://phones.example.com/firmwarefiles\n"
        "personal_settings/page=http://phones.example.com/\n"
        "provisioning/redirect_server_url=https://redirect.audiocodes.com/ipp/x\n"
        "voip/proxy=http://phones.example.com.evil.example/configfiles/\n"
    )
    assert with_key(file, HOSTS, "K") == (
        "include http://phones.example.com/k/K/configfiles/global.cfg\n"
        "ems_server/provisioning/url = http://phones.example.com:8081/k/K/\n"
        "provisioning/configuration/url=https://10.1.2.3:8080/k/K/configfiles/\n"
        "provisioning/firmware/url=http://phones.example.com/k/K/firmwarefiles\n"
        "personal_settings/page=http://phones.example.com/\n"
        "provisioning/redirect_server_url=https://redirect.audiocodes.com/ipp/x\n"
        "voip/proxy=http://phones.example.com.evil.example/configfiles/\n"
    )
