"""What phones last said of themselves; apart from devices, and keyed by MAC."""

from datetime import datetime

from sqlalchemy import Boolean, ForeignKey, Index, String, false, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.database import Base, UtcDateTime, one_of
from app.models.config_template import ConfigTemplate
from app.models.device import Device
from app.models.enums import Approval, Status
from app.models.tenant import Site, Tenant
from app.security.tenant_scope import TenantOrNobody


class DeviceStatus(TenantOrNobody, Base):
    """The last report of one phone, and where that phone was placed.

    ``status`` is NULL for a phone that asked for a file and has not reported. ``digest`` covers the fields that a
    report stores; whatever changes the row otherwise sets it to NULL, so that the next report counts as a change.
    The time of the last contact is in ``DeviceSeen``; ``started_at`` is when the phone last said that it booted.
    ``is_blocked`` is a phone that would be a device if licences had room for it; its reason says so. ``subnet`` is
    what its address and its mask make together (``app/rules/phone_subnets.py``).
    """

    __tablename__ = "device_status"
    __table_args__ = (
        Index("ix_device_status_tenant_id_mac", "tenant_id", "mac"),
        Index("ix_device_status_counts", "tenant_id", "status", "site_id", "model", "firmware_version"),
        Index(
            "ix_device_status_blocked",
            "first_seen_at",
            sqlite_where=text("is_blocked = 1"),
            postgresql_where=text("is_blocked"),
        ),
        # Most phones are devices, and are not entered here.
        Index(
            "ix_device_status_waiting",
            *("tenant_id", "approval", "mac"),
            sqlite_where=text("device_id IS NULL"),
            postgresql_where=text("device_id IS NULL"),
        ),
        # With the MAC address behind it each of them is an order of the list.
        *(
            Index(f"ix_device_status_{column}", column, "mac")
            for column in ("site_id", "template_id", "model", "firmware_version")
        ),
        # Also for the beginning of an address, whatever the language of the database.
        Index("ix_device_status_ip", "ip", postgresql_ops={"ip": "varchar_pattern_ops"}),
    )

    mac: Mapped[str] = mapped_column(String(12), primary_key=True)
    device_id: Mapped[int | None] = mapped_column(ForeignKey("device.id", ondelete="SET NULL"), unique=True)
    site_id: Mapped[int | None] = mapped_column(ForeignKey("site.id"))
    template_id: Mapped[int | None] = mapped_column(ForeignKey("config_template.id", ondelete="SET NULL"))
    approval: Mapped[Approval] = mapped_column(one_of(Approval))
    placement_reason: Mapped[str] = mapped_column(String(500), default="")
    is_blocked: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
    url_tenant: Mapped[str] = mapped_column(String(128), default="")
    status: Mapped[Status | None] = mapped_column(one_of(Status), index=True)
    status_changed_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)
    started_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    first_seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ip: Mapped[str] = mapped_column(String(45), default="")
    external_ip: Mapped[str] = mapped_column(String(45), default="", index=True)
    is_behind_proxy: Mapped[bool] = mapped_column(Boolean, default=False)
    subnet_mask: Mapped[str] = mapped_column(String(64), default="")
    subnet: Mapped[str] = mapped_column(String(50), default="", server_default="")
    model: Mapped[str] = mapped_column(String(64), default="")
    firmware_version: Mapped[str] = mapped_column(String(64), default="")
    user_agent: Mapped[str] = mapped_column(String(256), default="")
    user_name: Mapped[str] = mapped_column(String(128), default="", index=True)
    user_id: Mapped[str] = mapped_column(String(128), default="")
    phone_number: Mapped[str] = mapped_column(String(128), default="", index=True)
    region: Mapped[str] = mapped_column(String(128), default="")
    location: Mapped[str] = mapped_column(String(2048), default="")
    sip_proxy: Mapped[str] = mapped_column(String(256), default="")
    vlan_id: Mapped[str] = mapped_column(String(16), default="")
    btoe_status: Mapped[str] = mapped_column(String(64), default="")
    btoe_version: Mapped[str] = mapped_column(String(64), default="")
    usb_headset: Mapped[str] = mapped_column(String(256), default="")
    hrs_speaker_model: Mapped[str] = mapped_column(String(256), default="")
    hrs_speaker_firmware: Mapped[str] = mapped_column(String(256), default="")
    digest: Mapped[str | None] = mapped_column(String(16))
    tenant: Mapped[Tenant | None] = relationship(Tenant)
    site: Mapped[Site | None] = relationship(Site)
    template: Mapped[ConfigTemplate | None] = relationship(ConfigTemplate)
    device: Mapped[Device | None] = relationship(Device)

    def __str__(self) -> str:
        return self.mac


class DeviceSeen(Base):
    """When a phone last reported. Narrow and without further index, because every report touches it.

    It names no tenant: it is read only joined to rows that do.
    """

    __tablename__ = "device_seen"

    mac: Mapped[str] = mapped_column(String(12), primary_key=True)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
