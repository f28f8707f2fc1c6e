"""Which columns of a status row a report reads and writes."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple, TypeAlias

import msgspec

Stored: TypeAlias = dict[str, Any]
"""What is stored of a phone, by the names of COLUMNS, as the driver has it."""
Changes: TypeAlias = Mapping[str, Any]
"""New values by the names of columns, as the driver takes them."""


class Look(NamedTuple):
    """What a batch of reports has to know.

    ``changed`` has what is stored of the phones that say something else, None for one that was never heard of;
    ``waiting`` the ids of the actions that wait for any phone of the batch; ``has_sbc_proxy`` says whether the setting
    was ever made.
    """

    changed: Mapping[str, Stored | None]
    waiting: Sequence[int]
    has_sbc_proxy: bool


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
    "tenant_id",
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


def look_of(rows: str | None, unknown: Iterable[str], waiting: Sequence[int], *, has_sbc_proxy: bool) -> Look:
    """Return a look from what a database says: JSON of rows, each a MAC and the selected columns, and the rest."""
    known: list[list[Any]] = msgspec.json.decode(rows) if rows else []
    changed: dict[str, Stored | None] = dict.fromkeys(unknown)
    changed |= {row[0]: dict(zip(COLUMNS, row[1:], strict=True)) for row in known}
    return Look(changed, waiting, has_sbc_proxy)


def by_columns(
    changes: Mapping[str, Changes],
) -> Iterable[tuple[tuple[str, ...], Sequence[tuple[str, Changes]]]]:
    """Group phones, in the order of their MACs, by the columns that changed: each group is one statement."""
    named = [(tuple(changed), mac, changed) for mac, changed in sorted(changes.items())]
    named.sort(key=itemgetter(0))
    for columns, group in groupby(named, key=itemgetter(0)):
        yield columns, [(mac, changed) for _, mac, changed in group]
