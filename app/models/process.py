"""What processes leave for one another: the scheduler's lease, the phone plane's heartbeat."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Base, UtcDateTime


class Lease(Base):
    """Who does a duty, until when; ``epoch`` counts the takings, so a late holder can be told apart."""

    __tablename__ = "lease"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    owner: Mapped[str] = mapped_column(String(120), default="")
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    epoch: Mapped[int] = mapped_column(default=0)


class Heartbeat(Base):
    """When a kind of process was last alive, and since when without a gap."""

    __tablename__ = "heartbeat"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    beat_at: Mapped[datetime] = mapped_column(UtcDateTime)
    running_since: Mapped[datetime] = mapped_column(UtcDateTime)
