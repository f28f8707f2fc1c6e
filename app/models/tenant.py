"""Tenants and their sites: whose phones these are, and where they stand (manual 4.2)."""

from datetime import datetime

from sqlalchemy import Boolean, CheckConstraint, Index, String, Text, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.database import LONGEST_FOLD, Base, UtcDateTime
from app.models.name_key import HasNameKey
from app.security.tenant_scope import ScopedByOwnId, TenantScoped

AUTO_DETECTION = "AutoDetection"
MAX_ENDPOINTS = 30_000


class Tenant(HasNameKey, ScopedByOwnId, Base):
    """A customer or a part of the enterprise; at most one is the default tenant.

    ``allowed_networks`` are those from which its phones may fetch and report, with commas between them; none is any.
    They have to prove themselves by a key in the address that they ask for (``demands_key``), or by a certificate
    (``demands_certificate``). A file that it ``hands_out_once`` goes to nobody else afterwards.
    """

    __tablename__ = "tenant"
    __table_args__ = (
        Index(
            "uq_tenant_is_default",
            "is_default",
            unique=True,
            sqlite_where=text("is_default = 1"),
            postgresql_where=text("is_default"),
        ),
        Index("uq_tenant_subnet", "subnet", unique=True),
        CheckConstraint(
            f"endpoint_licenses BETWEEN 0 AND {MAX_ENDPOINTS}", name="endpoint_licenses_in_range"
        ),
    )

    name: Mapped[str] = mapped_column(String(100))
    name_key: Mapped[str] = mapped_column(String(100 * LONGEST_FOLD), unique=True)
    description: Mapped[str] = mapped_column(Text, default="")
    subnet: Mapped[str | None] = mapped_column(String(50))
    is_default: Mapped[bool] = mapped_column(Boolean, default=False)
    approves_automatically: Mapped[bool] = mapped_column(Boolean, default=False)
    external_id: Mapped[str | None] = mapped_column(String(64), unique=True)
    endpoint_licenses: Mapped[int] = mapped_column(default=MAX_ENDPOINTS)
    allowed_networks: Mapped[str] = mapped_column(Text, default="", server_default="")
    demands_key: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
    demands_certificate: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
    hands_out_once: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    def __str__(self) -> str:
        return self.name


class Site(HasNameKey, TenantScoped, Base):
    """A place of a tenant (older name: region); every tenant has the site AutoDetection."""

    __tablename__ = "site"
    __table_args__ = (
        UniqueConstraint("tenant_id", "name_key"),
        Index("uq_site_tenant_id_subnet", "tenant_id", "subnet", unique=True),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(100))
    name_key: Mapped[str] = mapped_column(String(100 * LONGEST_FOLD))
    description: Mapped[str] = mapped_column(Text, default="")
    subnet: Mapped[str | None] = mapped_column(String(50))
    is_auto_detection: Mapped[bool] = mapped_column(Boolean, default=False)
    tenant: Mapped[Tenant] = relationship(Tenant)

    def __str__(self) -> str:
        return f"{self.name} / {self.tenant.name}"
