"""Speed dials and programmable keys that users set on their phones."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Base, EncryptedText, UtcDateTime
from app.security.tenant_scope import TenantScoped


class UserKeysRow(TenantScoped, Base):
    """What one phone user has set, as lines ``parameter = value``.

    ``version`` counts the changes and goes on when an operator deletes the keys. ``mac`` is the phone that sent them
    last, empty where an operator changed them; ``changed_by`` says who did.
    """

    __tablename__ = "user_keys"

    phone_user_id: Mapped[int] = mapped_column(
        ForeignKey("phone_user.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    version: Mapped[int] = mapped_column()
    lines: Mapped[str] = mapped_column(EncryptedText)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    changed_by: Mapped[str] = mapped_column(String(100))
    mac: Mapped[str] = mapped_column(String(12), default="")
    address: Mapped[str] = mapped_column(String(45), default="")
