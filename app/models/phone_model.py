"""Phone models: the kinds of phones that are recognised, configured and counted."""

from sqlalchemy import Boolean, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Base, one_of
from app.models.enums import ValueFormat

MAX_DESCRIPTION = 200
MAX_PATTERN = 200
MAX_CONTENT_TYPE = 100


class PhoneModel(Base):
    """A model of a vendor, under the name that phones report and that templates are mapped to.

    ``user_agent_pattern`` tells phones by their User-Agent that do not name their model in a way that is known;
    ``*`` stands for any characters, ``?`` for one. Empty where the name is enough.

    What the files of its phones are like is data (docs/decisions/0076): ``file_names`` are patterns, one on a line, of
    the names that they ask for, ``content_type`` is what they are told it is, ``value_format`` how values are written
    into it. ``boot_file`` is the text of a file that leads phones to their own, ``boot_file_names`` are the names of
    that. Each is empty where it is as with AudioCodes' phones.
    """

    __tablename__ = "phone_model"

    id: Mapped[int] = mapped_column(primary_key=True)
    vendor: Mapped[str] = mapped_column(String(60))
    name: Mapped[str] = mapped_column(String(60), unique=True)
    description: Mapped[str] = mapped_column(String(MAX_DESCRIPTION), default="")
    user_agent_pattern: Mapped[str] = mapped_column(String(MAX_PATTERN), default="")
    is_shipped: Mapped[bool] = mapped_column(Boolean, default=False)
    file_names: Mapped[str] = mapped_column(Text, default="", server_default="")
    content_type: Mapped[str] = mapped_column(String(MAX_CONTENT_TYPE), default="", server_default="")
    value_format: Mapped[ValueFormat] = mapped_column(
        one_of(ValueFormat), default=ValueFormat.AUDIOCODES, server_default=ValueFormat.AUDIOCODES.value
    )
    boot_file_names: Mapped[str] = mapped_column(Text, default="", server_default="")
    boot_file: Mapped[str] = mapped_column(Text, default="", server_default="")

    def __str__(self) -> str:
        return self.name
