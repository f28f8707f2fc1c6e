"""How far each web hook for events has read the two logs.

The table names no tenant: it is worked on by the scheduler, and read only by the destination that it belongs to.
"""

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Base


class EventPlace(Base):
    """The last row of the journal and of the history of phones that a destination was told of, or could have been.

    ``number`` is that of its last message.
    """

    __tablename__ = "event_place"

    destination_id: Mapped[int] = mapped_column(
        ForeignKey("destination.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    journal_id: Mapped[int]
    phone_change_id: Mapped[int]
    number: Mapped[int] = mapped_column(default=0)
