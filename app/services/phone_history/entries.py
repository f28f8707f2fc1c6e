"""What a report changes about a phone, as rows of its history; nothing here asks the database (the hot path)."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from app.models.enums import Aspect
from app.models.phone_history import MAX_VALUE

_SIGNED_IN = ("user_name", "user_id")
KEPT = {
    aspect.value: aspect.value for aspect in Aspect if aspect not in {Aspect.USER, Aspect.PLACE}
} | dict.fromkeys(_SIGNED_IN, Aspect.USER.value)
"""The columns of a status row whose changes are kept, each with its aspect."""


class Entry(NamedTuple):
    """One thing that changed about a phone: ``what`` is the text of an Aspect."""

    mac: str
    tenant_id: int | None
    what: str
    before: str
    after: str


def entries_of(
    mac: str, tenant_id: int | None, stored: Mapping[str, Any], changes: Mapping[str, Any]
) -> Sequence[Entry]:
    """Return what is to be kept of the changes of a stored row; of a phone's first report its status alone."""
    if stored["status"] is None:
        return [Entry(mac, tenant_id, Aspect.STATUS.value, "", str(changes["status"]))]
    found = []
    for name, value in changes.items():
        what = KEPT.get(name)
        if what is None:
            continue
        if name not in _SIGNED_IN:
            found.append(Entry(mac, tenant_id, what, stored[name][:MAX_VALUE], value[:MAX_VALUE]))
        elif name == "user_name" or "user_name" not in changes:
            before, after = _signed_in(stored), _signed_in({**stored, **changes})
            found.append(Entry(mac, tenant_id, what, before, after))
    return found


def _signed_in(row: Mapping[str, Any]) -> str:
    """Return who is signed in: the name, and the identity where it says something else."""
    name, identity = row["user_name"], row["user_id"]
    if not name or not identity or name.casefold() == identity.casefold():
        return str(name or identity)[:MAX_VALUE]
    return f"{name} ({identity})"[:MAX_VALUE]
