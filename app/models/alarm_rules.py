"""What rules have done about alarms: the steps of escalations that were taken, and outages of many phones."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Base, UtcDateTime


class EscalationStep(Base):
    """A step of an escalation that was taken, which is its claim as well: there is one of each.

    It names no tenant: it is read only with the alarm that it belongs to.
    """

    __tablename__ = "escalation_step"

    alarm_id: Mapped[int] = mapped_column(ForeignKey("alarm.id", ondelete="CASCADE"), primary_key=True)
    rule_key: Mapped[str] = mapped_column(String(36), primary_key=True)
    cycle: Mapped[int] = mapped_column(primary_key=True)
    step: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class Outage(Base):
    """What an alarm of many phones needs to know to end: fewer than ``ends_below`` phones for so many seconds.

    ``group_key`` is what its phones have in common, ``began_with`` how many there were; ``below_since`` is since when
    there are too few. It names no tenant: it is read only with its alarm.
    """

    __tablename__ = "outage"

    alarm_id: Mapped[int] = mapped_column(ForeignKey("alarm.id", ondelete="CASCADE"), primary_key=True)
    rule_key: Mapped[str] = mapped_column(String(36))
    group_key: Mapped[str] = mapped_column(String(64), index=True)
    began_with: Mapped[int]
    ends_below: Mapped[int]
    ends_after_seconds: Mapped[int]
    below_since: Mapped[datetime | None] = mapped_column(UtcDateTime)
