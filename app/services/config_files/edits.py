"""What people do with configuration files: edit, upload, delete (manual 6.10, docs/decisions/0027)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, delete, select
from sqlalchemy.orm import Session

from app.errors import ConflictError, InvalidInputError, NotAllowedError
from app.models import ConfigFile, Device, Tenant
from app.models.enums import FileKind
from app.rendering.config_lines import check_lines
from app.rendering.format_check import fault_in_markup
from app.rules.phone_forms import usual_mac
from app.rules.text_files import check_markup, read_text
from app.rules.uploaded_names import checked_name
from app.security.tenant_scope import scope_of
from app.services import journal, stored_files
from app.services.author import Author
from app.services.config_files.generation import content_of, name_for
from app.services.config_files.names import check_are_free
from app.services.flushing import flush_or_refuse

LARGEST_FILE = 4_000_000
LARGEST_EDITED = 300_000
DELETED_AT_ONCE = 500
_NOTED_ONE_BY_ONE = 50
GENERATED = (FileKind.PHONE, FileKind.GLOBAL, FileKind.DHCP_OPTION)
_OTHER_VENDORS = ("<", "#!")
"""What files of other vendors' phones begin with, and no line of an AudioCodes phone does."""
UPLOADABLE = (FileKind.UPLOADED, FileKind.COMPANY_DIRECTORY)


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that was sent, checked: its name and its text in bytes as phones get it."""

    name: str
    text: bytes

    @property
    def key(self) -> str:
        """Return the name as names are compared."""
        return stored_files.key_of(self.name)


@dataclass(frozen=True, slots=True)
class Destination:
    """What uploaded files become: their kind, whose they are (None: all tenants'), whether they may replace others."""

    kind: FileKind
    tenant_id: int | None
    replaces: bool


class Deleted(NamedTuple):
    """How many files went, and the id of the last one."""

    number: int
    last_id: int


def checked_upload(name: str, content: bytes, kind: FileKind, suffixes: Sequence[str]) -> Upload:
    """Return a file that was sent, or raise InvalidInputError with what is wrong with its name or its text."""
    checked_name(name, "a configuration file", suffixes)
    text = read_text(content, name)
    _check(text, name, kind)
    mac = usual_mac(name)
    return Upload(name_for(mac) if mac else name, text.encode())


def may_change(session: Session, file: ConfigFile) -> bool:
    """Tell whether the session's account may change a file that it sees."""
    return scope_of(session).includes(file.tenant_id)


def save(session: Session, file: ConfigFile, typed: str, *, etag: str, author: Author, now: datetime) -> None:
    """Give a file the text that was typed over the version with this tag; the ends of its lines stay.

    InvalidInputError for a text that phones cannot read, ConflictError where the file has changed meanwhile.
    """
    _check_may_change(session, file)
    if file.etag != etag:
        by = f" by {file.edited_by}" if file.edited_by else ""
        raise ConflictError(
            f"{file.name} was changed{by} after you had opened it, so your text was not saved. Open it again in "
            "another window, and put your changes into it."
        )
    text = read_text(typed.replace("\r\n", "\n").encode(errors="replace"), file.name)
    _check(text, file.name, file.kind)
    line_end = "\r\n" if b"\r\n" in content_of(file) else "\n"
    _fill(file, text.replace("\n", line_end).encode(), author, now)
    session.flush()
    _record(session, "edited", file, author, now)


def store(
    session: Session, uploads: Sequence[Upload], goal: Destination, *, author: Author, now: datetime
) -> None:
    """Store files that were sent, all of them or none.

    ConflictError where a name is taken and may not be, NotAllowedError where the account may not write there.
    """
    if not scope_of(session).includes(goal.tenant_id):
        raise NotAllowedError(
            "Choose one of your tenants: your account may not change what all tenants share."
        )
    if goal.tenant_id is not None and session.get(Tenant, goal.tenant_id) is None:
        raise InvalidInputError("There is no such tenant any more. Choose another one.")
    check_are_free(session, [upload.name for upload in uploads], replaces=goal.replaces)
    taken = _files_by_key(session, [upload.key for upload in uploads])
    for upload in uploads:
        file = taken.get(upload.key) or _new_file(session, upload, goal)
        _check_may_change(session, file)
        _fill(file, upload.text, author, now)
        session.add(file)
        flush_or_refuse(
            session, f"There is a file called {upload.name} since a moment ago. Look at it, and try again."
        )
        _record(session, "replaced" if upload.key in taken else "uploaded", file, author, now)


def deletable(session: Session, conditions: Sequence[ColumnElement[bool]]) -> list[ColumnElement[bool]]:
    """Return the conditions of those of these files that the session's account may delete."""
    tenants = scope_of(session).tenant_ids
    own = [] if tenants is None else [ConfigFile.tenant_id.in_(sorted(tenants))]
    return [*conditions, *own]


def delete_some(
    session: Session,
    conditions: Sequence[ColumnElement[bool]],
    *,
    after: int = 0,
    most: int = DELETED_AT_ONCE,
    author: Author,
    now: datetime,
) -> Deleted:
    """Delete ``most`` of these files behind the id ``after``; the rest is for further transactions."""
    mine = [*deletable(session, conditions), ConfigFile.id > after]
    columns = ConfigFile.id, ConfigFile.name, ConfigFile.tenant_id
    found = session.execute(select(*columns).where(*mine).order_by(ConfigFile.id).limit(most)).all()
    if not found:
        return Deleted(0, after)
    session.execute(
        delete(ConfigFile).where(ConfigFile.id.in_([row.id for row in found])),
        execution_options={"synchronize_session": False},
    )
    if len(found) > _NOTED_ONE_BY_ONE:
        journal.record(session, **_entry_of_many([row.name for row in found], author, now))
    else:
        journal.record_all(
            session, [_entry("deleted", row.name, row.tenant_id, author, now) for row in found]
        )
    return Deleted(len(found), found[-1].id)


def _check(text: str, name: str, kind: FileKind) -> None:
    check_markup(text, name)
    if kind is FileKind.COMPANY_DIRECTORY or not name.lower().endswith(".cfg"):
        return
    if text.lstrip().startswith(_OTHER_VENDORS):
        _check_markup(text, name)
        return
    try:
        check_lines(text)
    except InvalidInputError as error:
        raise InvalidInputError(f"{name}: {error}") from error


def _check_markup(text: str, name: str) -> None:
    """Refuse XML that is none; lines of other vendors may be anything."""
    wrong = fault_in_markup(text.strip()) if text.lstrip().startswith("<") else None
    if wrong:
        raise InvalidInputError(f"{name} is no well-formed XML in line {wrong[0]}: {wrong[1]}.")


def _check_may_change(session: Session, file: ConfigFile) -> None:
    if not may_change(session, file):
        raise NotAllowedError(f"{file.name} is shared by all tenants, and your account may not change it.")


def _files_by_key(session: Session, keys: Sequence[str]) -> dict[str, ConfigFile]:
    found = session.scalars(select(ConfigFile).where(ConfigFile.name_key.in_(keys)))
    return {file.name_key: file for file in found}


def _new_file(session: Session, upload: Upload, goal: Destination) -> ConfigFile:
    """Return a new file; one that bears the MAC of a phone is that phone's own."""
    mac = usual_mac(upload.name)
    device = session.scalar(select(Device).where(Device.mac == mac)) if mac else None
    if device is None:
        return ConfigFile(name=upload.name, kind=goal.kind, tenant_id=goal.tenant_id)
    return ConfigFile(
        name=upload.name,
        kind=FileKind.PHONE,
        tenant_id=device.tenant_id,
        device_id=device.id,
        template_id=device.template_id,  # whose model says by which names the phone asks for it
    )


def _fill(file: ConfigFile, text: bytes, author: Author, now: datetime) -> None:
    file.content, file.size, file.etag = stored_files.pack(text), len(text), stored_files.etag_of(text)
    file.generated_at, file.edited_by, file.problems = now, author.name, []


def _record(session: Session, deed: str, file: ConfigFile, author: Author, now: datetime) -> None:
    journal.record_all(session, [_entry(deed, file.name, file.tenant_id, author, now)])


def _entry(deed: str, name: str, tenant_id: int | None, author: Author, now: datetime) -> journal.Entry:
    return journal.entry(
        at=now,
        author=author,
        action=f"configuration file {deed}",
        subject=name,
        text=f"{author.name} {deed} the configuration file {name}.",
        tenant_id=tenant_id,
    )


def _entry_of_many(names: Sequence[str], author: Author, now: datetime) -> journal.Said:
    return {
        "at": now,
        "author": author,
        "action": "configuration files deleted",
        "subject": f"{len(names)} configuration files",
        "text": f"{author.name} deleted {len(names)} configuration files.",
        "details": {"names": list(names)},
    }
