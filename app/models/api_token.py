"""Tokens with which programs call the REST API in the name of an operator's account."""

from datetime import datetime

from sqlalchemy import JSON, Boolean, Column, ForeignKey, String, Table, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.database import LONGEST_FOLD, Base, UtcDateTime
from app.models.name_key import HasNameKey
from app.models.operator import Operator
from app.models.tenant import Tenant

MAX_TOKEN_NAME = 60

api_token_tenant = Table(
    "api_token_tenant",
    Base.metadata,
    Column("api_token_id", ForeignKey("api_token.id", ondelete="CASCADE"), primary_key=True),
    Column("tenant_id", ForeignKey("tenant.id", ondelete="CASCADE"), primary_key=True),
)


class ApiToken(HasNameKey, Base):
    """A token of an account; what it may is at most what the account may at that moment.

    ``key_id`` finds it and is no secret; of the secret there is only ``digest``, SHA-256 in hex. ``kinds`` are
    those of the resources that it opens, None for all; ``networks`` the addresses from which it is taken, none for any.
    ``names_tenants`` is said, never inferred: a token whose last tenant was deleted sees nothing.
    """

    __tablename__ = "api_token"
    __table_args__ = (UniqueConstraint("operator_id", "name_key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    operator_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(MAX_TOKEN_NAME))
    name_key: Mapped[str] = mapped_column(String(MAX_TOKEN_NAME * LONGEST_FOLD))
    key_id: Mapped[str] = mapped_column(String(16), unique=True)
    digest: Mapped[str] = mapped_column(String(64))
    reads_only: Mapped[bool] = mapped_column(Boolean)
    kinds: Mapped[list[str] | None] = mapped_column(JSON(none_as_null=True))
    names_tenants: Mapped[bool] = mapped_column(Boolean)
    networks: Mapped[list[str]] = mapped_column(JSON)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_used_from: Mapped[str] = mapped_column(String(45), default="", server_default="")
    operator: Mapped[Operator] = relationship(Operator)
    tenants: Mapped[list[Tenant]] = relationship(Tenant, secondary=api_token_tenant)

    def has_expired(self, now: datetime) -> bool:
        """Whether its time is over."""
        return self.expires_at is not None and now >= self.expires_at

    def __str__(self) -> str:
        return self.name
