"""Operators' accounts: Flask-AppBuilder's users with their tenants, and how they like their list."""

from datetime import datetime
from typing import Any

from flask_appbuilder.security.sqla.models import User
from sqlalchemy import JSON, Boolean, Column, ForeignKey, Index, String, Table
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.database import Base, UtcDateTime
from app.models.tenant import Tenant

operator_tenant = Table(
    "operator_tenant",
    Base.metadata,
    Column("operator_id", ForeignKey("ab_user.id", ondelete="CASCADE"), primary_key=True),
    Column("tenant_id", ForeignKey("tenant.id", ondelete="CASCADE"), primary_key=True),
)


class Operator(User):
    """An account that signs in to the screens.

    ``sees_all_tenants`` is said, never inferred from an empty list: an account whose last tenant was deleted must
    not see everything. ``has_to_choose_password`` is set where somebody else gave the password.
    ``signs_in_by`` is empty for an account with a password of its own, else the mark of the way that it came by
    (app/rules/ways_to_sign_in), to which ``outside_key`` is who it is; such an account has no password here.
    ``second_factor_since`` is when the second factor was confirmed (app/models/second_factor.py), None without one.
    ``list_layout`` is how its owner wants Devices Status (app/services/devices_status/layouts.py).
    """

    __tablename__ = "ab_user"

    sees_all_tenants: Mapped[bool] = mapped_column(Boolean, default=False, server_default="0")
    has_to_choose_password: Mapped[bool] = mapped_column(Boolean, default=False, server_default="0")
    second_factor_since: Mapped[datetime | None] = mapped_column(UtcDateTime)
    signs_in_by: Mapped[str] = mapped_column(String(40), default="", server_default="")
    outside_key: Mapped[str | None] = mapped_column(String(255))
    list_layout: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    tenants: Mapped[list[Tenant]] = relationship(Tenant, secondary=operator_tenant)


Index("uq_ab_user_outside", Operator.signs_in_by, Operator.outside_key, unique=True)
