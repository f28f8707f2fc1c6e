"""Imports: the file that came, what was found of each of its rows, and what is to be written (docs/decisions/0037).

Nothing here refers to the tables that are written to, and none of it is a tenant's: what an import holds is seen by
the account that brought the file, and by those that see everything. Rows are stored many at a time and checked before:
neither do they refer to their job nor are their words held to a list, which would take as long again.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Boolean, ForeignKey, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from app.database import LONGEST_FOLD, Base, EncryptedBytes, EncryptedText, UtcDateTime, one_of
from app.models.enums import ImportKind, ImportState, Verdict, VlanMode
from app.models.journal_entry import MAX_GIVEN_REASON
from app.models.phone_user import MAX_DISPLAY_NAME, MAX_USER_NAME

MAX_REASON = 500
_MAX_KEY = MAX_USER_NAME * LONGEST_FOLD


class ImportJob(Base):
    """One file on its way in, and who brought it.

    ``tenant_ids`` is the scope of that account, None for all tenants; ``places`` are the names that the ids of staged
    rows had when they were found. ``asked_by``, ``address`` and ``given_reason`` are who asked for what is done now,
    and why. ``cursor`` is behind which row the present state goes on. ``worker`` does what is to be done until
    ``leased_until``; ``written_at`` is also the moment that everything written bears.
    """

    __tablename__ = "import_job"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[ImportKind] = mapped_column(one_of(ImportKind))
    state: Mapped[ImportState] = mapped_column(one_of(ImportState), index=True)
    file_name: Mapped[str] = mapped_column(String(200))
    size: Mapped[int]
    by: Mapped[str] = mapped_column(String(100), index=True)
    asked_by: Mapped[str] = mapped_column(String(100))
    address: Mapped[str] = mapped_column(String(45), default="")
    given_reason: Mapped[str] = mapped_column(String(MAX_GIVEN_REASON), default="", server_default="")
    tenant_ids: Mapped[list[int] | None] = mapped_column(JSON)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    checked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    written_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    undone_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    sentence: Mapped[str] = mapped_column(String(1000), default="")
    counts: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    places: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)
    cursor: Mapped[str] = mapped_column(String(40), default="")
    worker: Mapped[str] = mapped_column(String(120), default="")
    leased_until: Mapped[datetime | None] = mapped_column(UtcDateTime)


class ImportFile(Base):
    """The bytes that came, encrypted at rest because they hold passwords; gone when they were written."""

    __tablename__ = "import_file"

    job_id: Mapped[int] = mapped_column(ForeignKey("import_job.id", ondelete="CASCADE"), primary_key=True)
    content: Mapped[bytes] = mapped_column(EncryptedBytes)


class ImportRow(Base):
    """What was found of one row of the file, and, where ``adds`` says so, the user that it makes.

    ``password`` is encrypted as in ``phone_user``, so that it is written as it is. ``outcome`` says what became of
    the row where that differs from what was said before; ``part`` is the table of a configuration that it is of, and
    ``payload`` what is written then.
    """

    __tablename__ = "import_row"
    __table_args__ = {"sqlite_with_rowid": False}

    job_id: Mapped[int] = mapped_column(primary_key=True)
    line: Mapped[int] = mapped_column(primary_key=True)
    verdict: Mapped[Verdict] = mapped_column(one_of(Verdict, is_checked=False))
    reason: Mapped[str] = mapped_column(String(MAX_REASON), default="")
    part: Mapped[str] = mapped_column(String(40), default="")
    name: Mapped[str] = mapped_column(String(MAX_USER_NAME), default="")
    tenant_name: Mapped[str] = mapped_column(String(100), default="")
    devices: Mapped[str] = mapped_column(String(300), default="")
    adds: Mapped[bool] = mapped_column(Boolean, default=False)
    tenant_id: Mapped[int | None]
    name_key: Mapped[str] = mapped_column(String(_MAX_KEY), default="")
    display_name: Mapped[str] = mapped_column(String(MAX_DISPLAY_NAME), default="")
    password: Mapped[bytes | None] = mapped_column(EncryptedBytes)
    outcome: Mapped[str] = mapped_column(Text, default="", server_default="")
    payload: Mapped[str | None] = mapped_column(EncryptedText)


class ImportDevice(Base):
    """A device that a row adds, or, where ``is_known``, one without a user that gets the row's user."""

    __tablename__ = "import_device"
    __table_args__ = {"sqlite_with_rowid": False}

    job_id: Mapped[int] = mapped_column(primary_key=True)
    mac: Mapped[str] = mapped_column(String(12), primary_key=True)
    line: Mapped[int]
    is_known: Mapped[bool] = mapped_column(Boolean, default=False)
    tenant_id: Mapped[int]
    user_key: Mapped[str] = mapped_column(String(_MAX_KEY))
    site_id: Mapped[int]
    phone_model_id: Mapped[int | None]
    template_id: Mapped[int | None]
    display_name: Mapped[str] = mapped_column(String(200), default="")
    serial_number: Mapped[str] = mapped_column(String(60), default="")
    language: Mapped[str] = mapped_column(String(30), default="")
    vlan_mode: Mapped[VlanMode] = mapped_column(one_of(VlanMode, is_checked=False))
    vlan_id: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    vlan_priority: Mapped[int] = mapped_column(default=0, server_default=text("0"))
