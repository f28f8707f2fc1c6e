"""Which suffixes the names of uploaded files may have: those of the system setting that a page can use."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import SystemSetting

SETTING = "upload_suffixes"
_DEFAULT = ".cfg .csv .dfu .img .txt .xml .zip"
FIRMWARE = (".img", ".dfu")
TEXTS = (".cfg", ".txt", ".xml", ".csv")


def for_firmware(session: Session) -> tuple[str, ...]:
    """Return the permitted suffixes of firmware files."""
    return _permitted(session, FIRMWARE)


def for_texts(session: Session) -> tuple[str, ...]:
    """Return the permitted suffixes of configuration files and company directories."""
    return _permitted(session, TEXTS)


def _permitted(session: Session, usable: tuple[str, ...]) -> tuple[str, ...]:
    kept = session.scalar(select(SystemSetting.value).where(SystemSetting.name == SETTING))
    permitted = (_DEFAULT if kept is None else kept).lower().split()
    return tuple(suffix for suffix in usable if suffix in permitted)
