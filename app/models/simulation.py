"""Simulations: what drafts of rules would change for the phones there are, and for alarms (docs/decisions/0047, 0048).

Nothing here refers to the tables that rules speak of: a simulation tells of one moment, and what it names may go. Its
rows are stored many at a time and seen with it: by the account that asked for it within that account's tenants, and by
those that see everything.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Base, UtcDateTime, one_of
from app.models.enums import RuleKind, SimulationState


class Simulation(Base):
    """Drafts asked beside the rules that are active, by whom and for which phones or alarms.

    ``drafts`` are the versions that were looked at with their revisions, ``active`` the checksums of those that are
    active, ``fleet`` is what else the answer depends on (``app/services/what_if/standing.py``). Rules are asked at
    ``as_of``. Phones are looked at in the order of their ids; ``cursor`` is the last one. Of alarms, what was recorded
    from ``since`` until ``as_of`` is played from its beginning to its end. ``worker`` does it until ``leased_until``.
    ``tenant_ids`` is the scope of the account, None for all tenants.
    """

    __tablename__ = "simulation"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[RuleKind] = mapped_column(one_of(RuleKind))
    state: Mapped[SimulationState] = mapped_column(one_of(SimulationState), index=True)
    by: Mapped[str] = mapped_column(String(100), index=True)
    tenant_ids: Mapped[list[int] | None] = mapped_column(JSON(none_as_null=True))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    as_of: Mapped[datetime] = mapped_column(UtcDateTime)
    since: Mapped[datetime | None] = mapped_column(UtcDateTime)
    drafts: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    active: Mapped[list[str]] = mapped_column(JSON)
    fleet: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    only_tenant_id: Mapped[int | None]
    only_model_id: Mapped[int | None]
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)
    cursor: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    totals: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    error: Mapped[str] = mapped_column(String(1000), default="")
    worker: Mapped[str] = mapped_column(String(120), default="")
    leased_until: Mapped[datetime | None] = mapped_column(UtcDateTime)


class SimulationRow(Base):
    """A phone for which a simulation found something else than the active rules say, with what both say.

    ``flags`` are bits of ``app/rules/zero_touch/changes.py``; ``rules`` are the keys of the rules that decide now or
    would, where these differ, with blanks around each.
    """

    __tablename__ = "simulation_row"
    __table_args__ = {"sqlite_with_rowid": False}

    simulation_id: Mapped[int] = mapped_column(primary_key=True)
    device_id: Mapped[int] = mapped_column(primary_key=True)
    mac: Mapped[str] = mapped_column(String(12))
    tenant_id: Mapped[int]
    before: Mapped[dict[str, Any]] = mapped_column(JSON)
    after: Mapped[dict[str, Any]] = mapped_column(JSON)
    rules: Mapped[str] = mapped_column(String(300))
    flags: Mapped[int]


class SimulationAlarm(Base):
    """An alarm of which the drafts make something else than the active rules, with what both make of it.

    ``alarm_id`` is None for an outage that only a simulation has found. ``flags`` are bits of
    ``app/services/what_if/alarms/changes.py``; ``rules`` are the keys of the rules of both sides, with blanks around
    each. ``number`` is its place in the order in which the alarms were over.
    """

    __tablename__ = "simulation_alarm"
    __table_args__ = {"sqlite_with_rowid": False}

    simulation_id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    alarm_id: Mapped[int | None]
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    name: Mapped[str] = mapped_column(String(255))
    source: Mapped[str] = mapped_column(String(255))
    mac: Mapped[str] = mapped_column(String(12))
    tenant_id: Mapped[int | None]
    before: Mapped[dict[str, Any]] = mapped_column(JSON)
    after: Mapped[dict[str, Any]] = mapped_column(JSON)
    rules: Mapped[str] = mapped_column(Text)
    flags: Mapped[int]
