"""Which columns of a status row a report reads and writes."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any, TypeAlias

Stored: TypeAlias = dict[str, Any]
"""What is stored of a phone, by the names of COLUMNS, as the driver has it."""
Changes: TypeAlias = Mapping[str, Any]
"""New values by the names of columns, as the driver takes them."""

REPORTED = (
    "ip",
    "subnet_mask",
    "region",
    "model",
    "firmware_version",
    "user_agent",
    "user_name",
    "user_id",
    "phone_number",
    "location",
    "sip_proxy",
    "vlan_id",
    "btoe_status",
    "btoe_version",
    "usb_headset",
    "hrs_speaker_model",
    "hrs_speaker_firmware",
)
"""The columns that a phone's report fills."""

COLUMNS = (
    "device_id",
    "template_id",
    "user_key",
    "status",
    "external_ip",
    "is_behind_proxy",
    "url_tenant",
    "digest",
    *REPORTED,
)
"""What is read of a phone: of its row, and the key of its device's user."""

SELECTED = ", ".join("u.name_key" if name == "user_key" else f"s.{name}" for name in COLUMNS)
WITH_USER = "LEFT JOIN device d ON d.id = s.device_id LEFT JOIN phone_user u ON u.id = d.phone_user_id"


def by_phone(rows: Iterable[Sequence[Any]]) -> dict[str, Stored]:
    """Return rows of a MAC and the selected columns by their MACs."""
    return {row[0]: dict(zip(COLUMNS, row[1:], strict=True)) for row in rows}


def by_columns(
    changes: Mapping[str, Changes],
) -> Iterable[tuple[tuple[str, ...], Sequence[tuple[str, Changes]]]]:
    """Group phones, in the order of their MACs, by the columns that changed: each group is one statement."""
    named = [(tuple(changed), mac, changed) for mac, changed in sorted(changes.items())]
    named.sort(key=itemgetter(0))
    for columns, group in groupby(named, key=itemgetter(0)):
        yield columns, [(mac, changed) for _, mac, changed in group]
