"""Keys in the addresses that a tenant's phones ask for (docs/decisions/0078)."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Base, EncryptedText, UtcDateTime
from app.security.tenant_scope import TenantScoped


class TenantKey(TenantScoped, Base):
    """A key; ``name`` is the part by which it is found. ``ends_at`` is None for the one that phones are told now."""

    __tablename__ = "tenant_key"

    id: Mapped[int] = mapped_column(primary_key=True)
    tenant_id: Mapped[int] = mapped_column(ForeignKey("tenant.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(8), unique=True)
    secret: Mapped[str] = mapped_column(EncryptedText)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ends_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
