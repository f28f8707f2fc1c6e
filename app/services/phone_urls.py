"""The addresses that bring phones to a tenant, ready to paste into a DHCP server or a phone (manual 4.5)."""

from sqlalchemy.orm import Session

from app.rendering.dhcp_option import DhcpOptionStrings, SbcProxy, dhcp_option_strings
from app.rules.url_keys import path_with
from app.services import public_address, settings


def of_tenant(session: Session, name: str, key: str = "") -> DhcpOptionStrings:
    """Return the strings of one tenant, with this installation's scheme, name and port, and its SBC proxy if set.

    With its key, where it has one and that may be told.
    """
    return dhcp_option_strings(public_address.urls_of(session), sbc_proxy(session), name, path_with(key))


def hosts(session: Session) -> frozenset[str]:
    """Return the names, with and without ports, under which phones are told to reach this installation."""
    urls, proxy = public_address.urls_of(session), sbc_proxy(session)
    told = {urls.host, urls.address, f"{urls.address}:{urls.rest_port}"}
    return frozenset(told | ({proxy.host} if proxy else set()))


def sbc_proxy(session: Session) -> SbcProxy | None:
    """Return the SBC's HTTP proxy as the settings name it, or None."""
    found = settings.read(session)
    return SbcProxy(found.sbc_proxy_host, found.sbc_proxy_port) if found.sbc_proxy_host else None
