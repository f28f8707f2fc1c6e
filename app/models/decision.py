"""Zero Touch decisions, each with the facts it was taken on and its trace."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Base, UtcDateTime, one_of
from app.models.enums import Cause
from app.security.tenant_scope import TenantOrNobody


class Decision(TenantOrNobody, Base):
    """What was decided for a phone, when, why (``steps``: app/rules/zero_touch), and from which ``facts``.

    ``rules`` has the versions of the lists of rules that were asked and what they could know, so that each of them
    can be asked again; None where nobody had written any. ``steps`` leaves out the rules that did not match.
    """

    __tablename__ = "decision"
    __table_args__ = (Index("ix_decision_mac_decided_at", "mac", "decided_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    mac: Mapped[str] = mapped_column(String(12))
    device_id: Mapped[int | None] = mapped_column(ForeignKey("device.id", ondelete="SET NULL"), index=True)
    decided_at: Mapped[datetime] = mapped_column(UtcDateTime)
    cause: Mapped[Cause] = mapped_column(one_of(Cause))
    facts: Mapped[dict[str, Any]] = mapped_column(JSON)
    outcome: Mapped[dict[str, Any]] = mapped_column(JSON)
    steps: Mapped[list[Any]] = mapped_column(JSON)
    rules: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
