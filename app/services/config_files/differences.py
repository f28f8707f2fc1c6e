"""What Generate would change: the stored files beside those that would be made now."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import ConfigFile, Device
from app.rendering.line_differences import Difference, differences
from app.services import stored_files
from app.services.config_files.drafts import Draft
from app.services.config_files.generation import find, render_as, render_global_files, render_many, text_of
from app.services.config_files.sources import Sources

CHUNK = 500
"""Files that are rendered together: so many texts are in memory at once."""


@dataclass(frozen=True, slots=True)
class Outdated:
    """A device whose file would change with the next Generate; one without a file gets its first."""

    device_id: int
    mac: str
    has_file: bool


@dataclass(frozen=True, slots=True)
class OutdatedShared:
    """A template whose global file, which its phones share, would change; ``name`` is that of the file."""

    template_id: int
    template_name: str
    name: str
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
        drafts = render_many(session, ids[start : start + CHUNK], sources=sources)
        found += [
            Outdated(draft.device_id, draft.name.removesuffix(".cfg"), has_file)
            for draft, has_file in _changed(session, drafts)
            if draft.device_id is not None
        ]
    return sorted(found, key=lambda outdated: outdated.mac)


def find_outdated_shared(session: Session, template_ids: Collection[int]) -> list[OutdatedShared]:
    """Return those of these templates whose global file would change, in the order of the files' names."""
    drafts = render_global_files(session, template_ids)
    found = [
        OutdatedShared(draft.template_id, draft.template_name, draft.name, has_file)
        for draft, has_file in _changed(session, drafts)
        if draft.template_id is not None
    ]
    return sorted(found, key=lambda outdated: outdated.name)


def difference(session: Session, device: Device, *, with_secrets: bool) -> Difference:
    """Return what the next Generate would change in a device's file; nothing where it stays the same."""
    return _difference(session, render_many(session, [device.id]), with_secrets=with_secrets)


def shared_difference(session: Session, template_id: int, *, with_secrets: bool) -> Difference:
    """Return what the next Generate would change in the file that all phones of a template include."""
    return _difference(session, render_global_files(session, [template_id]), with_secrets=with_secrets)


def difference_between(
    session: Session,
    device: Device,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    *,
    with_secrets: bool,
) -> Difference:
    """Return what differs in a device's file between two sets of its fields (``FileOwner``)."""
    texts = render_as(session, device.id, [before, after])
    found = differences(*texts) if texts else differences("", "")
    return found if with_secrets else found.masked()


def _difference(session: Session, drafts: Collection[Draft], *, with_secrets: bool) -> Difference:
    before, after = "", ""
    for draft in drafts:
        file = find(session, draft.name)
        before, after = text_of(file) if file else "", draft.rendered.text
    found = differences(before, after)
    return found if with_secrets else found.masked()


def _changed(session: Session, drafts: Collection[Draft]) -> list[tuple[Draft, bool]]:
    """Return the drafts whose bytes differ from what is stored, each with whether there is a file."""
    keys = [draft.key for draft in drafts]
    rows = select(ConfigFile.name_key, ConfigFile.etag).where(ConfigFile.name_key.in_(keys))
    etags = dict(session.execute(rows).all()) if keys else {}
    return [
        (draft, draft.key in etags)
        for draft in drafts
        if etags.get(draft.key) != stored_files.etag_of(draft.rendered.text.encode())
    ]
