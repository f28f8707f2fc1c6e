"""Who this installation is to receivers of SNMP: the same engine for ever, that has begun anew so many times."""

from sqlalchemy import CheckConstraint, String
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Base


class SnmpIdentity(Base):
    """The one engine (RFC 3414): receivers of version 3 traps know its ``engine_id``, and refuse older ``boots``."""

    __tablename__ = "snmp_identity"
    __table_args__ = (CheckConstraint("id = 1", name="there_is_one"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    engine_id: Mapped[str] = mapped_column(String(64))
    boots: Mapped[int] = mapped_column(default=0)
