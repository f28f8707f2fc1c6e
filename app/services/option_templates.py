"""The templates of the first files that phones get: the factory's, or what became of them (manual 4.5)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from sqlalchemy.orm import Session

from app.models import SystemSetting
from app.rendering.dhcp_option import DIRECT_TEMPLATE, PROXY_TEMPLATE
from app.rendering.one_line import line_feeds_only
from app.rendering.option_template import check_option_template
from app.services import journal
from app.services.author import Author


class OptionFile(StrEnum):
    """The two first files; the value is the name of the system setting that holds an edited template."""

    DIRECT = "dhcp_option_template"
    PROXY = "proxy_option_template"


FACTORY: Mapping[OptionFile, str] = MappingProxyType(
    {OptionFile.DIRECT: DIRECT_TEMPLATE, OptionFile.PROXY: PROXY_TEMPLATE}
)
_TITLES = {
    OptionFile.DIRECT: "the DHCP option file",
    OptionFile.PROXY: "the first file behind the SBC proxy",
}


@dataclass(frozen=True, slots=True)
class OptionTemplate:
    """The text of a template, and whether it differs from the factory's."""

    text: str
    is_edited: bool


def read(session: Session, file: OptionFile) -> OptionTemplate:
    """Return a template as it is."""
    edited = session.get(SystemSetting, file.value)
    return OptionTemplate(edited.value if edited else FACTORY[file], edited is not None)


def save(session: Session, file: OptionFile, text: str, *, author: Author, now: datetime) -> list[str]:
    """Keep what was made of a template, and return sentences on what is odd in it; phones get it with Generate.

    InvalidInputError, which names the line, for what phones would come to grief with.
    """
    kept = line_feeds_only(text).strip("\ufeff \t\n") + "\n"
    doubts = check_option_template(kept, is_for_proxy=file is OptionFile.PROXY)
    before = read(session, file)
    if kept == before.text:
        return doubts
    if kept == FACTORY[file]:
        restore(session, file, author=author, now=now)
        return doubts
    session.merge(SystemSetting(name=file.value, value=kept))
    _note(session, file, "edited", author=author, now=now)
    return doubts


def restore(session: Session, file: OptionFile, *, author: Author, now: datetime) -> None:
    """Go back to the factory's template."""
    edited = session.get(SystemSetting, file.value)
    if edited is not None:
        session.delete(edited)
        session.flush()
        _note(session, file, "restored to its default", author=author, now=now)


def _note(session: Session, file: OptionFile, deed: str, *, author: Author, now: datetime) -> None:
    journal.record(
        session,
        at=now,
        author=author,
        action="option file changed",
        subject=file.value,
        text=f"The template of {_TITLES[file]} was {deed}.",
    )
