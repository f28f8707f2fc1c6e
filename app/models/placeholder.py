"""Values of placeholders, one row for each name and owner (manual 9.4.5)."""

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Base, EncryptedText, one_of
from app.models.enums import Layer
from app.security.tenant_scope import TenantOrShared

_OWNERS = {
    Layer.SYSTEM: "template_id IS NULL AND tenant_id IS NULL AND site_id IS NULL AND device_id IS NULL",
    Layer.TEMPLATE: "template_id IS NOT NULL AND site_id IS NULL AND device_id IS NULL",
    Layer.TENANT: "tenant_id IS NOT NULL AND template_id IS NULL AND site_id IS NULL AND device_id IS NULL",
    Layer.SITE: "tenant_id IS NOT NULL AND site_id IS NOT NULL AND template_id IS NULL AND device_id IS NULL",
    Layer.DEVICE: "tenant_id IS NOT NULL AND device_id IS NOT NULL AND template_id IS NULL AND site_id IS NULL",
}


def _unique(layer: Layer, *columns: str) -> Index:
    condition = text(f"layer = '{layer}'")
    name = f"uq_placeholder_{layer}"
    return Index(name, *columns, "name", unique=True, sqlite_where=condition, postgresql_where=condition)


class Placeholder(TenantOrShared, Base):
    """The value of one placeholder in one layer; the name is without ``%ITCS_`` and ``%``.

    The tenant of a site's or device's value is that of the site or device, so that tenant scope holds for it.
    """

    __tablename__ = "placeholder"
    __table_args__ = (
        CheckConstraint(
            " OR ".join(f"(layer = '{layer}' AND {owner})" for layer, owner in _OWNERS.items()),
            name="one_owner",
        ),
        _unique(Layer.SYSTEM),
        _unique(Layer.TEMPLATE, "template_id"),
        _unique(Layer.TENANT, "tenant_id"),
        _unique(Layer.SITE, "site_id"),
        _unique(Layer.DEVICE, "device_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    layer: Mapped[Layer] = mapped_column(one_of(Layer))
    template_id: Mapped[int | None] = mapped_column(ForeignKey("config_template.id", ondelete="CASCADE"))
    site_id: Mapped[int | None] = mapped_column(ForeignKey("site.id", ondelete="CASCADE"))
    device_id: Mapped[int | None] = mapped_column(ForeignKey("device.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(100))
    value: Mapped[str] = mapped_column(EncryptedText)
    description: Mapped[str] = mapped_column(Text, default="")
