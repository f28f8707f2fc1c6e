"""What became of phones, and what they fetched: rows that are added while phones report, and only read afterwards."""

from datetime import datetime

from sqlalchemy import Index, Integer, String, false, text
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Base, UtcDateTime, one_of
from app.models.enums import Aspect, FetchedKind, ToldBy
from app.security.tenant_scope import TenantOrNobody

MAX_VALUE = 255
"""Characters of a value, a path or a User-Agent that are kept."""


class PhoneChange(TenantOrNobody, Base):
    """One thing that changed about a phone: ``what``, from what to what, when; the tenant is the phone's at the time.

    Reports write these rows, so nothing is checked, and they are only added at the end: the tenant is no foreign key,
    and a row is in the index by phone when the scheduler has filed it, a moment later (docs/decisions/0055). Ids rise
    with the time.
    """

    __tablename__ = "phone_change"
    __table_args__ = (
        Index(
            "ix_phone_change_filed",
            "mac",
            "id",
            sqlite_where=text("is_filed = 1"),
            postgresql_where=text("is_filed"),
        ),
        Index(
            "ix_phone_change_to_file",
            "id",
            sqlite_where=text("is_filed = 0"),
            postgresql_where=text("NOT is_filed"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    mac: Mapped[str] = mapped_column(String(12))
    tenant_id: Mapped[int | None] = mapped_column(Integer, active_history=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    what: Mapped[Aspect] = mapped_column(one_of(Aspect, is_checked=False))
    before: Mapped[str] = mapped_column(String(MAX_VALUE))
    after: Mapped[str] = mapped_column(String(MAX_VALUE))
    is_filed: Mapped[bool] = mapped_column(default=False, server_default=false())


class FileFetch(TenantOrNobody, Base):
    """What a phone fetched on one day, and how it was answered, ``count`` times alike.

    ``key`` is a digest of what makes two fetches alike (app/services/fetches/recording.py). ``size`` is how many bytes
    the last answer had, ``reason`` why it was refused, ``told_by`` how it was known whose it was. The tenant is as
    with PhoneChange.
    """

    __tablename__ = "file_fetch"
    __table_args__ = (Index("ix_file_fetch_first_at", "first_at"), {"sqlite_with_rowid": False})

    mac: Mapped[str] = mapped_column(String(12), primary_key=True)
    key: Mapped[str] = mapped_column(String(16), primary_key=True)
    tenant_id: Mapped[int | None] = mapped_column(Integer, active_history=True)
    kind: Mapped[FetchedKind] = mapped_column(one_of(FetchedKind, is_checked=False))
    path: Mapped[str] = mapped_column(String(MAX_VALUE))
    address: Mapped[str] = mapped_column(String(45))
    user_agent: Mapped[str] = mapped_column(String(MAX_VALUE))
    told_by: Mapped[ToldBy] = mapped_column(one_of(ToldBy, is_checked=False))
    status: Mapped[int]
    size: Mapped[int]
    reason: Mapped[str] = mapped_column(String(500))
    count: Mapped[int]
    first_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_at: Mapped[datetime] = mapped_column(UtcDateTime)

    @property
    def name(self) -> str:
        """The name of the file."""
        return self.path.rpartition("/")[2]

    @property
    def is_refused(self) -> bool:
        """Whether the phone did not get what it asked for."""
        return self.status >= 400
