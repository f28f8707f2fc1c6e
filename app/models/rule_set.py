"""Lists of rules that administrators write, in versions; how often each rule decided; what operators pinned."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Boolean, Date, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Base, UtcDateTime, one_of
from app.models.enums import RuleKind, RuleSetState, Stage
from app.security.tenant_scope import TenantOrShared, TenantScoped

MAX_NAME = 100
MAX_COMMENT = 1000
MAX_KEY = 36


def _only_one(state: str) -> tuple[Index, Index]:
    """Return what keeps the versions in a state to one for each kind and tenant, and to one of the system's."""
    of_tenant, of_system = text(f"state = '{state}'"), text(f"state = '{state}' AND tenant_id IS NULL")
    name = f"uq_rule_set_version_{state}"
    return (
        Index(name, "kind", "tenant_id", unique=True, sqlite_where=of_tenant, postgresql_where=of_tenant),
        Index(f"{name}_system", "kind", unique=True, sqlite_where=of_system, postgresql_where=of_system),
    )


class RuleSetVersion(TenantOrShared, Base):
    """One version of a list of rules, the system's or a tenant's own; only a draft is ever changed.

    There is at most one draft and one active version for each kind and owner. ``revision`` counts the changes of a
    draft: who changes it says which one was looked at. ``note`` says why it was made active. ``checksum`` is that of
    the rules, from the activation on.
    """

    __tablename__ = "rule_set_version"
    __table_args__ = (*_only_one("active"), *_only_one("draft"))

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[RuleKind] = mapped_column(one_of(RuleKind))
    number: Mapped[int]
    state: Mapped[RuleSetState] = mapped_column(one_of(RuleSetState))
    revision: Mapped[int] = mapped_column(default=1)
    based_on: Mapped[int | None]
    note: Mapped[str] = mapped_column(String(MAX_COMMENT), default="")
    checksum: Mapped[str] = mapped_column(String(64), default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by: Mapped[str] = mapped_column(String(100))
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    changed_by: Mapped[str] = mapped_column(String(100))
    activated_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    activated_by: Mapped[str] = mapped_column(String(100), default="")
    retired_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class RuleRow(TenantOrShared, Base):
    """A rule of a version; ``key`` stays the same in the versions that are made of it.

    ``conditions`` is a tree (app/rules/conditions/stored.py), ``outcome`` what its kind makes of it
    (app/rules/rule_kinds). The tenant is that of the version, so that tenant scope holds for its rules.
    """

    __tablename__ = "rule"
    __table_args__ = (UniqueConstraint("version_id", "key"), UniqueConstraint("version_id", "position"))

    id: Mapped[int] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("rule_set_version.id", ondelete="CASCADE"))
    position: Mapped[int]
    key: Mapped[str] = mapped_column(String(MAX_KEY), index=True)
    name: Mapped[str] = mapped_column(String(MAX_NAME))
    is_enabled: Mapped[bool] = mapped_column(Boolean, default=True)
    valid_from: Mapped[datetime | None] = mapped_column(UtcDateTime)
    valid_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    conditions: Mapped[dict[str, Any]] = mapped_column(JSON)
    outcome: Mapped[dict[str, Any]] = mapped_column(JSON)
    comment: Mapped[str] = mapped_column(String(MAX_COMMENT), default="")


class RuleHits(Base):
    """How often a rule decided on a day (UTC)."""

    __tablename__ = "rule_hits"

    rule_key: Mapped[str] = mapped_column(String(MAX_KEY), primary_key=True)
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    hits: Mapped[int]


class DevicePin(TenantScoped, Base):
    """What an operator chose for a device in a stage stands above all rules until the pin is released.

    What was chosen is in the device itself; its tenant is the device's.
    """

    __tablename__ = "device_pin"

    device_id: Mapped[int] = mapped_column(ForeignKey("device.id", ondelete="CASCADE"), primary_key=True)
    stage: Mapped[Stage] = mapped_column(one_of(Stage), primary_key=True)
    pinned_at: Mapped[datetime] = mapped_column(UtcDateTime)
    pinned_by: Mapped[str] = mapped_column(String(100))
