"""The configuration files that phones had before a roll-out made others, as they were stored, to be put back."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import insert, select
from sqlalchemy.orm import Session, undefer

from app.models import ConfigFile, ConfigTemplate, OperationFile, OperationTarget
from app.services.config_files import name_for
from app.services.stored_files import key_of

_COLUMNS = ("size", "etag", "template_id", "template_name", "template_version", "problems", "edited_by")


class Earlier(NamedTuple):
    """A file as it was stored."""

    content: bytes
    columns: dict[str, Any]


def read(session: Session, macs: Collection[str]) -> dict[str, Earlier]:
    """Return the files of phones by their MACs."""
    return {
        mac: Earlier(file.content, {name: getattr(file, name) for name in _COLUMNS})
        for mac, file in _files(session, macs).items()
    }


def keep_replaced(
    session: Session, targets: Mapping[str, OperationTarget], earlier: Mapping[str, Earlier]
) -> set[str]:
    """Keep those of the earlier files of which others have come, and return whose; the first one counts."""
    ids = [target.id for target in targets.values()]
    kept = set(session.scalars(select(OperationFile.target_id).where(OperationFile.target_id.in_(ids))))
    etags = dict(
        session.execute(
            select(ConfigFile.name_key, ConfigFile.etag).where(ConfigFile.name_key.in_(_keys(targets)))
        ).all()
    )
    rows = {}
    for mac, file in earlier.items():
        given = etags.get(key_of(name_for(mac)), file.columns["etag"])
        if given != file.columns["etag"] and targets[mac].id not in kept:
            rows[mac] = {"target_id": targets[mac].id, "given_etag": given, **file._asdict()}
    if rows:
        session.execute(insert(OperationFile), list(rows.values()))
    return set(rows)


def put_back(session: Session, target_ids: Mapping[str, int], *, now: datetime) -> tuple[set[str], set[str]]:
    """Put back the files that were kept for these targets, by the MACs of their phones.

    Returns whose file is as it was, and whose was changed since by somebody else, which stays.
    """
    kept = {
        row.target_id: row
        for row in session.scalars(
            select(OperationFile).where(OperationFile.target_id.in_(list(target_ids.values())))
        )
    }
    wanted = {mac: kept[target_id] for mac, target_id in target_ids.items() if target_id in kept}
    templates = set(session.scalars(select(ConfigTemplate.id)))
    is_back, is_changed = set(), set()
    for mac, file in _files(session, wanted).items():
        earlier = wanted[mac]
        if file.etag == earlier.given_etag:
            for name, value in earlier.columns.items():
                setattr(file, name, value)
            if file.template_id not in templates:
                file.template_id = None
            file.content, file.generated_at = earlier.content, now
        if file.etag == earlier.columns["etag"]:
            is_back.add(mac)
        else:
            is_changed.add(mac)
    session.flush()
    return is_back, is_changed


def _files(session: Session, macs: Collection[str]) -> dict[str, ConfigFile]:
    """Return the files of phones, locked in the order of their names."""
    keys = {key_of(name_for(mac)): mac for mac in macs}
    if not keys:
        return {}
    files = session.scalars(
        select(ConfigFile)
        .where(ConfigFile.name_key.in_(keys))
        .order_by(ConfigFile.name_key)
        .options(undefer(ConfigFile.content))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return {keys[file.name_key]: file for file in files}


def _keys(macs: Collection[str]) -> list[str]:
    return [key_of(name_for(mac)) for mac in macs]
