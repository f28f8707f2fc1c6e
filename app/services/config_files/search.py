"""The list of configuration files: filters, pages found by name, and counts (manual 6.10).

Pages begin behind a name, so that the last of thirty thousand files costs what the first one does.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session, selectinload

from app.errors import NotFoundError
from app.models import ConfigFile, Tenant
from app.models.enums import FileKind
from app.services import stored_files

SHARED = "Shared by all"
"""What stands for no tenant in a filter; no tenant's name is as it would be typed here, since names are looked up."""


@dataclass(frozen=True, kw_only=True)
class FileFilter:
    """What is looked for: words in the name, a kind, a tenant's name or SHARED."""

    words: str = ""
    kind: FileKind | None = None
    tenant_name: str = ""


@dataclass(frozen=True, slots=True)
class FilePage:
    """Some files in the order of their names; ``before`` and ``after`` are the keys the pages beside it lie at."""

    files: Sequence[ConfigFile]
    total: int
    before: str = ""
    after: str = ""


def read_page(
    session: Session, wanted: FileFilter, *, size: int, before: str = "", after: str = ""
) -> FilePage:
    """Return the page before or after a name, else the first; the tenants of its files are loaded."""
    conditions = conditions_of(wanted)
    total = session.scalar(select(func.count()).select_from(ConfigFile).where(*conditions)) or 0
    goes_back = bool(before) and not after
    files = _read(session, conditions, size + 1, before=before, after=after, goes_back=goes_back)
    if goes_back and len(files) <= size:  # less than a page lies before: that is the first page
        goes_back, after = False, ""
        files = _read(session, conditions, size + 1, before="", after="", goes_back=False)
    goes_on, files = len(files) > size, files[:size]
    if goes_back:
        files = files[::-1]
    return FilePage(
        files,
        total,
        before=files[0].name_key if files and (goes_back or after) else "",
        after=files[-1].name_key if files and (goes_back or goes_on) else "",
    )


def conditions_of(wanted: FileFilter) -> list[ColumnElement[bool]]:
    """Return what a file must fulfil to be one that is looked for."""
    conditions: list[ColumnElement[bool]] = []
    if wanted.words:
        conditions.append(ConfigFile.name_key.contains(stored_files.key_of(wanted.words), autoescape=True))
    if wanted.kind:
        conditions.append(ConfigFile.kind == wanted.kind)
    if wanted.tenant_name == SHARED:
        conditions.append(ConfigFile.tenant_id.is_(None))
    elif wanted.tenant_name:
        conditions.append(ConfigFile.tenant.has(Tenant.name_key == wanted.tenant_name.casefold()))
    return conditions


def count_by_kind(session: Session, conditions: Sequence[ColumnElement[bool]]) -> Mapping[FileKind, int]:
    """Count files by kind."""
    counts = select(ConfigFile.kind, func.count()).where(*conditions).group_by(ConfigFile.kind)
    return {FileKind(kind): number for kind, number in session.execute(counts)}


def get(session: Session, file_id: int) -> ConfigFile:
    """Return a file with its tenant, or raise NotFoundError where there is none that may be seen."""
    file = session.scalar(
        select(ConfigFile).where(ConfigFile.id == file_id).options(selectinload(ConfigFile.tenant))
    )
    if file is None:
        raise NotFoundError("There is no such configuration file, or none that your account may see.")
    return file


def _read(
    session: Session,
    conditions: Sequence[ColumnElement[bool]],
    most: int,
    *,
    before: str,
    after: str,
    goes_back: bool,
) -> list[ConfigFile]:
    statement = select(ConfigFile).options(selectinload(ConfigFile.tenant)).where(*conditions)
    if after:
        statement = statement.where(ConfigFile.name_key > after)
    elif before:
        statement = statement.where(ConfigFile.name_key < before)
    order = ConfigFile.name_key.desc() if goes_back else ConfigFile.name_key
    return list(session.scalars(statement.order_by(order).limit(most)))
