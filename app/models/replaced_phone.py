"""Phones that were replaced by others: whose history goes on with the device."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Base, UtcDateTime
from app.security.tenant_scope import TenantScoped


class ReplacedPhone(TenantScoped, Base):
    """A MAC address that a device had before another phone took its place."""

    __tablename__ = "replaced_phone"

    id: Mapped[int] = mapped_column(primary_key=True)
    device_id: Mapped[int] = mapped_column(ForeignKey("device.id", ondelete="CASCADE"), index=True)
    mac: Mapped[str] = mapped_column(String(12), index=True)
    replaced_at: Mapped[datetime] = mapped_column(UtcDateTime)
    replaced_by: Mapped[str] = mapped_column(String(100))
