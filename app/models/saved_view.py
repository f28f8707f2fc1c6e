"""Views of Devices Status that people have saved under a name."""

from datetime import datetime

from sqlalchemy import Boolean, ForeignKey, String, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from app.database import LONGEST_FOLD, Base, UtcDateTime
from app.models.name_key import HasNameKey

MAX_VIEW_NAME = 60
MAX_VIEW_QUERY = 3_000


class SavedView(HasNameKey, Base):
    """Filters, order, columns and rows of one person, as the query string of the list says them.

    It belongs to an account and to no tenant: what it finds is what the account that opens it sees.
    """

    __tablename__ = "saved_view"
    __table_args__ = (UniqueConstraint("operator_id", "name_key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    operator_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(MAX_VIEW_NAME))
    name_key: Mapped[str] = mapped_column(String(MAX_VIEW_NAME * LONGEST_FOLD))
    query: Mapped[str] = mapped_column(String(MAX_VIEW_QUERY))
    is_default: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
