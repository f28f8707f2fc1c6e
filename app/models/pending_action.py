"""Actions that wait to be handed to a phone in the answer to its next report (protocol 6)."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Base, UtcDateTime
from app.security.tenant_scope import TenantOrNobody


class PendingAction(TenantOrNobody, Base):
    """One action for one phone: handed over once, oldest first, or dropped when it expires."""

    __tablename__ = "pending_action"
    __table_args__ = (Index("ix_pending_action_mac_id", "mac", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    mac: Mapped[str] = mapped_column(String(12))
    request: Mapped[dict[str, Any]] = mapped_column(JSON)
    asked_by: Mapped[str] = mapped_column(String(100))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    handed_over_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
