"""Fetches of phones are written: alike ones of a day are one row that counts."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from hashlib import blake2b
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from app.database import table_of
from app.models import DeviceStatus, FileFetch
from app.models.enums import Status, ToldBy
from app.models.phone_history import MAX_VALUE
from app.rules.fetched_files import kind_of, mac_in
from app.services.provisioning_guard import tenants_of

MAX_REASON = 500
_TABLE = table_of(FileFetch)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetch:
    """Fetches that were alike: ``path`` as it was asked for, ``size`` in bytes of the last answer."""

    path: str
    address: str
    user_agent: str
    status: int
    reason: str
    size: int
    count: int
    first_at: datetime
    last_at: datetime


@dataclass(frozen=True, slots=True)
class _Owner:
    """Whose a fetch is, and how that is known."""

    mac: str
    told_by: ToldBy


def record(session: Session, fetches: Sequence[Fetch]) -> int:
    """Write fetches of phones that are known here, with two or three statements; return how many were written.

    Those of others are left out: there is no page of theirs, and whoever asks for made-up names fills no disk.
    """
    owners = _owners(session, fetches)
    tenants = tenants_of(session, {owner.mac for owner in owners if owner is not None})
    rows: dict[tuple[str, str], dict[str, Any]] = {}
    for fetch, owner in zip(fetches, owners, strict=True):
        if owner is None or owner.mac not in tenants:
            continue
        row = _row(fetch, owner, tenants[owner.mac])
        same = rows.setdefault((row["mac"], row["key"]), row)
        if same is not row:
            same |= {"count": same["count"] + row["count"], "size": row["size"], "last_at": row["last_at"]}
    if rows:
        # In the order of their keys, so that two writers never wait for one another.
        ordered = [rows[key] for key in sorted(rows)]
        session.connection().execute(_insert_or_count(session.get_bind().dialect.name), ordered)
    return len(rows)


def _owners(session: Session, fetches: Sequence[Fetch]) -> list[_Owner | None]:
    """Return whose each fetch is: by the name of the file, else the User-Agent, else an address that is one phone's."""
    found: list[_Owner | None] = []
    for fetch in fetches:
        told = mac_in(fetch.path, fetch.user_agent)
        found.append(_Owner(*told) if told else None)
    unclear = {fetch.address for fetch, owner in zip(fetches, found, strict=True) if owner is None}
    by_address = _phones_at(session, unclear)
    return [
        owner or (_Owner(mac, ToldBy.ADDRESS) if (mac := by_address.get(fetch.address)) else None)
        for fetch, owner in zip(fetches, found, strict=True)
    ]


def _phones_at(session: Session, addresses: Collection[str]) -> Mapping[str, str]:
    """Return the phones that report these addresses as their own and come from them, where it is one alone.

    Behind NAT the two differ: there an address says nothing of a single phone.
    """
    if not addresses:
        return {}
    alone = (
        select(DeviceStatus.external_ip, func.min(DeviceStatus.mac))
        .where(
            DeviceStatus.external_ip.in_(addresses),
            DeviceStatus.ip == DeviceStatus.external_ip,
            DeviceStatus.status != Status.DISCONNECTED,
        )
        .group_by(DeviceStatus.external_ip)
        .having(func.count() == 1)
    )
    return dict(session.execute(alone).all())


def _row(fetch: Fetch, owner: _Owner, tenant_id: int | None) -> dict[str, Any]:
    alike = (
        fetch.last_at.date().isoformat(), fetch.path, fetch.address, fetch.user_agent, str(fetch.status),
        fetch.reason, str(tenant_id),
    )  # fmt: skip
    return {
        "mac": owner.mac,
        "key": blake2b("\x1f".join(alike).encode(), digest_size=8).hexdigest(),
        "tenant_id": tenant_id,
        "kind": kind_of(fetch.path, is_its_own=owner.told_by is ToldBy.FILE),
        "path": fetch.path[:MAX_VALUE],
        "address": fetch.address[:45],
        "user_agent": fetch.user_agent[:MAX_VALUE],
        "told_by": owner.told_by,
        "status": fetch.status,
        "size": fetch.size,
        "reason": fetch.reason[:MAX_REASON],
        "count": fetch.count,
        "first_at": fetch.first_at,
        "last_at": fetch.last_at,
    }


# To build the statement takes longer than to run it.
@cache
def _insert_or_count(dialect: str) -> Any:
    statement = (postgresql if dialect == "postgresql" else sqlite).insert(_TABLE)
    return statement.on_conflict_do_update(
        index_elements=list(_TABLE.primary_key),
        set_={
            "count": _TABLE.c["count"] + statement.excluded["count"],
            "size": statement.excluded.size,
            "last_at": statement.excluded.last_at,
        },
    )
