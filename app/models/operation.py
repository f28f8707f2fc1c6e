"""Operations: one thing asked of many phones or users, in batches, each with a result of its own (manual 6.8, 6.9)."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.database import Base, EncryptedText, UtcDateTime, one_of
from app.models.enums import Action, OperationState, Subject, TargetState, Way
from app.security.tenant_scope import TenantOrNobody

MAX_REASON = 400


class Operation(Base):
    """One action and its pace.

    It names no tenant: who sees any of its targets sees it, and only those targets. ``options`` are what the action
    needs to know, ``secret`` a password among them. ``delay_seconds`` lie between the beginnings of two batches;
    ``left_in_batch`` of the present one have not begun. ``patience_seconds`` is how long a phone that was asked has to
    confirm it.
    """

    __tablename__ = "operation"
    __table_args__ = (
        CheckConstraint("batch_size > 0", name="batch_size_is_positive"),
        CheckConstraint("delay_seconds >= 0", name="delay_is_not_negative"),
        Index("ix_operation_state_last_served_at", "state", "last_served_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    action: Mapped[Action] = mapped_column(one_of(Action))
    subject: Mapped[Subject] = mapped_column(one_of(Subject))
    options: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    secret: Mapped[str | None] = mapped_column(EncryptedText)
    batch_size: Mapped[int]
    delay_seconds: Mapped[int]
    patience_seconds: Mapped[int]
    state: Mapped[OperationState] = mapped_column(one_of(OperationState))
    total: Mapped[int] = mapped_column(default=0)
    next_batch_at: Mapped[datetime] = mapped_column(UtcDateTime)
    left_in_batch: Mapped[int] = mapped_column(default=0)
    last_served_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by: Mapped[str] = mapped_column(String(100))
    created_from: Mapped[str] = mapped_column(String(45), default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    stopped_by: Mapped[str] = mapped_column(String(100), default="")
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)


class OperationTarget(TenantOrNobody, Base):
    """One phone, by its MAC, or one user, by its id, and how far the operation has come with it.

    ``label`` is what it was called when the operation began. ``owner`` is the worker that has it until
    ``lease_until``. A phone that was asked has until ``confirm_by``; None where nothing is to be confirmed.
    """

    __tablename__ = "operation_target"
    __table_args__ = (
        UniqueConstraint("operation_id", "key"),
        Index("ix_operation_target_operation_id_state_id", "operation_id", "state", "id"),
        Index("ix_operation_target_state_lease_until", "state", "lease_until"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    operation_id: Mapped[int] = mapped_column(ForeignKey("operation.id", ondelete="CASCADE"))
    key: Mapped[str] = mapped_column(String(20))
    label: Mapped[str] = mapped_column(String(200), default="")
    state: Mapped[TargetState] = mapped_column(one_of(TargetState), default=TargetState.WAITING)
    reason: Mapped[str] = mapped_column(String(MAX_REASON), default="")
    way: Mapped[Way | None] = mapped_column(one_of(Way))
    attempts: Mapped[int] = mapped_column(default=0)
    owner: Mapped[str] = mapped_column(String(120), default="")
    lease_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    pending_action_id: Mapped[int | None] = mapped_column(index=True)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    confirm_by: Mapped[datetime | None] = mapped_column(UtcDateTime)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    operation: Mapped[Operation] = relationship(Operation)
