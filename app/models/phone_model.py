"""Phone models: the kinds of phones that are recognised, configured and counted."""

from sqlalchemy import Boolean, String
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Base

MAX_DESCRIPTION = 200
MAX_PATTERN = 200


class PhoneModel(Base):
    """A model of a vendor, under the name that phones report and that templates are mapped to.

    ``user_agent_pattern`` tells phones by their User-Agent that do not name their model in a way that is known;
    ``*`` stands for any characters, ``?`` for one. Empty where the name is enough.
    """

    __tablename__ = "phone_model"

    id: Mapped[int] = mapped_column(primary_key=True)
    vendor: Mapped[str] = mapped_column(String(60))
    name: Mapped[str] = mapped_column(String(60), unique=True)
    description: Mapped[str] = mapped_column(String(MAX_DESCRIPTION), default="")
    user_agent_pattern: Mapped[str] = mapped_column(String(MAX_PATTERN), default="")
    is_shipped: Mapped[bool] = mapped_column(Boolean, default=False)

    def __str__(self) -> str:
        return self.name
