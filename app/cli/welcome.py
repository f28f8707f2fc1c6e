"""What is printed once when Ringmaster is ready: where to look, what phones are told, how to sign in."""

from ipaddress import ip_address
from socket import socket
from urllib.parse import urlsplit

from app.cli.listeners import url_of
from app.rendering.dhcp_option import dhcp_option_strings
from app.rendering.manager_urls import manager_urls
from config import Settings


def welcome(settings: Settings, screens: socket, sign_in: str) -> str:
    """Return the lines; ``sign_in`` says which account to use."""
    option_160 = dhcp_option_strings(manager_urls(settings.public_url), None, "").system
    lines = [
        "",
        "Ringmaster is ready.",
        f"  Screens          {_where_people_look(settings, screens)}",
        f"  Phones           {settings.public_url}/",
        f"  DHCP option 160  {option_160}",
        f"  Sign in          {sign_in}",
        *_hint(settings),
        "Ctrl-C stops it.",
        "",
    ]
    return "\n".join(lines)


def _where_people_look(settings: Settings, screens: socket) -> str:
    if settings.web_url:
        return f"{settings.web_url}/"
    # A cookie for HTTPS alone does not come back over HTTP: nobody could sign in at the address itself.
    if settings.secure_cookies:
        return f"over HTTPS, through the proxy in front, which calls {url_of(screens)}"
    return url_of(screens)


def _hint(settings: Settings) -> list[str]:
    host = urlsplit(settings.public_url).hostname or ""
    if not _is_this_machine_only(host):
        return []
    return [
        f"  Phones on the network cannot reach {host}: set RINGMASTER_PHONE_BIND, for example to 0.0.0.0:8081,",
        "  and RINGMASTER_PUBLIC_URL to the address that they are to use.",
    ]


def _is_this_machine_only(host: str) -> bool:
    try:
        address = ip_address(host)
    except ValueError:
        return host == "localhost"
    return address.is_loopback or address.is_unspecified
