"""What phones are found and sorted by on PostgreSQL: kept by the database itself, beside what they reported."""

from sqlalchemy import BigInteger, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.database import ONLY_ON, Base


class PhoneSearch(Base):
    """The texts of a status row in one, without case, and what the list is sorted by where that has to be calculated.

    Triggers on ``device_status`` write it, and only when one of these texts changes: what phones report again and again
    does not touch it (docs/decisions/0058). It names no tenant: it is read only joined to rows that do, or for MAC
    addresses that are looked up in these. ``ip_number`` is NULL for what is no IPv4 address.
    """

    __tablename__ = "phone_search"
    __table_args__ = (
        Index("ix_phone_search_user_key", "user_key", "mac"),
        Index("ix_phone_search_location_key", "location_key", "mac"),
        Index("ix_phone_search_ip_number", "ip_number", "mac"),
        {"info": {ONLY_ON: "postgresql"}},
    )

    mac: Mapped[str] = mapped_column(String(12), primary_key=True)
    words: Mapped[str] = mapped_column(Text)
    user_key: Mapped[str] = mapped_column(Text)
    location_key: Mapped[str] = mapped_column(Text)
    ip_number: Mapped[int | None] = mapped_column(BigInteger)
