"""Deliveries: the outbox, and, once they are sent, the log of it."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Boolean, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.database import Base, UtcDateTime, one_of
from app.models.destination import MAX_ANSWER, Destination
from app.models.enums import DeliveryState, NoticeReason, Severity
from app.security.tenant_scope import TenantOrNobody

MAX_DELIVERY_SUBJECT = 250

_IS_OPEN = text("next_try_at IS NOT NULL")


class Delivery(TenantOrNobody, Base):
    """One message to one destination, whole: ``payload`` says all that is sent, whatever has changed since.

    ``key`` names what is told, so that nothing is told twice. It belongs to the destination's tenant. ``subject`` is
    what lists show of it; ``alarm_id`` is the alarm that it tells of, None where it tells of several. At
    ``next_try_at`` it is tried (again), until ``give_up_at``; ``answer`` is what the receiver said last, or what stood
    in the way. A test is tried once.
    """

    __tablename__ = "delivery"
    __table_args__ = (
        Index(
            "ix_delivery_open",
            *("destination_id", "next_try_at"),
            sqlite_where=_IS_OPEN,
            postgresql_where=_IS_OPEN,
        ),
        Index("ix_delivery_destination_id_tried_at", "destination_id", "tried_at"),
        Index("ix_delivery_state_id", "state", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    destination_id: Mapped[int] = mapped_column(ForeignKey("destination.id", ondelete="CASCADE"))
    group_id: Mapped[int | None] = mapped_column(
        ForeignKey("notice_group.id", ondelete="SET NULL"), index=True
    )
    alarm_id: Mapped[int | None] = mapped_column(ForeignKey("alarm.id", ondelete="SET NULL"), index=True)
    key: Mapped[str] = mapped_column(String(64), unique=True)
    reason: Mapped[NoticeReason] = mapped_column(one_of(NoticeReason, is_checked=False))
    severity: Mapped[Severity] = mapped_column(one_of(Severity, is_checked=False))
    subject: Mapped[str] = mapped_column(String(MAX_DELIVERY_SUBJECT))
    payload: Mapped[dict[str, Any]] = mapped_column(JSON)
    is_test: Mapped[bool] = mapped_column(Boolean, default=False)
    state: Mapped[DeliveryState] = mapped_column(one_of(DeliveryState), default=DeliveryState.WAITING)
    attempts: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    next_try_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    give_up_at: Mapped[datetime] = mapped_column(UtcDateTime)
    tried_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    answer: Mapped[str] = mapped_column(String(MAX_ANSWER), default="")
    destination: Mapped[Destination] = relationship(Destination)

    def __str__(self) -> str:
        return self.subject
