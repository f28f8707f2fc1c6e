"""The texts that a template has had, each with who saved it, when and how."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Base, EncryptedBytes, UtcDateTime
from app.security.tenant_scope import TenantOrShared


class TemplateVersion(TenantOrShared, Base):
    """One text of a template; the highest number is the text that it has.

    ``content`` is compressed, then encrypted (app/services/stored_files.py): people write passwords into templates.
    ``reason`` says how the text came about, as it follows a name: ``edited``, ``uploaded 430HD.xml``. The tenant is
    that of the template, so that tenant scope holds for its texts.
    """

    __tablename__ = "template_version"
    __table_args__ = (UniqueConstraint("template_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    template_id: Mapped[int] = mapped_column(ForeignKey("config_template.id", ondelete="CASCADE"))
    number: Mapped[int]
    saved_at: Mapped[datetime] = mapped_column(UtcDateTime)
    saved_by: Mapped[str] = mapped_column(String(100))
    reason: Mapped[str] = mapped_column(String(200))
    content: Mapped[bytes] = mapped_column(EncryptedBytes, deferred=True)
