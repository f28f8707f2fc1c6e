"""The placeholders of templates (``%ITCS_Name%``): the catalogue of the known ones, and which value wins."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import IPv4Address
from types import MappingProxyType

from app.errors import InvalidInputError
from app.models.enums import Layer
from app.rendering.clock_names import CLOCK_NAMES
from app.rendering.one_line import is_one_line

MAX_NAME = 64
MAX_VALUE = 1024

# Finds each marker in a text. The group is the name with its closing percent sign, or empty where no name is
# closed (``%ITCS_%``, ``%ITCS_Not closed``).
MARKER = re.compile(r"%ITCS_([A-Za-z0-9_]++%|)")
_NAME = re.compile(r"[A-Za-z0-9_]{1,64}")

# The first that has a value wins (manual 9.4.5; sites stand between devices and tenants).
PRECEDENCE = (Layer.DEVICE, Layer.SITE, Layer.TENANT, Layer.TEMPLATE, Layer.SYSTEM)


class Group(StrEnum):
    """What a placeholder is about; the catalogue is shown in these groups (protocol 10.2)."""

    FILE = "file"
    URL = "url"
    USER = "user"
    DEVICE = "device"
    SYSTEM = "system"
    LDAP = "ldap"
    TEMPLATE = "template"


@dataclass(frozen=True, slots=True)
class PlaceholderInfo:
    """One known placeholder; ``default`` is its value in the system layer, None where there is none."""

    name: str
    description: str
    group: Group
    default: str | None = None
    is_secret: bool = False


@dataclass(frozen=True, slots=True)
class Resolved:
    """The value that won, and the layer it came from."""

    value: str
    layer: Layer


def names_in(text: str) -> tuple[str, ...]:
    """Return the names of the placeholders in a text, each once, in order of first appearance."""
    return tuple(name for name in markers_in(text) if name)


def markers_in(text: str) -> tuple[str, ...]:
    """Return what ``names_in`` returns, and the empty name for a marker that no name closes."""
    return tuple(dict.fromkeys(name.removesuffix("%") for name in MARKER.findall(text)))


def is_private(name: str) -> bool:
    """Tell whether writing the placeholder into a template makes an empty template placeholder."""
    return name.startswith("P_")


def display_name(name: str) -> str:
    """Return the placeholder as it is written in a template: ``%ITCS_Name%``."""
    return f"%ITCS_{name}%"


def merge(layers: Mapping[Layer, Mapping[str, str]]) -> dict[str, Resolved]:
    """Return for each name the value that wins: device, site, tenant, template, system.

    A layer that has the name with an empty value has a value. The order of ``layers`` does not matter.
    """
    merged: dict[str, Resolved] = {}
    for layer in reversed(PRECEDENCE):
        merged |= {name: Resolved(value, layer) for name, value in layers.get(layer, {}).items()}
    return merged


def check_name(name: str) -> None:
    """Refuse a name that cannot stand in a marker."""
    if not _NAME.fullmatch(name):
        raise InvalidInputError(
            f"The placeholder name {name[:MAX_NAME]!r} is not valid: use 1 to {MAX_NAME} letters, digits and "
            "underscores, without the %ITCS_ around it."
        )


def check_value(value: str) -> None:
    """Refuse a value that is too long or does not fit on one line of a configuration file."""
    if len(value) > MAX_VALUE:
        raise InvalidInputError(
            f"The value has {len(value)} characters: shorten it to {MAX_VALUE} characters or fewer."
        )
    if not is_one_line(value):
        raise InvalidInputError(
            "The value holds a line break or a control character: write it on one line of plain text."
        )


# 0.0.0.0, which a phone reads as "none".
_NO_ADDRESS = str(IPv4Address(0))

_KNOWN = (
    PlaceholderInfo("destination", "A folder that templates from elsewhere name; not used", Group.FILE),
    PlaceholderInfo("mac", "MAC address of the phone, 12 lower-case hexadecimal digits", Group.FILE),
    PlaceholderInfo("HTTP_OR_S", "Scheme phones use to reach this server: http or https", Group.URL),
    PlaceholderInfo("ServerIP", "Name or address of this server, with its port when it has one", Group.URL),
    PlaceholderInfo("HTTP_PROXY_IP", "Name or address phones send their reports to", Group.URL),
    PlaceholderInfo("HTTP_PROXY_PORT", "Port phones send their reports to", Group.URL),
    PlaceholderInfo("FirmwareFile", "Firmware file; empty: the phone asks for its model's", Group.URL, ""),
    PlaceholderInfo("Line1Id", "Identity of the first line, usually the phone number", Group.USER, ""),
    PlaceholderInfo("Line1AuthName", "Name the first line registers with", Group.USER, ""),
    PlaceholderInfo("Line1AuthPassword", "Password of the first line", Group.USER, "", is_secret=True),
    PlaceholderInfo("DisplayName", "Name of the user as others see it", Group.USER, ""),
    PlaceholderInfo("IPPhoneUsername", "User name of the phone's web pages", Group.USER, "admin"),
    PlaceholderInfo("IPPhonePassword", "Password of the phone's web pages", Group.USER, "", is_secret=True),
    PlaceholderInfo("Language", "Language of the phone's screen", Group.DEVICE, "English"),
    PlaceholderInfo("VLANMode", "How the phone finds its VLAN", Group.DEVICE, ""),
    PlaceholderInfo("VLANID", "VLAN of the phone, 0 to 4096", Group.DEVICE, "0"),
    PlaceholderInfo("VLANPriority", "Priority in the VLAN, 0 to 7", Group.DEVICE, "0"),
    PlaceholderInfo("Primary_NTP", "Time server (NTP) of the phones", Group.SYSTEM, ""),
    PlaceholderInfo("TimeZoneLocation", "Offset from UTC such as +10:00", Group.SYSTEM, "not_set"),
    *(PlaceholderInfo(name, description, Group.SYSTEM) for name, description in CLOCK_NAMES.items()),
    PlaceholderInfo("SRTP", "Encrypt speech with SRTP: 0 or 1", Group.SYSTEM, "0"),
    PlaceholderInfo("MwiVmNumber", "Number of the voice mail", Group.SYSTEM, "1000"),
    PlaceholderInfo("SipDigitMap", "Which digits make a complete number", Group.SYSTEM, "**xxxx"),
    PlaceholderInfo("Proxy_address", "SIP proxy the phones register with", Group.SYSTEM, _NO_ADDRESS),
    PlaceholderInfo("Proxy_gateway", "SIP domain of the proxy", Group.SYSTEM, ""),
    PlaceholderInfo("Proxy_port", "Port of the SIP proxy", Group.SYSTEM, "5060"),
    PlaceholderInfo("Outbound_proxy_enable", "Send calls by an outbound proxy: 0 or 1", Group.SYSTEM, "0"),
    PlaceholderInfo("Outbound_proxy", "Address of the outbound proxy", Group.SYSTEM, _NO_ADDRESS),
    PlaceholderInfo("Outbound_proxy_port", "Port of the outbound proxy", Group.SYSTEM, "5060"),
    PlaceholderInfo("Redundant_outbound_proxy_enable", "Use the backup proxy: 0 or 1", Group.SYSTEM, "0"),
    PlaceholderInfo("Redundant_outbound_proxy", "Address of the backup proxy", Group.SYSTEM, _NO_ADDRESS),
    PlaceholderInfo("LDAPActive", "Search names in an LDAP directory: 0 or 1", Group.LDAP, "0"),
    PlaceholderInfo("LDAPServerAddress", "Address of the directory", Group.LDAP, ""),
    PlaceholderInfo("LDAPPort", "Port of the directory", Group.LDAP, "389"),
    PlaceholderInfo("LDAPUserName", "Name the phone signs in to the directory with", Group.LDAP, ""),
    PlaceholderInfo("LDAPPassword", "Password for the directory", Group.LDAP, "", is_secret=True),
    PlaceholderInfo("LDAPBase", "Where in the directory's tree the search begins", Group.LDAP, ""),
    PlaceholderInfo("LDAPNameFilter", "Search by name", Group.LDAP, "(|(sn=%)(givenname=%)(displayname=%))"),
    PlaceholderInfo("LDAPNameAttributes", "Attributes of a name", Group.LDAP, "sn givenname displayname"),
    PlaceholderInfo(
        "LDAPNumberFilter",
        "Search by number",
        Group.LDAP,
        "(|(telephoneNumber=%)(Mobile=%)(homePhone=%)(ipPhone=%))",
    ),
    PlaceholderInfo(
        "LDAPNumberAttributes",
        "Attributes of a number",
        Group.LDAP,
        "telephoneNumber Mobile homePhone facsimileTelephoneNumber ipPhone pager",
    ),
    PlaceholderInfo("LDAPDisplayName", "How a name found is shown", Group.LDAP, "%displayname"),
    PlaceholderInfo("LDAPMaxHits", "Most entries of one search, 1 to 1000", Group.LDAP, "50"),
    PlaceholderInfo("LDAPCountryCode", "Country code put before a number searched", Group.LDAP, ""),
    PlaceholderInfo("LDAPAreaCode", "Area code put before a number searched", Group.LDAP, ""),
    PlaceholderInfo("LDAPSortResult", "Sort what is found by name: 0 or 1", Group.LDAP, "1"),
    PlaceholderInfo("LDAPSearchTimeout", "Seconds a search may take, 1 to 65535", Group.LDAP, "5"),
    PlaceholderInfo("LDAPCallLookup", "Search the caller of an incoming call: 0 or 1", Group.LDAP, "1"),
    PlaceholderInfo("KeepAlivePeriod", "Minutes between two reports, 0 to 300", Group.TEMPLATE, "60"),
    PlaceholderInfo("ProvisioningMethod", "Where phones look for files: STATIC", Group.TEMPLATE, "STATIC"),
    PlaceholderInfo("DayLightActivate", "Daylight saving: Enable or Disable", Group.TEMPLATE, "Disable"),
    PlaceholderInfo("DayLightStartMonth", "Month daylight saving begins", Group.TEMPLATE, "3"),
    PlaceholderInfo("DayLightStartDay", "Day daylight saving begins", Group.TEMPLATE, "26"),
    PlaceholderInfo("DayLightEndMonth", "Month daylight saving ends", Group.TEMPLATE, "9"),
    PlaceholderInfo("DayLightEndDay", "Day daylight saving ends", Group.TEMPLATE, "14"),
    PlaceholderInfo("OVR_Enable", "Sign in by a One Voice Resiliency SBC: 0 or 1", Group.TEMPLATE, "0"),
    PlaceholderInfo("OVR_Address", "Address of the One Voice Resiliency SBC", Group.TEMPLATE, ""),
    PlaceholderInfo("OVR_Port", "Port of the One Voice Resiliency SBC", Group.TEMPLATE, "0"),
    PlaceholderInfo("RegCountry", "Country whose tones the phone plays", Group.TEMPLATE),
    PlaceholderInfo("Core_Dump", "Keep a core dump after a crash: 0 or 1", Group.TEMPLATE),
    PlaceholderInfo("Calendar_Mode", "What the calendar shows: TODAY or 24H", Group.TEMPLATE),
    PlaceholderInfo("Token_Uri", "Address the calendar gets its token from", Group.TEMPLATE),
    PlaceholderInfo("Syslog_IP", "Address of the syslog server", Group.TEMPLATE),
    PlaceholderInfo("Syslog_Mode", "Whether the phone writes to syslog: DISABLE or NETWORK", Group.TEMPLATE),
    PlaceholderInfo("Syslog_Control_Center", "Log level of the control center", Group.TEMPLATE),
    PlaceholderInfo("VOCANOM", "Label of the VOCA key", Group.TEMPLATE),
    PlaceholderInfo("VOCANOM_NUM", "Number the VOCA key calls", Group.TEMPLATE),
    PlaceholderInfo("SpeedDialName1", "Label of the first speed dial", Group.TEMPLATE),
    PlaceholderInfo("SpeedDialNumber1", "Number of the first speed dial", Group.TEMPLATE),
    PlaceholderInfo("SpeedDialName2", "Label of the second speed dial", Group.TEMPLATE),
    PlaceholderInfo("SpeedDialNumber2", "Number of the second speed dial", Group.TEMPLATE),
    PlaceholderInfo("NB_Speakers_Vol", "Loudness of the speaker, narrow band", Group.TEMPLATE),
    PlaceholderInfo("WB_Speakers_Vol", "Loudness of the speaker, wide band", Group.TEMPLATE),
    PlaceholderInfo("Ring_Vol", "Loudness of the ringing", Group.TEMPLATE),
    PlaceholderInfo("Tones_Vol", "Loudness of tones", Group.TEMPLATE),
    PlaceholderInfo("Refresh", "Time of day the phone refreshes its content", Group.TEMPLATE),
)

CATALOGUE: Mapping[str, PlaceholderInfo] = MappingProxyType({info.name: info for info in _KNOWN})
SYSTEM_DEFAULTS: Mapping[str, str] = MappingProxyType(
    {info.name: info.default for info in _KNOWN if info.default is not None}
)
