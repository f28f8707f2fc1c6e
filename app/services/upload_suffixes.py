"""Which suffixes the names of uploaded files may have: those of the system setting that a page can use."""

from sqlalchemy.orm import Session

from app.services import settings

FIRMWARE = (".img", ".dfu")
TEXTS = (".cfg", ".txt", ".xml", ".csv")


def for_firmware(session: Session) -> tuple[str, ...]:
    """Return the permitted suffixes of firmware files."""
    return _permitted(session, FIRMWARE)


def for_texts(session: Session) -> tuple[str, ...]:
    """Return the permitted suffixes of configuration files and company directories."""
    return _permitted(session, TEXTS)


def _permitted(session: Session, usable: tuple[str, ...]) -> tuple[str, ...]:
    permitted = settings.permitted_suffixes(session)
    return tuple(suffix for suffix in usable if suffix in permitted)
