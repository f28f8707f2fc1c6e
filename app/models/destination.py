"""Destinations: where messages about alarms go, and how they are reached."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Boolean, CheckConstraint, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.database import LONGEST_FOLD, Base, EncryptedText, UtcDateTime, one_of
from app.models.enums import DestinationKind
from app.models.name_key import HasNameKey
from app.models.tenant import Tenant
from app.security.tenant_scope import TenantOrNobody

MAX_DESTINATION_NAME = 100
MAX_ANSWER = 500
"""Characters of what a receiver answered that are kept."""


class Destination(HasNameKey, TenantOrNobody, Base):
    """A receiver of messages about alarms: of one tenant's, or, without a tenant, of all.

    ``settings`` are those of its kind (``app/rules/destinations``), ``secrets`` its passwords, as JSON. At most
    ``rate_per_minute`` messages leave in a minute; one that cannot be delivered is given up after
    ``give_up_after_hours``.

    ``owner`` is the scheduler that sends its messages until ``lease_until``. ``failures`` counts the tries in a row
    that failed, since ``failing_since``; until ``rests_until`` nothing is tried.
    """

    __tablename__ = "destination"
    __table_args__ = (
        CheckConstraint("rate_per_minute > 0", name="rate_is_positive"),
        CheckConstraint("give_up_after_hours > 0", name="patience_is_positive"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(MAX_DESTINATION_NAME))
    name_key: Mapped[str] = mapped_column(String(MAX_DESTINATION_NAME * LONGEST_FOLD), unique=True)
    kind: Mapped[DestinationKind] = mapped_column(one_of(DestinationKind))
    is_enabled: Mapped[bool] = mapped_column(Boolean, default=True)
    settings: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    secrets: Mapped[str] = mapped_column(EncryptedText, default="{}")
    rate_per_minute: Mapped[int]
    give_up_after_hours: Mapped[int] = mapped_column(default=24)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    owner: Mapped[str] = mapped_column(String(120), default="")
    lease_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    failures: Mapped[int] = mapped_column(default=0)
    failing_since: Mapped[datetime | None] = mapped_column(UtcDateTime)
    rests_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_error: Mapped[str] = mapped_column(String(MAX_ANSWER), default="")
    tenant: Mapped[Tenant | None] = relationship(Tenant)

    def __str__(self) -> str:
        return self.name
