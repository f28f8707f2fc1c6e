"""What Generate would change: the stored files beside those that would be made now."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import ConfigFile, Device
from app.rendering.line_differences import Difference, differences
from app.services import stored_files
from app.services.config_files.drafts import Draft
from app.services.config_files.generation import find, name_for, render_many, text_of
from app.services.config_files.sources import Sources

CHUNK = 500
"""Files that are rendered together: so many texts are in memory at once."""


@dataclass(frozen=True, slots=True)
class Outdated:
    """A device whose file would change with the next Generate; one without a file gets its first."""

    device_id: int
    mac: str
    has_file: bool


def find_outdated(
    session: Session, device_ids: Collection[int], *, sources: Sources | None = None
) -> list[Outdated]:
    """Return those of these devices whose files would change, in the order of their MACs.

    Files are told apart by their validators: the stored ones are neither loaded nor decrypted.
    """
    sources = sources or Sources(session)
    ids = sorted(device_ids)
    found: list[Outdated] = []
    for start in range(0, len(ids), CHUNK):
        found += _outdated_of(session, ids[start : start + CHUNK], sources)
    return sorted(found, key=lambda outdated: outdated.mac)


def difference(session: Session, device: Device, *, with_secrets: bool) -> Difference:
    """Return what the next Generate would change in a device's file; nothing where it stays the same."""
    drafts = render_many(session, [device.id])
    if not drafts:
        return differences("", "")
    file = find(session, name_for(device.mac))
    found = differences(text_of(file) if file else "", drafts[0].rendered.text)
    return found if with_secrets else found.masked()


def _outdated_of(session: Session, ids: Collection[int], sources: Sources) -> list[Outdated]:
    drafts = render_many(session, ids, sources=sources)
    etags = _read_etags(session, drafts)
    return [
        Outdated(draft.device_id, draft.name.removesuffix(".cfg"), has_file=draft.key in etags)
        for draft in drafts
        if draft.device_id is not None
        and etags.get(draft.key) != stored_files.etag_of(draft.rendered.text.encode())
    ]


def _read_etags(session: Session, drafts: Collection[Draft]) -> dict[str, str]:
    keys = [draft.key for draft in drafts]
    rows = select(ConfigFile.name_key, ConfigFile.etag).where(ConfigFile.name_key.in_(keys))
    return dict(session.execute(rows).all()) if keys else {}
