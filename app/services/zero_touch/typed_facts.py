"""A phone as somebody types it: what it would say of itself if it came."""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType

from app.errors import InvalidInputError
from app.rules.addresses import find_address
from app.rules.mac_addresses import find_mac
from app.rules.sentences import quoted
from app.services import status_rows
from app.services.status_rows import StatusRow

# A phone that nobody has: the first of AudioCodes' own range.
MADE_UP_MAC = "00908f000000"

COLUMNS: Mapping[str, str] = MappingProxyType(
    {
        "model": "model",
        "ip": "ip",
        "user_agent": "user_agent",
        "url_tenant": "url_tenant",
        "user": "user_name",
        "firmware": "firmware_version",
        "phone_number": "phone_number",
        "location": "location",
        "sip_proxy": "sip_proxy",
        "vlan": "vlan_id",
    }
)
"""The facts that can be typed, by the columns of a phone's row; beside them ``mac`` and ``via_proxy``."""


def typed_row(typed: Mapping[str, str], *, now: datetime, phone: StatusRow | None = None) -> StatusRow:
    """Return the row of a phone that says this, and else what a phone of ours said; InvalidInputError names fields.

    It comes from the address that it says it has, unless a proxy stands between.
    """
    given = {name: text.strip() for name, text in typed.items() if text.strip()}
    wrong = {}
    mac, address = find_mac(given.get("mac", "")), find_address(given.get("ip", ""))
    if "mac" in given and mac is None:
        wrong["mac"] = f"{quoted(given['mac'])} is not a MAC address; write 12 hex digits like 00908f4867af."
    if "ip" in given and address is None:
        wrong["ip"] = f"{quoted(given['ip'])} is not an IP address; write it like 10.1.2.3 or 2001:db8::7."
    if wrong:
        raise InvalidInputError(by_field=wrong)
    row = dict(phone) if phone else status_rows.make(MADE_UP_MAC, now)
    row |= {column: given[name] for name, column in COLUMNS.items() if name in given}
    if mac:
        row["mac"] = mac
    if "via_proxy" in given:
        row["is_behind_proxy"] = given["via_proxy"] == "yes"
    if address:
        row["ip"] = row["external_ip"] = str(address)
    return row
