"""Phone users: the people whose name a phone shows; not the operators' accounts."""

from datetime import datetime
from unicodedata import normalize

from sqlalchemy import Boolean, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.database import LONGEST_FOLD, Base, EncryptedText, UtcDateTime
from app.models.name_key import HasNameKey
from app.models.tenant import Tenant
from app.security.tenant_scope import TenantScoped

MAX_USER_NAME = 128
MAX_DISPLAY_NAME = 200


def key_of(name: str) -> str:
    """Return what names of users are compared by.

    Neither case nor blanks around them count, nor whether a letter and its accent are one character or two.
    """
    return normalize("NFC", normalize("NFC", name.strip()).casefold())


class PhoneUser(HasNameKey, TenantScoped, Base):
    """A user of one tenant; for Skype for Business the name is ``name@domain`` in lower case.

    A name is unique in its tenant, so that what a phone of one tenant reports never touches a user of another.
    """

    __tablename__ = "phone_user"
    __table_args__ = (UniqueConstraint("tenant_id", "name_key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    # Without an index of its own, since that of the names begins with it.
    tenant_id: Mapped[int] = mapped_column(ForeignKey("tenant.id"), active_history=True)
    name: Mapped[str] = mapped_column(String(MAX_USER_NAME))
    name_key: Mapped[str] = mapped_column(String(MAX_USER_NAME * LONGEST_FOLD), index=True)
    password: Mapped[str | None] = mapped_column(EncryptedText)
    display_name: Mapped[str] = mapped_column(String(MAX_DISPLAY_NAME), default="")
    nickname: Mapped[str] = mapped_column(String(100), default="")
    is_system: Mapped[bool] = mapped_column(Boolean, default=False)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    tenant: Mapped[Tenant] = relationship(Tenant)

    @staticmethod
    def fold(name: str) -> str:
        """Return what names of users are compared by."""
        return key_of(name)

    def __str__(self) -> str:
        return self.name
