"""Files that were rendered, stored many at once."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, insert, select, update
from sqlalchemy.orm import Session

from app.models import ConfigFile
from app.models.enums import FileKind
from app.rendering.personal_file import Rendered
from app.rendering.placeholders import display_name
from app.services import stored_files
from app.services.bulk_rows import planned_each_time


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A file that was rendered and is to be stored."""

    name: str
    kind: FileKind
    rendered: Rendered
    tenant_id: int | None = None
    device_id: int | None = None
    template_id: int | None = None
    template_name: str = ""
    template_version: int | None = None

    @property
    def key(self) -> str:
        """Return the name as names are compared."""
        return stored_files.key_of(self.name)

    @property
    def problems(self) -> list[str]:
        """Return what could not be filled in, as sentences."""
        return [
            f"No layer has a value for {display_name(unknown)}; the line was left out."
            for unknown in self.rendered.unknown
        ]

    def labels(self) -> dict[str, Any]:
        """Return the columns beside the name and the content."""
        return {
            "tenant_id": self.tenant_id,
            "device_id": self.device_id,
            "template_id": self.template_id,
            "template_name": self.template_name,
            "template_version": self.template_version,
            "problems": self.problems,
        }


def store_drafts(session: Session, drafts: Collection[Draft], *, now: datetime) -> None:
    """Put the texts under their names; a file whose bytes are the same keeps its date.

    Of several drafts of one name the last one counts. Files are written in the order of their names, so that two
    writers never wait for one another.
    """
    drafts_by_key = {draft.key: draft for draft in drafts}
    stored = _read_stored(session, drafts_by_key)
    added, rewritten, relabelled = [], [], []
    for key, draft in sorted(drafts_by_key.items()):
        before = stored.get(key)
        labels, text = draft.labels(), draft.rendered.text.encode()
        etag = stored_files.etag_of(text)
        if before is None:
            added.append({**_names(draft), **labels, **_packed(text, etag, now)})
        elif before.etag != etag:
            rewritten.append({"id": before.id, **labels, **_packed(text, etag, now)})
        elif any(getattr(before, label) != value for label, value in labels.items()):
            relabelled.append({"id": before.id, **labels})
    for statement, rows in (
        (insert(ConfigFile), added),
        (update(ConfigFile), rewritten),
        (update(ConfigFile), relabelled),
    ):
        if rows:
            session.execute(statement, rows)


def _read_stored(session: Session, keys: Collection[str]) -> dict[str, Row[Any]]:
    """Return what is stored beside the content under the names of these keys, by key."""
    columns = (
        ConfigFile.name_key, ConfigFile.id, ConfigFile.etag, ConfigFile.tenant_id, ConfigFile.device_id,
        ConfigFile.template_id, ConfigFile.template_name, ConfigFile.template_version, ConfigFile.problems,
    )  # fmt: skip
    if not keys:
        return {}
    with planned_each_time(session):  # the first files of an import come into a table that has none
        stored = session.execute(select(*columns).where(ConfigFile.name_key.in_(keys)))
    return {row.name_key: row for row in stored}


def _names(draft: Draft) -> dict[str, Any]:
    return {"name": draft.name, "name_key": draft.key, "kind": draft.kind}


def _packed(text: bytes, etag: str, now: datetime) -> dict[str, Any]:
    """Return the columns of the content."""
    return {
        "content": stored_files.pack(text),
        "size": len(text),
        "etag": etag,
        "generated_at": now,
        "edited_by": "",
    }
