"""The formats of the placeholders that have one, as phones take their values (protocol 12)."""

from collections.abc import Mapping

from app.errors import InvalidInputError
from app.models.enums import VlanMode
from app.rendering import placeholders
from app.services.settings.texts import GMT_OFFSET, HOST, LANGUAGES, Control, Kind, choice, whole_number

_LONGEST_BACKUP_PROXY = 32


def _backup_proxy(text: str) -> str:
    if len(text) > _LONGEST_BACKUP_PROXY:
        raise InvalidInputError(f"Phones take at most {_LONGEST_BACKUP_PROXY} characters here.")
    return HOST.check(text)


_SWITCH = choice(("0", "1"))
_PORT = whole_number(1, 65535)
_MONTH, _DAY = whole_number(1, 12), whole_number(1, 31)

FORMATS: Mapping[str, Kind] = {
    **dict.fromkeys(
        (
            "SRTP", "Outbound_proxy_enable", "Redundant_outbound_proxy_enable", "LDAPActive", "LDAPSortResult",
            "LDAPCallLookup", "OVR_Enable", "Core_Dump",
        ),
        _SWITCH,
    ),
    **dict.fromkeys(("Proxy_port", "Outbound_proxy_port", "LDAPPort", "HTTP_PROXY_PORT"), _PORT),
    **dict.fromkeys(
        ("Primary_NTP", "Proxy_address", "Outbound_proxy", "LDAPServerAddress", "OVR_Address", "Syslog_IP"),
        HOST,
    ),
    "OVR_Port": whole_number(0, 10000),
    "HTTP_OR_S": choice(("http", "https")),
    "Redundant_outbound_proxy": Kind(Control.TEXT, _backup_proxy),
    "Language": choice(LANGUAGES),
    "VLANMode": choice(VlanMode),
    "VLANID": whole_number(0, 4096),
    "VLANPriority": whole_number(0, 7),
    "TimeZoneLocation": GMT_OFFSET,
    "ProvisioningMethod": choice(("STATIC", "Dynamic", "Disable")),
    "KeepAlivePeriod": whole_number(0, 300),
    "LDAPMaxHits": whole_number(1, 1000),
    "LDAPSearchTimeout": whole_number(1, 65535),
    "DayLightActivate": choice(("Enable", "Disable")),
    "DayLightStartMonth": _MONTH,
    "DayLightStartDay": _DAY,
    "DayLightEndMonth": _MONTH,
    "DayLightEndDay": _DAY,
    "Calendar_Mode": choice(("TODAY", "24H")),
    "Syslog_Mode": choice(("DISABLE", "NETWORK")),
}  # fmt: skip
"""How the value of a placeholder is checked; a check returns the text as it is kept, or raises InvalidInputError."""

_OF_THE_PHONE = {
    "mac": "It is the phone's own address.",
    "destination": "Nothing here is written to a folder.",
}


def checked_name(name: str) -> str:
    """Return a name without the ``%ITCS_`` and ``%`` around it, or raise InvalidInputError where it is none."""
    name = name.strip().removeprefix("%ITCS_").removesuffix("%")
    placeholders.check_name(name)
    if name in _OF_THE_PHONE:
        raise InvalidInputError(f"{placeholders.display_name(name)} takes no value. {_OF_THE_PHONE[name]}")
    return name


def checked_value(name: str, value: str) -> str:
    """Return the value as it is kept, or raise InvalidInputError where the placeholder does not take it."""
    placeholders.check_value(value)
    return FORMATS[name].check(value.strip()) if name in FORMATS else value
