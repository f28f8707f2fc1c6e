"""Configuration files that phones download (manual 6.10): the generated content itself."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Boolean, ForeignKey, String, false
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.database import Base, EncryptedBytes, UtcDateTime, one_of
from app.models.enums import FileKind
from app.models.name_key import HasNameKey
from app.models.tenant import Tenant
from app.security.tenant_scope import TenantOrShared


class ConfigFile(HasNameKey, TenantOrShared, Base):
    """One file under the name that phones ask for, found without regard to case.

    ``content`` is compressed, then encrypted (app/services/stored_files.py). ``etag`` is the strong validator of
    the plain bytes, in quotes. ``problems`` lists what could not be filled in, as sentences. ``template_version`` is
    the number of the template's text that it was made from, None where that is not known. ``edited_by`` is who changed
    or uploaded the text by hand, empty for one that was generated. ``fetched_at`` is when the phone last asked for it,
    noted only while ``is_watched``, because an operation waits for it.
    """

    __tablename__ = "config_file"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(160))
    name_key: Mapped[str] = mapped_column(String(160), unique=True)
    kind: Mapped[FileKind] = mapped_column(one_of(FileKind), index=True)
    device_id: Mapped[int | None] = mapped_column(ForeignKey("device.id", ondelete="CASCADE"), unique=True)
    template_id: Mapped[int | None] = mapped_column(
        ForeignKey("config_template.id", ondelete="SET NULL"), index=True
    )
    template_name: Mapped[str] = mapped_column(String(100), default="")
    template_version: Mapped[int | None]
    content: Mapped[bytes] = mapped_column(EncryptedBytes, deferred=True)
    size: Mapped[int]
    etag: Mapped[str] = mapped_column(String(70))
    problems: Mapped[list[Any]] = mapped_column(JSON, default=list)
    generated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    edited_by: Mapped[str] = mapped_column(String(100), default="", server_default="")
    is_watched: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
    fetched_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    tenant: Mapped[Tenant | None] = relationship(Tenant)

    def __str__(self) -> str:
        return self.name
