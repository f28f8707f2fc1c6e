"""Templates of configuration files, and which one is the Zero Touch default (manual 4.3, 9)."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.database import LONGEST_FOLD, Base, UtcDateTime, one_of
from app.models.enums import Train
from app.models.name_key import HasNameKey
from app.models.phone_model import PhoneModel
from app.models.tenant import Tenant
from app.security.tenant_scope import TenantOrShared, TenantScoped


class ConfigTemplate(HasNameKey, TenantOrShared, Base):
    """An XML template for one phone model; without a tenant it serves all of them.

    ``factory_content`` is what was shipped, and NULL for a template that an administrator added. ``version`` is the
    number of the text; who saves a text names the version that it was made from (docs/decisions/0021).
    """

    __tablename__ = "config_template"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(100))
    name_key: Mapped[str] = mapped_column(String(100 * LONGEST_FOLD), unique=True)
    description: Mapped[str] = mapped_column(Text, default="")
    phone_model_id: Mapped[int] = mapped_column(ForeignKey("phone_model.id"), index=True)
    train: Mapped[Train] = mapped_column(one_of(Train))
    content: Mapped[str] = mapped_column(Text)
    factory_content: Mapped[str | None] = mapped_column(Text)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(default=1, server_default="1")
    phone_model: Mapped[PhoneModel] = relationship(PhoneModel)
    tenant: Mapped[Tenant | None] = relationship(Tenant)

    @property
    def is_factory(self) -> bool:
        """Whether it was shipped with the product."""
        return self.factory_content is not None

    @property
    def is_edited(self) -> bool:
        """Whether a shipped template differs from what was shipped (shown in green, manual 9.3)."""
        return self.factory_content is not None and self.content != self.factory_content

    def __str__(self) -> str:
        return self.name


class TemplateDefault(TenantScoped, Base):
    """The Zero Touch default template of {tenant, model, train}."""

    __tablename__ = "template_default"
    __table_args__ = (UniqueConstraint("tenant_id", "phone_model_id", "train"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    phone_model_id: Mapped[int] = mapped_column(ForeignKey("phone_model.id"))
    train: Mapped[Train] = mapped_column(one_of(Train))
    template_id: Mapped[int] = mapped_column(ForeignKey("config_template.id", ondelete="CASCADE"), index=True)
    tenant: Mapped[Tenant] = relationship(Tenant)
    phone_model: Mapped[PhoneModel] = relationship(PhoneModel)
    template: Mapped[ConfigTemplate] = relationship(ConfigTemplate)
