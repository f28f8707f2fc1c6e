"""Operations: one thing asked of many phones or users, in batches, each with a result of its own (manual 6.8, 6.9)."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.database import Base, EncryptedBytes, EncryptedText, UtcDateTime, one_of
from app.models.enums import Action, OperationState, Subject, TargetState, WaveState, Way
from app.models.journal_entry import MAX_GIVEN_REASON
from app.security.tenant_scope import TenantOrNobody

MAX_REASON = 400


class Operation(Base):
    """One action and its pace.

    It names no tenant: who sees any of its targets sees it, and only those targets. ``options`` are what the action
    needs to know, ``secret`` a password among them. ``delay_seconds`` lie between the beginnings of two batches;
    ``left_in_batch`` of the present one have not begun. ``patience_seconds`` is how long a phone that was asked has to
    confirm it; ``deadline_seconds`` how long one that is not there is tried, None where it is not. ``paused_by`` names
    who stopped it, a person or its gate. ``given_reason`` is why it was begun, as who began it says.

    A roll-out has a ``gate`` (``app/services/operations/gates.py``), and begins targets of no later wave than
    ``open_wave``; without waves that is 0, as is the wave of every target. ``undoes_id`` is the operation that this
    one rolls back.
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
    deadline_seconds: Mapped[int | None]
    state: Mapped[OperationState] = mapped_column(one_of(OperationState))
    total: Mapped[int] = mapped_column(default=0)
    next_batch_at: Mapped[datetime] = mapped_column(UtcDateTime)
    left_in_batch: Mapped[int] = mapped_column(default=0)
    last_served_at: Mapped[datetime] = mapped_column(UtcDateTime)
    open_wave: Mapped[int] = mapped_column(default=0, server_default="0")
    gate: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    undoes_id: Mapped[int | None] = mapped_column(ForeignKey("operation.id", ondelete="SET NULL"), index=True)
    created_by: Mapped[str] = mapped_column(String(100))
    created_from: Mapped[str] = mapped_column(String(45), default="")
    given_reason: Mapped[str] = mapped_column(String(MAX_GIVEN_REASON), default="", server_default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    paused_by: Mapped[str] = mapped_column(String(100), default="")
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)


class OperationWave(Base):
    """One wave of a roll-out, by its number from 1, and what its gate found, which names no phone.

    ``name`` is what people call it: the canary, which is the first where there is one, is no wave to them.

    ``began_at`` is when its phones' turn came, ``watched_from`` when all of them had been asked.
    """

    __tablename__ = "operation_wave"
    __table_args__ = (UniqueConstraint("operation_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    operation_id: Mapped[int] = mapped_column(ForeignKey("operation.id", ondelete="CASCADE"))
    number: Mapped[int]
    name: Mapped[str] = mapped_column(String(20))
    state: Mapped[WaveState] = mapped_column(one_of(WaveState), default=WaveState.WAITING)
    began_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    watched_from: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    finding: Mapped[str] = mapped_column(String(MAX_REASON), default="")
    passed_over_by: Mapped[str] = mapped_column(String(100), default="")


class OperationTarget(TenantOrNobody, Base):
    """One phone, by its MAC, or one user, by its id, and how far the operation has come with it.

    ``label`` is what it was called when the operation began. ``owner`` is the worker that has it until
    ``lease_until``. A phone that was asked has until ``confirm_by``; None where nothing is to be confirmed.

    A phone that was not there ``tries`` times, the last time at ``put_off_at``, is tried again at ``next_try_at``, and
    not after ``try_until``. ``before`` is what the operation changed about it and what it had until then
    (``app/services/operations/readying.py``); ``was_registered`` and ``version_before`` are what it had last reported,
    ``expected_version`` what it shall report where that is not the same for all. ``finding`` is what its gate found
    wrong with it.
    """

    __tablename__ = "operation_target"
    __table_args__ = (
        UniqueConstraint("operation_id", "key"),
        Index("ix_operation_target_operation_id_state_wave_id", "operation_id", "state", "wave", "id"),
        Index("ix_operation_target_state_lease_until", "state", "lease_until"),
        Index("ix_operation_target_key", "key"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    operation_id: Mapped[int] = mapped_column(ForeignKey("operation.id", ondelete="CASCADE"))
    key: Mapped[str] = mapped_column(String(20))
    label: Mapped[str] = mapped_column(String(200), default="")
    wave: Mapped[int] = mapped_column(default=0, server_default="0")
    state: Mapped[TargetState] = mapped_column(one_of(TargetState), default=TargetState.WAITING)
    reason: Mapped[str] = mapped_column(String(MAX_REASON), default="")
    way: Mapped[Way | None] = mapped_column(one_of(Way))
    attempts: Mapped[int] = mapped_column(default=0)
    owner: Mapped[str] = mapped_column(String(120), default="")
    lease_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    pending_action_id: Mapped[int | None] = mapped_column(index=True)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    confirm_by: Mapped[datetime | None] = mapped_column(UtcDateTime)
    tries: Mapped[int] = mapped_column(default=0, server_default="0")
    put_off_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    next_try_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    try_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    before: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    was_registered: Mapped[bool | None]
    version_before: Mapped[str] = mapped_column(String(64), default="", server_default="")
    expected_version: Mapped[str] = mapped_column(String(64), default="", server_default="")
    finding: Mapped[str] = mapped_column(String(MAX_REASON), default="", server_default="")
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    operation: Mapped[Operation] = relationship(Operation)


class OperationFile(Base):
    """The configuration file that a phone had before an operation generated another, as it was stored.

    ``given_etag`` is that of the file that the operation made; ``columns`` are those of the earlier one beside its
    content (``app/services/operations/kept_files.py``).
    """

    __tablename__ = "operation_file"

    target_id: Mapped[int] = mapped_column(
        ForeignKey("operation_target.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    content: Mapped[bytes] = mapped_column(EncryptedBytes)
    given_etag: Mapped[str] = mapped_column(String(70))
    columns: Mapped[dict[str, Any]] = mapped_column(JSON)
