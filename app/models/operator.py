"""Operators' accounts: Flask-AppBuilder's users with their tenants and an epoch that ends their sessions."""

import secrets
from typing import Any

from flask_appbuilder.security.sqla.models import User
from sqlalchemy import JSON, Boolean, Column, ForeignKey, String, Table
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.database import Base
from app.models.tenant import Tenant

operator_tenant = Table(
    "operator_tenant",
    Base.metadata,
    Column("operator_id", ForeignKey("ab_user.id", ondelete="CASCADE"), primary_key=True),
    Column("tenant_id", ForeignKey("tenant.id", ondelete="CASCADE"), primary_key=True),
)


def new_epoch() -> str:
    """Return a value that no session carries yet."""
    return secrets.token_hex(8)


class Operator(User):
    """An account that signs in to the screens.

    ``sees_all_tenants`` is said, never inferred from an empty list: an account whose last tenant was deleted must
    not see everything. ``list_layout`` is how its owner wants Devices Status (app/services/devices_status/layouts.py).
    """

    __tablename__ = "ab_user"

    session_epoch: Mapped[str] = mapped_column(String(16), default=new_epoch, server_default="")
    sees_all_tenants: Mapped[bool] = mapped_column(Boolean, default=False, server_default="0")
    list_layout: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    tenants: Mapped[list[Tenant]] = relationship(Tenant, secondary=operator_tenant)

    def get_id(self) -> str:
        """Return what the session cookie carries: it ends with the epoch."""
        return f"{self.id}.{self.session_epoch}"
