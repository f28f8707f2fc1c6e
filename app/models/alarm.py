"""Alarms and events, and what happened to each (manual 6.4)."""

from datetime import datetime

from sqlalchemy import JSON, Boolean, Computed, ForeignKey, Index, String, Text, false, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.database import Base, UtcDateTime, one_of
from app.models.enums import AlarmDeed, ClearedBy, Severity, SourceKind
from app.models.tenant import Site, Tenant
from app.security.tenant_scope import TenantOrNobody

MAX_REMARK = 1000
"""Characters of a comment, or of the reason for a shelf."""

_IS_ACTIVE = text("cleared_at IS NULL")
_IS_KEYED = text("active_key IS NOT NULL")
_IS_CLEARED = text("cleared_at IS NOT NULL")
_IS_DUE = text("next_due_at IS NOT NULL")
_IS_PART = text("parent_id IS NOT NULL")
_IS_GROUPED = text("cleared_at IS NULL AND group_rule <> ''")


class Alarm(TenantOrNobody, Base):
    """One alarm of one source: repeats count up, a clear ends it, and it stays as history.

    ``reported_date`` is the phone's own text and never trusted (protocol 4.1); times are those of the reception.
    ``severity`` is the one that is shown, ``reported_severity`` what the source said last. ``model`` and
    ``firmware_version`` are the phone's when the alarm was raised. What concerns no phone has no ``mac``.
    ``active_key`` is the key of one that stands, by which it is looked up: asked for ``cleared_at`` and ``dedup_key``,
    PostgreSQL reads all alarms that stand in a storm, of which its statistics do not know yet.
    ``next_due_at`` is when something happens by itself; ``app/rules/alarms/states.py`` says what.

    What only rules change comes last, from ``transitions`` on, and is written only where there are rules: when it came
    and went lately, until when it flaps, is suppressed and by which rule; the group whose outage it may be part of and
    the ``parent`` that it is part of; how often it was held; how far it has escalated, and the clock of that
    (``app/rules/alarm_rules/escalating.py``).
    """

    __tablename__ = "alarm"
    __table_args__ = (
        Index(
            "uq_alarm_active", "active_key", unique=True, sqlite_where=_IS_KEYED, postgresql_where=_IS_KEYED
        ),
        Index("ix_alarm_cleared", "dedup_key", sqlite_where=_IS_CLEARED, postgresql_where=_IS_CLEARED),
        Index("ix_alarm_next_due_at", "next_due_at", sqlite_where=_IS_DUE, postgresql_where=_IS_DUE),
        Index(
            "ix_alarm_counts",
            *("is_event", "severity", "tenant_id", "shelved_until", "cleared_at", "is_hidden"),
            sqlite_where=_IS_ACTIVE,
            postgresql_where=_IS_ACTIVE,
        ),
        Index("ix_alarm_cleared_at_last_raised_at", "cleared_at", "last_raised_at"),
        Index("ix_alarm_parent_id", "parent_id", sqlite_where=_IS_PART, postgresql_where=_IS_PART),
        Index(
            "ix_alarm_group",
            "group_rule",
            "group_key",
            sqlite_where=_IS_GROUPED,
            postgresql_where=_IS_GROUPED,
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    dedup_key: Mapped[str] = mapped_column(String(64))
    active_key: Mapped[str | None] = mapped_column(
        String(64), Computed("CASE WHEN cleared_at IS NULL THEN dedup_key END", persisted=True)
    )
    name: Mapped[str] = mapped_column(String(255), index=True)
    wire_name: Mapped[str] = mapped_column(String(255))
    is_event: Mapped[bool] = mapped_column(Boolean, default=False)
    severity: Mapped[Severity] = mapped_column(one_of(Severity))
    reported_severity: Mapped[Severity] = mapped_column(one_of(Severity, is_checked=False))
    source_kind: Mapped[SourceKind] = mapped_column(
        one_of(SourceKind, is_checked=False), default=SourceKind.PHONE
    )
    source: Mapped[str] = mapped_column(String(255))
    mac: Mapped[str] = mapped_column(String(12), index=True)
    ip: Mapped[str] = mapped_column(String(45), default="")
    remote_host: Mapped[str] = mapped_column(String(45), default="")
    model: Mapped[str] = mapped_column(String(64), default="")
    firmware_version: Mapped[str] = mapped_column(String(64), default="")
    site_id: Mapped[int | None] = mapped_column(ForeignKey("site.id", ondelete="SET NULL"), index=True)
    text: Mapped[str] = mapped_column(Text, default="")
    info1: Mapped[str] = mapped_column(Text, default="")
    info2: Mapped[str] = mapped_column(Text, default="")
    unique_id: Mapped[str] = mapped_column(String(20), default="")
    reported_type: Mapped[str] = mapped_column(String(20), default="")
    reported_cause: Mapped[str] = mapped_column(String(20), default="")
    reported_date: Mapped[str] = mapped_column(String(64), default="")
    count: Mapped[int] = mapped_column(default=1)
    reopened: Mapped[int] = mapped_column(default=0)
    first_raised_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_raised_at: Mapped[datetime] = mapped_column(UtcDateTime)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    cleared_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    cleared_by: Mapped[ClearedBy | None] = mapped_column(one_of(ClearedBy, is_checked=False))
    acknowledged_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    acknowledged_by: Mapped[str] = mapped_column(String(100), default="")
    acknowledged_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    shelved_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    shelved_by: Mapped[str] = mapped_column(String(100), default="")
    shelf_reason: Mapped[str] = mapped_column(String(MAX_REMARK), default="")
    next_due_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    transitions: Mapped[list[str] | None] = mapped_column(JSON(none_as_null=True))
    flaps_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    suppressed_by: Mapped[str] = mapped_column(String(36), server_default="")
    suppressed_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    is_hidden: Mapped[bool] = mapped_column(Boolean, server_default=false())
    group_rule: Mapped[str] = mapped_column(String(36), server_default="")
    group_key: Mapped[str] = mapped_column(String(64), server_default="")
    parent_id: Mapped[int | None] = mapped_column()
    holds: Mapped[int] = mapped_column(server_default="0")
    escalated_severity: Mapped[Severity | None] = mapped_column(one_of(Severity, is_checked=False))
    level: Mapped[int] = mapped_column(server_default="0")
    assigned_to: Mapped[str] = mapped_column(String(100), server_default="")
    escalation_rule: Mapped[str] = mapped_column(String(36), server_default="")
    escalation_cycle: Mapped[int] = mapped_column(server_default="0")
    escalation_round: Mapped[int] = mapped_column(server_default="0")
    escalation_step: Mapped[int] = mapped_column(server_default="0")
    clock_from: Mapped[datetime | None] = mapped_column(UtcDateTime)
    clock_ran: Mapped[int] = mapped_column(server_default="0")
    escalates_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    tenant: Mapped[Tenant | None] = relationship(Tenant)
    site: Mapped[Site | None] = relationship(Site)
    parent: Mapped["Alarm | None"] = relationship(
        "Alarm", primaryjoin="foreign(Alarm.parent_id) == Alarm.id", remote_side="Alarm.id", viewonly=True
    )

    @property
    def is_active(self) -> bool:
        """Whether it has not been cleared."""
        return self.cleared_at is None

    @property
    def is_acknowledged(self) -> bool:
        """Whether an operator has taken it upon himself."""
        return self.acknowledged_at is not None

    @property
    def is_shelved(self) -> bool:
        """Whether it is put aside."""
        return self.shelved_until is not None

    def __str__(self) -> str:
        return f"{self.name} of {self.source}"


class AlarmChange(Base):
    """What happened to an alarm after it was raised, and by whom; ``actor`` is empty where nobody did it.

    ``rule_key`` is that of the rule that did. It names no tenant: it is read only with the alarm that it belongs to.
    """

    __tablename__ = "alarm_change"

    id: Mapped[int] = mapped_column(primary_key=True)
    alarm_id: Mapped[int] = mapped_column(ForeignKey("alarm.id", ondelete="CASCADE"), index=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    deed: Mapped[AlarmDeed] = mapped_column(one_of(AlarmDeed, is_checked=False))
    old: Mapped[str] = mapped_column(String(100), default="")
    new: Mapped[str] = mapped_column(String(100), default="")
    actor: Mapped[str] = mapped_column(String(100), default="")
    note: Mapped[str] = mapped_column(String(MAX_REMARK), default="")
    rule_key: Mapped[str] = mapped_column(String(36), default="", server_default="")
