"""``parameter = value`` lines that are laid over a generated file, for a tenant, a site or a phone user."""

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Base, EncryptedText, one_of
from app.models.enums import ValueLevel
from app.security.tenant_scope import TenantScoped

_OWNERS = {
    ValueLevel.TENANT: "site_id IS NULL AND phone_user_id IS NULL",
    ValueLevel.SITE: "site_id IS NOT NULL AND phone_user_id IS NULL",
    ValueLevel.USER: "site_id IS NULL AND phone_user_id IS NOT NULL",
}


def _unique(level: ValueLevel, owner: str) -> Index:
    condition = text(f"level = '{level}'")
    name = f"uq_configuration_value_{level}"
    return Index(name, owner, "parameter", unique=True, sqlite_where=condition, postgresql_where=condition)


class ConfigurationValue(TenantScoped, Base):
    """One line that is laid over the files of a tenant's, a site's or a user's phones at the next Generate."""

    __tablename__ = "configuration_value"
    __table_args__ = (
        CheckConstraint(
            " OR ".join(f"(level = '{level}' AND {owner})" for level, owner in _OWNERS.items()),
            name="one_owner",
        ),
        _unique(ValueLevel.TENANT, "tenant_id"),
        _unique(ValueLevel.SITE, "site_id"),
        _unique(ValueLevel.USER, "phone_user_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    level: Mapped[ValueLevel] = mapped_column(one_of(ValueLevel))
    site_id: Mapped[int | None] = mapped_column(ForeignKey("site.id", ondelete="CASCADE"))
    phone_user_id: Mapped[int | None] = mapped_column(ForeignKey("phone_user.id", ondelete="CASCADE"))
    parameter: Mapped[str] = mapped_column(String(200))
    value: Mapped[str] = mapped_column(EncryptedText)
