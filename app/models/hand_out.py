"""To whom the file of a phone was handed out, where a tenant hands it out once (docs/decisions/0078)."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Base, UtcDateTime
from app.security.tenant_scope import TenantScoped


class HandOut(TenantScoped, Base):
    """When and to which address a device's file was handed out first.

    ``refused_at`` and ``refused_address`` are when and for whom it was held back last.
    """

    __tablename__ = "hand_out"

    device_id: Mapped[int] = mapped_column(
        ForeignKey("device.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    tenant_id: Mapped[int] = mapped_column(ForeignKey("tenant.id", ondelete="CASCADE"), index=True)
    handed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    address: Mapped[str] = mapped_column(String(45))
    refused_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    refused_address: Mapped[str] = mapped_column(String(45), default="", server_default="")
