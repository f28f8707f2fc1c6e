"""Firmware: what is known of each file, and what people do with it (manual 6.11).

The bytes lie in a folder by checksum (app/services/firmware/files.py) and are found by the name in a phone's URL.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.errors import ConflictError, InvalidInputError, NotFoundError
from app.models import Firmware, FirmwareGroup, PhoneModel
from app.rules.sentences import quoted
from app.rules.uploaded_names import checked_name, has_suffix
from app.services import journal, upload_suffixes
from app.services.author import Author
from app.services.firmware.files import StoredBytes, megabytes
from app.services.firmware.usage import of as usage_of
from app.services.flushing import flush_or_refuse

MOST_GROUPS = 10
MOST_MODELS = 1_000
LONGEST = {"description": 200, "version": 60, "group": 60}
KIND = "a firmware file"


@dataclass(frozen=True, slots=True)
class Labels:
    """What people write about a firmware; an empty ``version`` is read from the file."""

    description: str = ""
    version: str = ""
    groups: tuple[str, ...] = ()


def path_of(folder: Path, firmware: Firmware) -> Path:
    """Return where the bytes lie: the name is a checksum, never what a person typed."""
    return folder / firmware.sha256


def check_name(name: str, suffixes: Sequence[str] = upload_suffixes.FIRMWARE) -> str:
    """Return the name under which phones ask for a file, or raise InvalidInputError."""
    return checked_name(name, KIND, suffixes)


def name_for(typed: str, file_name: str, suffixes: Sequence[str]) -> str:
    """Return the name of an uploaded file: as it was typed, with the suffix of the file where it has none, or the
    file's own. InvalidInputError where it will not do, or says another kind of file."""
    check_name(file_name, suffixes)
    suffix = Path(file_name).suffix
    name = typed or file_name
    name = name if has_suffix(name, suffixes) else f"{name}{suffix}"
    if not name.lower().endswith(suffix.lower()):
        raise InvalidInputError(
            f"The name {name[:120]} does not end with {suffix} like the file {file_name}."
        )
    return check_name(name, suffixes)


def name_for_model(session: Session, model: str, file_name: str, suffixes: Sequence[str]) -> str:
    """Return the name under which a file is the default of a model; InvalidInputError where there is no such model."""
    name = session.scalar(select(PhoneModel.name).where(func.lower(PhoneModel.name) == model.lower()))
    if name is None:
        raise InvalidInputError(f"There is no phone model {quoted(model)}. Choose one of the list.")
    check_name(file_name, suffixes)
    return check_name(f"{name}{Path(file_name).suffix}", suffixes)


def model_names(session: Session) -> Sequence[str]:
    """Return the phone models that a file can be the default of."""
    return session.scalars(
        select(PhoneModel.name).order_by(func.lower(PhoneModel.name)).limit(MOST_MODELS)
    ).all()


def make_default(
    session: Session, source: Firmware, model: str, *, replaces: bool, author: Author, now: datetime
) -> tuple[Firmware, str]:
    """Make the bytes of a firmware the default of a model, under that model's name; the firmware itself stays.

    ConflictError where the model has a default and ``replaces`` does not say that it may go. Return the default, and
    the checksum of the bytes that it had before, if it had others.
    """
    name = name_for_model(session, model, source.name, upload_suffixes.FIRMWARE)
    stored = StoredBytes(source.sha256, source.size, source.version)
    found = find(session, name)
    if found is None:
        labels = Labels(source.description, source.version)
        return add(session, stored, name, labels, author=author, now=now), ""
    if found.sha256 == source.sha256:
        raise ConflictError(f"{found.name} has this very file already.")
    if not replaces:
        raise ConflictError(
            f"{found.name} is the default of the {model} with the version {found.version or 'unknown'}."
        )
    return found, replace(session, found, stored, author=author, now=now)


def labels_of(description: str, version: str, groups: str) -> Labels:
    """Return what was typed, checked; groups have commas between them."""
    names = {name.casefold(): name for name in map(str.strip, groups.split(",")) if name}
    if len(names) > MOST_GROUPS:
        raise InvalidInputError(f"A firmware can be in {MOST_GROUPS} groups at most.")
    for what, text in (
        ("description", description),
        ("version", version),
        *(("group", name) for name in names.values()),
    ):
        if len(text) > LONGEST[what] or not text.isprintable():
            raise InvalidInputError(
                f"The {what} takes at most {LONGEST[what]} characters, all of them printable."
            )
    return Labels(description.strip(), version.strip(), tuple(names.values()))


def find(session: Session, name: str) -> Firmware | None:
    """Return the firmware of this name, without regard to case."""
    return session.scalar(select(Firmware).where(Firmware.name_key == name.casefold()))


def get(session: Session, firmware_id: int) -> Firmware:
    """Return a firmware, or raise NotFoundError."""
    found = session.get(Firmware, firmware_id)
    if found is None:
        raise NotFoundError("There is no such firmware. It may have been deleted meanwhile.")
    return found


def check_is_free(session: Session, name: str) -> None:
    """Raise ConflictError where a firmware has this name."""
    if find(session, name) is not None:
        raise ConflictError(
            f"There is a firmware called {name} already. Open it to replace its file, or give this one another name."
        )


def add(
    session: Session, stored: StoredBytes, name: str, labels: Labels, *, author: Author, now: datetime
) -> Firmware:
    """Add a firmware whose bytes are in place; ConflictError where the name is taken."""
    check_is_free(session, name)
    firmware = Firmware(name=check_name(name))
    _fill(firmware, stored, now)
    _label(firmware, labels)
    session.add(firmware)
    flush_or_refuse(
        session, f"There is a firmware called {name} since a moment ago. Open it to replace its file."
    )
    _record(session, "added", firmware, author, now)
    return firmware


def replace(
    session: Session, firmware: Firmware, stored: StoredBytes, *, author: Author, now: datetime
) -> str:
    """Give a firmware other bytes, and the version that stands in them; its name, groups and users stay.

    Return the checksum of the bytes it had.
    """
    before = firmware.sha256
    _fill(firmware, stored, now)
    session.flush()
    _record(session, "replaced", firmware, author, now, before=before)
    return before


def put(session: Session, stored: StoredBytes, name: str, *, author: Author, now: datetime) -> Firmware:
    """Take bytes in under this name, in place of what had it before."""
    found = find(session, name)
    if found is None:
        return add(session, stored, name, Labels(), author=author, now=now)
    found.name = check_name(name)
    replace(session, found, stored, author=author, now=now)
    return found


def change(session: Session, firmware: Firmware, labels: Labels, *, author: Author, now: datetime) -> None:
    """Change what is written about a firmware."""
    _label(firmware, labels)
    session.flush()
    _record(session, "changed", firmware, author, now)


def delete(session: Session, firmware: Firmware, *, author: Author, now: datetime) -> None:
    """Delete a firmware, or raise ConflictError with what names it. Its bytes are ``forget_unnamed``'s work."""
    usage = usage_of(session, firmware)
    if usage.is_named:
        raise ConflictError(
            f"{firmware.name} cannot be deleted: {usage.sentence}. Give these another firmware first."
        )
    _record(session, "deleted", firmware, author, now)
    name = firmware.name
    session.delete(firmware)
    flush_or_refuse(session, f"{name} cannot be deleted: a phone was given it just now.")


def checksums(session: Session) -> set[str]:
    """Return the checksums of all bytes that a row names."""
    return set(session.scalars(select(Firmware.sha256)))


def is_named(session: Session, sha256: str) -> bool:
    """Tell whether a row names these bytes."""
    return session.scalar(select(Firmware.id).where(Firmware.sha256 == sha256).limit(1)) is not None


def _fill(firmware: Firmware, stored: StoredBytes, now: datetime) -> None:
    firmware.sha256, firmware.size, firmware.version = stored.sha256, stored.size, stored.version
    firmware.uploaded_at = now


def _label(firmware: Firmware, labels: Labels) -> None:
    firmware.description = labels.description
    firmware.version = labels.version or firmware.version
    kept = {group.name_key: group for group in firmware.groups}
    firmware.groups = [kept.get(name.casefold()) or FirmwareGroup(name=name) for name in labels.groups]


def _record(
    session: Session, deed: str, firmware: Firmware, author: Author, now: datetime, **details: str
) -> None:
    journal.record(
        session,
        at=now,
        author=author,
        action=f"firmware {deed}",
        subject=firmware.name,
        text=f"{author.name} {deed} the firmware {firmware.name} ({firmware.version or 'no version'}, "
        f"{megabytes(firmware.size)}).",
        details={"sha256": firmware.sha256, **details},
    )
