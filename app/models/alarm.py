"""Alarms and events that phones raise (manual 6.4)."""

from datetime import datetime

from sqlalchemy import Boolean, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.database import Base, UtcDateTime, one_of
from app.models.enums import Severity
from app.models.tenant import Site, Tenant
from app.security.tenant_scope import TenantOrNobody


class Alarm(TenantOrNobody, Base):
    """One alarm of one source: repeats count up, a clear ends it, and it stays as history.

    ``reported_date`` is the phone's own text and never trusted (protocol 4.1); times are those of the reception.
    """

    __tablename__ = "alarm"
    __table_args__ = (
        Index(
            "uq_alarm_active",
            "dedup_key",
            unique=True,
            sqlite_where=text("cleared_at IS NULL"),
            postgresql_where=text("cleared_at IS NULL"),
        ),
        Index("ix_alarm_cleared_at_last_raised_at", "cleared_at", "last_raised_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    dedup_key: Mapped[str] = mapped_column(String(64))
    name: Mapped[str] = mapped_column(String(255), index=True)
    wire_name: Mapped[str] = mapped_column(String(255))
    is_event: Mapped[bool] = mapped_column(Boolean, default=False)
    severity: Mapped[Severity] = mapped_column(one_of(Severity), index=True)
    source: Mapped[str] = mapped_column(String(255))
    mac: Mapped[str] = mapped_column(String(12), index=True)
    ip: Mapped[str] = mapped_column(String(45), default="")
    remote_host: Mapped[str] = mapped_column(String(45), default="")
    site_id: Mapped[int | None] = mapped_column(ForeignKey("site.id", ondelete="SET NULL"), index=True)
    text: Mapped[str] = mapped_column(Text, default="")
    info1: Mapped[str] = mapped_column(Text, default="")
    info2: Mapped[str] = mapped_column(Text, default="")
    unique_id: Mapped[str] = mapped_column(String(20), default="")
    reported_type: Mapped[str] = mapped_column(String(20), default="")
    reported_cause: Mapped[str] = mapped_column(String(20), default="")
    reported_date: Mapped[str] = mapped_column(String(64), default="")
    count: Mapped[int] = mapped_column(default=1)
    first_raised_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_raised_at: Mapped[datetime] = mapped_column(UtcDateTime)
    cleared_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    tenant: Mapped[Tenant | None] = relationship(Tenant)
    site: Mapped[Site | None] = relationship(Site)

    @property
    def is_active(self) -> bool:
        """Whether it has not been cleared."""
        return self.cleared_at is None

    def __str__(self) -> str:
        return f"{self.name} of {self.source}"
