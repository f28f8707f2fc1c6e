"""System settings: what an administrator changes while the system runs (manual 9.1)."""

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Base, EncryptedText


class SystemSetting(Base):
    """One setting that differs from its default; the catalogue is in app/services/settings/values.py."""

    __tablename__ = "system_setting"

    name: Mapped[str] = mapped_column(String(60), primary_key=True)
    value: Mapped[str] = mapped_column(EncryptedText)
