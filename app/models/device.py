"""Devices: the phones that are known to the manager."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.database import Base, UtcDateTime, one_of
from app.models.config_template import ConfigTemplate
from app.models.enums import Origin, VlanMode
from app.models.firmware import Firmware
from app.models.phone_model import PhoneModel
from app.models.phone_user import PhoneUser
from app.models.tenant import Site, Tenant
from app.security.tenant_scope import TenantScoped

MAX_VLAN_ID = 4096
MAX_VLAN_PRIORITY = 7
MAX_SERIAL_NUMBER = 60


class Device(TenantScoped, Base):
    """One phone: its place, its user and what its file is built from.

    Placement, template and firmware are sticky from the moment the row exists (docs/decisions/0004).
    """

    __tablename__ = "device"
    __table_args__ = (
        Index("ix_device_tenant_id_mac", "tenant_id", "mac"),
        # Most devices have no firmware of their own, and would be entered in vain.
        Index(
            "ix_device_firmware_id",
            "firmware_id",
            sqlite_where=text("firmware_id IS NOT NULL"),
            postgresql_where=text("firmware_id IS NOT NULL"),
        ),
        CheckConstraint(f"vlan_id BETWEEN 0 AND {MAX_VLAN_ID}", name="vlan_id_in_range"),
        CheckConstraint(f"vlan_priority BETWEEN 0 AND {MAX_VLAN_PRIORITY}", name="vlan_priority_in_range"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    # Without an index of its own, since another begins with it.
    tenant_id: Mapped[int] = mapped_column(ForeignKey("tenant.id"), active_history=True)
    mac: Mapped[str] = mapped_column(String(12), unique=True)
    display_name: Mapped[str] = mapped_column(String(200), default="")
    serial_number: Mapped[str] = mapped_column(String(MAX_SERIAL_NUMBER), default="")
    phone_user_id: Mapped[int | None] = mapped_column(ForeignKey("phone_user.id"), index=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"), index=True)
    phone_model_id: Mapped[int | None] = mapped_column(ForeignKey("phone_model.id"), index=True)
    template_id: Mapped[int | None] = mapped_column(ForeignKey("config_template.id"), index=True)
    firmware_id: Mapped[int | None] = mapped_column(ForeignKey("firmware.id"))
    language: Mapped[str] = mapped_column(String(30), default="")
    vlan_mode: Mapped[VlanMode] = mapped_column(one_of(VlanMode), default=VlanMode.NONE)
    vlan_id: Mapped[int] = mapped_column(default=0)
    vlan_priority: Mapped[int] = mapped_column(default=0)
    origin: Mapped[Origin] = mapped_column(one_of(Origin))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    tenant: Mapped[Tenant] = relationship(Tenant)
    site: Mapped[Site] = relationship(Site)
    phone_user: Mapped[PhoneUser | None] = relationship(PhoneUser)
    phone_model: Mapped[PhoneModel | None] = relationship(PhoneModel)
    template: Mapped[ConfigTemplate | None] = relationship(ConfigTemplate)
    firmware: Mapped[Firmware | None] = relationship(Firmware)

    def __str__(self) -> str:
        return self.display_name or self.mac
