"""The addresses that bring phones to a tenant."""

from sqlalchemy.orm import Session

from app.services import phone_urls, public_address, settings
from app.services.author import Author
from tests.factories import NOW


def test_they_have_the_scheme_the_name_and_the_port_of_the_installation(session: Session) -> None:
    public_address.keep(session, "https://phones.example.com:8443", 0)
    urls = phone_urls.of_tenant(session, "Acme & Söhne")
    assert urls.tenant == "https://phones.example.com:8443/firmwarefiles;ipp/tenant/Acme%20%26%20S%C3%B6hne"
    assert urls.tenant_without_dhcp == "https://phones.example.com:8443/ipp/tenant/Acme%20%26%20S%C3%B6hne"


def test_through_the_proxy_they_name_the_proxy_that_is_set(session: Session) -> None:
    public_address.keep(session, "http://10.1.2.3", 0)
    assert "SBC_PROXY_IP:SBC_PROXY_PORT" in phone_urls.of_tenant(session, "Acme").tenant_by_proxy
    settings.change(session, "sbc_proxy_host", "sbc.example.com", author=Author("alice"), now=NOW)
    by_proxy = phone_urls.of_tenant(session, "Acme").tenant_by_proxy
    assert by_proxy == "http://sbc.example.com:80/firmwarefiles;ipp/tenant/Acme"
