"""What phones are told of this server's address."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import InvalidInputError
from app.rendering.manager_urls import ManagerUrls, check_host, manager_urls, told_instead


@pytest.mark.parametrize(
    ("public_url", "files", "reports"),
    [
        ("http://mgr.example.com", "http://mgr.example.com", "http://mgr.example.com:8081/"),
        ("https://mgr.example.com", "https://mgr.example.com", "https://mgr.example.com:443/"),
        ("http://127.0.0.1:8081", "http://127.0.0.1:8081", "http://127.0.0.1:8081/"),
        ("https://mgr:8443", "https://mgr:8443", "https://mgr:8443/"),
        ("http://mgr:80", "http://mgr:80", "http://mgr:80/"),
        ("http://[2001:db8::1]", "http://[2001:db8::1]", "http://[2001:db8::1]:8081/"),
        ("http://[2001:db8::1]:9000", "http://[2001:db8::1]:9000", "http://[2001:db8::1]:9000/"),
        ("http://ip_phones-1", "http://ip_phones-1", "http://ip_phones-1:8081/"),
        (
            "http://xn--tlfon-cva.example",
            "http://xn--tlfon-cva.example",
            "http://xn--tlfon-cva.example:8081/",
        ),
    ],
)
def test_explicit_port_is_used_for_everything_and_the_usual_ones_otherwise(
    public_url: str, files: str, reports: str
) -> None:
    urls = manager_urls(public_url)
    assert urls.public_url == files
    assert urls.configuration_url == f"{files}/configfiles/"
    assert urls.firmware_url == f"{files}/firmwarefiles/"
    assert urls.provisioning_url == reports


def test_port_for_reports_can_be_another() -> None:
    assert manager_urls("https://mgr.example.com", rest_port=8082) == ManagerUrls(
        "https", "mgr.example.com", None, 8082
    )


def test_explicit_port_wins_over_the_port_for_reports() -> None:
    assert manager_urls("https://mgr.example.com:9000", rest_port=8082).rest_port == 9000


@pytest.mark.parametrize(
    "public_url", ["http://mgr.example.com", "https://mgr:8443", "http://[::1]:81", "http://[::1]"]
)
def test_placeholders_make_the_same_urls(public_url: str) -> None:
    urls = manager_urls(public_url)
    values = urls.placeholder_values()
    assert "{HTTP_OR_S}://{ServerIP}/configfiles/".format(**values) == urls.configuration_url
    assert "{HTTP_OR_S}://{HTTP_PROXY_IP}:{HTTP_PROXY_PORT}/".format(**values) == urls.provisioning_url


@pytest.mark.parametrize(
    "public_url",
    [
        "http://mgr/",
        "http://mgr:81/",
        "http://mgr/ringmaster",
        "http://mgr?x=1",
        "http://mgr#top",
        "http://mgr/\n",
    ],
)
def test_slash_and_path_are_refused(public_url: str) -> None:
    with pytest.raises(InvalidInputError, match="write it without the slash and what follows"):
        manager_urls(public_url)


@pytest.mark.parametrize(
    "public_url",
    [
        "", "mgr.example.com", "ftp://mgr", "HTTP://mgr", "http://", "http://:80", "http://mgr:", "http://mgr:x",
        "http://mgr:123456", "http://user@mgr", "http://user:pass@mgr", "http://[::1", "http://[zz]", "//mgr",
        " http://mgr", "http://mgr:8 1",
    ],
)  # fmt: skip
def test_what_is_no_public_url_is_refused_with_an_example(public_url: str) -> None:
    with pytest.raises(InvalidInputError, match=r"for example http://phones\.example\.com"):
        manager_urls(public_url)


@pytest.mark.parametrize(
    "address",
    ["a b", "-a", "a-", "a..b", ".a", "a.", "10.1.2", "10.1.2.300", "1234", "[10.1.2.3]", "[:::1]", "ä",
     "a\nb=1", "x" * 64, "a." * 127 + "aa", "<b>"],
)  # fmt: skip
def test_address_that_is_none_is_refused(address: str) -> None:
    with pytest.raises(InvalidInputError, match=r"address .* is not valid: give a name such as"):
        manager_urls(f"http://{address}")


@pytest.mark.parametrize("port", ["0", "65536", "99999", "00000"])
def test_port_that_does_not_exist_is_refused(port: str) -> None:
    with pytest.raises(InvalidInputError, match="give a number from 1 to 65535"):
        manager_urls(f"http://mgr:{port}")


def test_port_for_reports_that_does_not_exist_is_refused() -> None:
    with pytest.raises(InvalidInputError, match="The port 0 does not exist"):
        manager_urls("http://mgr", rest_port=0)


@given(st.text())
def test_any_text_is_refused_or_safe_to_write_into_a_file(text: str) -> None:
    try:
        urls = manager_urls(f"http://{text}")
    except InvalidInputError:
        return
    assert urls.provisioning_url.isascii()
    assert urls.provisioning_url.isprintable()
    assert not set(" ;,<>\"'\\") & set(urls.provisioning_url)


INSTALLED = manager_urls("http://10.1.2.3")
INSTALLED_ON_A_PORT = manager_urls("http://10.1.2.3:8081")


@pytest.mark.parametrize(
    ("installed", "scheme", "host", "files", "reports"),
    [
        (INSTALLED, "", "", "http://10.1.2.3/configfiles/", "http://10.1.2.3:8081/"),
        (INSTALLED, "", "mgr.acme.com", "http://mgr.acme.com/configfiles/", "http://mgr.acme.com:8081/"),
        (INSTALLED, "https", "", "https://10.1.2.3/configfiles/", "https://10.1.2.3:443/"),
        (INSTALLED, "https", "mgr.acme.com:8443", "https://mgr.acme.com:8443/configfiles/", "https://mgr.acme.com:8443/"),
        (INSTALLED_ON_A_PORT, "", "mgr", "http://mgr:8081/configfiles/", "http://mgr:8081/"),
        (INSTALLED_ON_A_PORT, "http", "mgr:80", "http://mgr:80/configfiles/", "http://mgr:80/"),
        (INSTALLED_ON_A_PORT, "https", "", "https://10.1.2.3/configfiles/", "https://10.1.2.3:443/"),
        (INSTALLED_ON_A_PORT, "", "[2001:db8::1]", "http://[2001:db8::1]:8081/configfiles/", "http://[2001:db8::1]:8081/"),
    ],
)  # fmt: skip
def test_another_scheme_or_host_is_told_instead(
    installed: ManagerUrls, scheme: str, host: str, files: str, reports: str
) -> None:
    urls = told_instead(installed, scheme=scheme, host=host)
    assert (urls.configuration_url, urls.provisioning_url) == (files, reports)


def test_the_installed_port_for_reports_stays_with_another_name() -> None:
    installed = manager_urls("http://10.1.2.3", 9081)
    assert told_instead(installed, scheme="", host="mgr").provisioning_url == "http://mgr:9081/"


@pytest.mark.parametrize(
    "host", ["0.0.0.0", "[::]", "0.0.0.0:80", "a b", "mgr:0", "mgr:99999", "http://mgr", "mgr/x", ":80"]
)
def test_a_host_that_no_phone_can_reach_is_refused(host: str) -> None:
    with pytest.raises(InvalidInputError):
        check_host(host)
