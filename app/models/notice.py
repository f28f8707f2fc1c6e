"""Notices: what somebody is to be told of an alarm, collected in groups until it is told.

Neither table names a tenant: they are worked on by the scheduler, and read only by the alarm or the destination that
they belong to, which the caller has found in his scope.
"""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Base, UtcDateTime, one_of
from app.models.enums import NoticeFate, NoticeReason

MAX_GROUP_TITLE = 200
MAX_NOTICE_NOTE = 200

_IS_DUE = text("due_at IS NOT NULL")
_WAITS = text("fate = 'waiting'")


class NoticeGroup(Base):
    """What one rule tells one destination together, ``title`` being what it has in common: ``emea/Berlin``.

    ``key`` is made of destination, rule and what the rule groups by. At ``due_at`` its next message leaves, None
    while there is nothing to tell; ``last_told_at`` is when the last one did. While alarms that were told are active
    it says so every ``repeat_seconds``, 0 for never.
    """

    __tablename__ = "notice_group"
    __table_args__ = (
        Index("ix_notice_group_due_at", "due_at", sqlite_where=_IS_DUE, postgresql_where=_IS_DUE),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    destination_id: Mapped[int] = mapped_column(ForeignKey("destination.id", ondelete="CASCADE"), index=True)
    key: Mapped[str] = mapped_column(String(64), unique=True)
    rule_key: Mapped[str] = mapped_column(String(64))
    title: Mapped[str] = mapped_column(String(MAX_GROUP_TITLE), default="")
    interval_seconds: Mapped[int]
    repeat_seconds: Mapped[int]
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    due_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_told_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class GroupedNotice(Base):
    """One step of one alarm that a group is to tell, and which delivery told it.

    ``key`` names the step, so that it is told once. ``phones`` is for how many phones the alarm stands.
    """

    __tablename__ = "grouped_notice"
    __table_args__ = (
        Index("ix_grouped_notice_waiting", "group_id", "id", sqlite_where=_WAITS, postgresql_where=_WAITS),
        Index("ix_grouped_notice_group_id_alarm_id", "group_id", "alarm_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    group_id: Mapped[int] = mapped_column(ForeignKey("notice_group.id", ondelete="CASCADE"))
    alarm_id: Mapped[int] = mapped_column(ForeignKey("alarm.id", ondelete="CASCADE"), index=True)
    key: Mapped[str] = mapped_column(String(64), unique=True)
    reason: Mapped[NoticeReason] = mapped_column(one_of(NoticeReason, is_checked=False))
    note: Mapped[str] = mapped_column(String(MAX_NOTICE_NOTE), default="")
    phones: Mapped[int] = mapped_column(default=1)
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    fate: Mapped[NoticeFate] = mapped_column(one_of(NoticeFate, is_checked=False), default=NoticeFate.WAITING)
    delivery_id: Mapped[int | None] = mapped_column(
        ForeignKey("delivery.id", ondelete="SET NULL"), index=True
    )
