"""Firmware files that phones download (manual 6.11); the bytes lie under DATA_DIR by checksum."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.database import LONGEST_FOLD, Base, UtcDateTime
from app.models.name_key import HasNameKey


class Firmware(HasNameKey, Base):
    """One ``.img`` or ``.dfu`` file under the name in its URL; ``<MODEL>.img`` is that model's default."""

    __tablename__ = "firmware"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(120))
    name_key: Mapped[str] = mapped_column(String(120), unique=True)
    description: Mapped[str] = mapped_column(String(200), default="")
    version: Mapped[str] = mapped_column(String(60), default="")
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    size: Mapped[int] = mapped_column(BigInteger)
    uploaded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    groups: Mapped[list["FirmwareGroup"]] = relationship(
        "FirmwareGroup", order_by="FirmwareGroup.name_key", cascade="all, delete-orphan", passive_deletes=True
    )

    def __str__(self) -> str:
        return self.name


class FirmwareGroup(HasNameKey, Base):
    """One firmware in a group; a group is there for as long as something is in it."""

    __tablename__ = "firmware_group"
    __table_args__ = (UniqueConstraint("firmware_id", "name_key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    firmware_id: Mapped[int] = mapped_column(ForeignKey("firmware.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(60))
    name_key: Mapped[str] = mapped_column(String(60 * LONGEST_FOLD), index=True)

    def __str__(self) -> str:
        return self.name
