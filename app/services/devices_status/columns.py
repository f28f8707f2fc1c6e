"""The columns of Devices Status, on the page and in its export (manual 6.3, protocol 15)."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its name in addresses, its heading, and the attribute of ``Phone`` that it shows.

    ``is_shown`` says whether a person sees it who has not chosen columns.
    """

    name: str
    label: str
    attribute: str
    is_shown: bool = True
    is_time: bool = False


COLUMNS = (
    Column("status", "Status", "status"),
    Column("user", "User Name", "titled_user"),
    Column("number", "Phone Number", "phone_number"),
    Column("status_changed", "Last Update Status", "status_changed_at", is_time=True),
    Column("mac", "MAC Address", "mac"),
    Column("ip", "IP Address", "ip"),
    Column("model", "IPP Model", "model"),
    Column("version", "Firmware", "firmware_version"),
    Column("tenant", "Tenant", "tenant"),
    Column("site", "Site", "site"),
    Column("template", "Template", "template"),
    Column("reported", "Report Time", "seen_at", is_time=True),
    Column("location", "Location", "shown_location"),
    Column("btoe", "BToE", "btoe_status"),
    Column("btoe_version", "BToE Version", "btoe_version"),
    Column("usb_headset", "USB Headset Type", "usb_headset"),
    Column("vlan", "VLAN ID", "vlan_id", is_shown=False),
    Column("sip_proxy", "SIP Proxy", "sip_proxy", is_shown=False),
    Column("subnet", "Subnet", "subnet_mask", is_shown=False),
    Column("user_agent", "User Agent", "user_agent", is_shown=False),
    Column("hrs_model", "HRS Speaker Model", "hrs_speaker_model", is_shown=False),
    Column("hrs_firmware", "HRS Speaker FW", "hrs_speaker_firmware", is_shown=False),
    Column("serial", "Serial Number", "serial_number", is_shown=False),
    Column("external_ip", "External Address", "external_ip", is_shown=False),
    Column("approval", "Approval", "approval_word", is_shown=False),
)
COLUMNS_BY_NAME = {column.name: column for column in COLUMNS}
