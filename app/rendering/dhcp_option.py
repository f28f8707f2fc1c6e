"""What DHCP servers are told, and ``dhcpoption160.cfg``, a phone's first file (manual 4.5, protocol 8)."""

import re
from dataclasses import dataclass
from urllib.parse import quote

from app.errors import InvalidInputError
from app.rendering.manager_urls import ManagerUrls, check_address, check_port
from app.rendering.one_line import line_feeds_only
from app.rendering.secret_parameters import SYSTEM_PAIR

# The method must stay STATIC, or the phone restarts for ever (manual 4.5.1.1).
DIRECT_TEMPLATE = "\n".join(
    (
        "ems_server/keep_alive_period=60",
        "ems_server/provisioning/url=http://<IP_ADDRESS>:8081/",
        "provisioning/method=STATIC",
        "provisioning/configuration/url=http://<IP_ADDRESS>/configfiles/",
        "provisioning/firmware/url=http://<IP_ADDRESS>/firmwarefiles/",
        *SYSTEM_PAIR,
        "",
    )
)
PROXY_TEMPLATE = "\n".join(
    (
        "ems_server/keep_alive_period=60",
        "ems_server/provisioning/url=<HTTP_OR_S>://<PROXY_IP_ADDRESS>/",
        "provisioning/method=STATIC",
        "provisioning/configuration/url=<HTTP_OR_S>://<IP_ADDRESS>/configfiles/",
        "provisioning/firmware/url=<HTTP_OR_S>://<IP_ADDRESS>/firmwarefiles/",
        *SYSTEM_PAIR,
        "",
    )
)

# What the page shows in place of a proxy that is not set.
_SOME_PROXY = "SBC_PROXY_IP:SBC_PROXY_PORT"

_SCHEME = re.compile(r"(?:https?|<HTTP_OR_S>)(?=://<(?:PROXY_)?IP_ADDRESS>)")
_MANAGER = re.compile(r"<IP_ADDRESS>(?::([0-9]{1,5}))?")
# The port that templates name for reports, whichever port the public URL stands for.
_REST_PORT_IN_TEMPLATES = "8081"


@dataclass(frozen=True, slots=True)
class SbcProxy:
    """The HTTP proxy of an SBC for phones behind a NAT (manual 5): its address and its port for phones."""

    address: str
    port: int

    def __post_init__(self) -> None:
        """Refuse an address or a port that does not exist."""
        check_address(self.address)
        check_port(self.port)

    @property
    def host(self) -> str:
        """The address with its port."""
        return f"{self.address}:{self.port}"


@dataclass(frozen=True, slots=True)
class DhcpOptionStrings:
    """The strings of the DHCP Options page: four to paste into a DHCP server, one to type into a phone."""

    system: str
    system_by_proxy: str
    tenant: str
    tenant_by_proxy: str
    tenant_without_dhcp: str


def fill_dhcp_option(template: str, urls: ManagerUrls, proxy: SbcProxy | None) -> str:
    """Return ``dhcpoption160.cfg``: the template with its ``<…>`` markers filled in, line ends LF.

    Whatever scheme the template names before a marker, the file has the public URL's; port 8081 behind the
    server's address becomes the port for reports. Raises InvalidInputError when the template needs an SBC
    proxy and there is none.
    """
    if proxy is None and "<PROXY_IP_ADDRESS>" in template:
        raise InvalidInputError(
            "The address of the SBC proxy is not set: "
            "enter it under System Settings, SBC Proxy Configuration."
        )
    text = _SCHEME.sub(urls.scheme, line_feeds_only(template)).replace("<HTTP_OR_S>", urls.scheme)
    text = _MANAGER.sub(lambda marker: _manager_host(urls, marker[1]), text)
    if proxy is not None:
        text = text.replace("<PROXY_IP_ADDRESS>", proxy.host)
    return text.strip("\ufeff \t\n") + "\n"


def _manager_host(urls: ManagerUrls, port: str | None) -> str:
    if port is None:
        return urls.host
    return f"{urls.address}:{urls.rest_port if port == _REST_PORT_IN_TEMPLATES else port}"


def dhcp_option_strings(
    urls: ManagerUrls, proxy: SbcProxy | None, tenant: str, begins_with: str = ""
) -> DhcpOptionStrings:
    """Return the strings for one tenant, exactly as DHCP servers and phones take them (protocol 8).

    Without a proxy its place shows ``SBC_PROXY_IP:SBC_PROXY_PORT``. The tenant's name is percent-encoded:
    a semicolon would part the two halves of option 160. Its paths begin with ``begins_with``, such as
    ``k/<key>/``.
    """
    direct = urls.public_url
    by_proxy = f"{urls.scheme}://{proxy.host if proxy else _SOME_PROXY}"
    tenant_path = f"{begins_with}ipp/tenant/{quote(tenant, safe='')}"
    tenant_firmware = f"{begins_with}firmwarefiles"
    return DhcpOptionStrings(
        system=f"{direct}/firmwarefiles;ipp/dhcpoption160.cfg",
        system_by_proxy=f"{by_proxy}/firmwarefiles;ipp/httpproxy/",
        tenant=f"{direct}/{tenant_firmware};{tenant_path}",
        tenant_by_proxy=f"{by_proxy}/{tenant_firmware};{tenant_path}",
        tenant_without_dhcp=f"{direct}/{tenant_path}",
    )
