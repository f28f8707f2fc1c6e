"""How far the Setup Wizard has come for a tenant, as far as nothing else in the database says it."""

from datetime import datetime

from sqlalchemy import JSON, Boolean, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Base, UtcDateTime, one_of
from app.models.enums import Train
from app.security.tenant_scope import TenantScoped


class SetupProgress(TenantScoped, Base):
    """What administrators answered in the wizard of one tenant (docs/decisions/0029).

    ``train`` is the system type, ``is_zero_touch`` whether phones come in by themselves; NULL until it is answered.
    ``settled`` says of steps that left no other trace how they were left. The wait for the first phone began at
    ``waiting_since``, when ``waiting_after`` was the last decision that there was.
    """

    __tablename__ = "setup_progress"
    __table_args__ = (UniqueConstraint("tenant_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    train: Mapped[Train | None] = mapped_column(one_of(Train))
    is_zero_touch: Mapped[bool | None] = mapped_column(Boolean)
    model_ids: Mapped[list[int]] = mapped_column(JSON, default=list)
    settled: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    waiting_since: Mapped[datetime | None] = mapped_column(UtcDateTime)
    waiting_after: Mapped[int | None]
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    changed_by: Mapped[str] = mapped_column(String(100))
