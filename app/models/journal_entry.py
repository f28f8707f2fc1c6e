"""The journal: who did what to what, when, from where, with what result, and why (manual 13.3)."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.database import Base, UtcDateTime
from app.models.tenant import Tenant
from app.security.tenant_scope import TenantOrNobody

MAX_GIVEN_REASON = 200


class JournalEntry(TenantOrNobody, Base):
    """One deed of an operator, or one thing that befell a phone; a secret is never part of it.

    ``reason`` is what the operator gave as one; empty where none was given.
    """

    __tablename__ = "journal_entry"
    __table_args__ = (Index("ix_journal_entry_subject_at", "subject", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    actor: Mapped[str] = mapped_column(String(100), index=True)
    address: Mapped[str] = mapped_column(String(45), default="")
    action: Mapped[str] = mapped_column(String(60), index=True)
    subject: Mapped[str] = mapped_column(String(200))
    text: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(String(MAX_GIVEN_REASON), default="", server_default="")
    details: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    tenant: Mapped[Tenant | None] = relationship(Tenant)
