"""Sessions of the screens: one row for each browser in which an operator is signed in."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Base, UtcDateTime


class OperatorSession(Base):
    """A browser that is signed in. Its cookie holds the key, and the row only the key's SHA-256 (docs/decisions/0064).

    ``used_at`` is of the last page, or of when the page was last touched; it lags behind by up to half a minute.
    """

    __tablename__ = "operator_session"

    id: Mapped[int] = mapped_column(primary_key=True)
    key_hash: Mapped[str] = mapped_column(String(64), unique=True)
    operator_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id", ondelete="CASCADE"), index=True)
    began_at: Mapped[datetime] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime] = mapped_column(UtcDateTime)
    address: Mapped[str] = mapped_column(String(45))
    user_agent: Mapped[str] = mapped_column(String(200))
