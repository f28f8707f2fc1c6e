"""Wrong passwords that were given at sign-in, for a quarter of an hour."""

from datetime import datetime

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Base, UtcDateTime


class WrongPassword(Base):
    """A wrong password from an address; of the name only a keyed hash: people type passwords into that field."""

    __tablename__ = "wrong_password"
    __table_args__ = (Index("ix_wrong_password_address", "address", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    address: Mapped[str] = mapped_column(String(45))
    name_hash: Mapped[str] = mapped_column(String(32))
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
