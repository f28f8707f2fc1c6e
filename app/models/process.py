"""What processes leave for one another: the scheduler's lease, the phone plane's heartbeat, how chores went, and which
programs fit the schema."""

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


class SchemaFit(Base):
    """The oldest revision whose program works on this schema; one row, written with each migration."""

    __tablename__ = "schema_fit"

    id: Mapped[int] = mapped_column(primary_key=True)
    oldest: Mapped[str] = mapped_column(String(20))


class ChoreRun(Base):
    """How a chore of the timetable went last: when it was done, how long that took, and when it last failed."""

    __tablename__ = "chore_run"

    name: Mapped[str] = mapped_column(String(60), primary_key=True)
    every_seconds: Mapped[float]
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    took_seconds: Mapped[float] = mapped_column(default=0.0)
    failed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
