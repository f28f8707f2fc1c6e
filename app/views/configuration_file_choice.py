"""Which configuration files are meant: those that a list shows, or those that were ticked in it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from app.models import ConfigFile
from app.models.enums import FileKind
from app.services import drop_downs
from app.services.config_files import edits, search
from app.services.config_files.search import SHARED, FileFilter
from app.transaction import transaction
from app.views import choices as drop_down
from app.views.authors import author
from app.views.list_arguments import LARGEST_ID, MOST_ROWS_OF_A_PAGE, read_list_arguments, word_of
from app.views.times import time_of_page
from app.views.web_session import db

LIST = "/configuration-files/"
KIND_WORDS = {
    FileKind.PHONE: "Phone",
    FileKind.GLOBAL: "Global",
    FileKind.DHCP_OPTION: "DHCP option",
    FileKind.COMPANY_DIRECTORY: "Company directory",
    FileKind.UPLOADED: "Uploaded",
}
_SHOWN_NAMES = 10
_ALL = "all"
_MOST_IN_A_REQUEST = 5_000


@dataclass(frozen=True, slots=True)
class Choice:
    """Files that were chosen: by their ids, or all that a filter lets through."""

    ids: tuple[int, ...] | None
    wanted: FileFilter

    @property
    def conditions(self) -> list[ColumnElement[bool]]:
        """What a file must fulfil to be one of them."""
        if self.ids is not None:
            return [ConfigFile.id.in_(self.ids)]
        return search.conditions_of(self.wanted)

    def count(self, session: Session) -> Mapping[FileKind, int]:
        """Count those that the account may delete, by kind."""
        return search.count_by_kind(session, edits.deletable(session, self.conditions))

    def names(self, session: Session) -> Sequence[str]:
        """Return the names of the first of them."""
        mine = edits.deletable(session, self.conditions)
        names = select(ConfigFile.name).where(*mine).order_by(ConfigFile.name_key)
        return session.scalars(names.limit(_SHOWN_NAMES)).all()

    def as_query(self) -> list[tuple[str, str]]:
        """Return it as the fields of an address or a form."""
        if self.ids is not None:
            return [("file", str(file_id)) for file_id in self.ids]
        kind = self.wanted.kind.value if self.wanted.kind else ""
        given = {"choose": _ALL, "q": self.wanted.words, "kind": kind, "tenant": self.wanted.tenant_name}
        return [(name, value) for name, value in given.items() if value]


def read_filter(arguments: Mapping[str, str]) -> FileFilter:
    """Read the filter of the list."""
    return FileFilter(
        words=read_list_arguments(arguments).words,
        kind=word_of(arguments, "kind", FileKind),
        tenant_name=arguments.get("tenant", ""),
    )


def read_choice(arguments: MultiDict[str, str]) -> Choice:
    """Read which files are meant; without a word that all are, only those that are named."""
    wanted = read_filter(arguments)
    if arguments.get("choose") == _ALL:
        return Choice(None, wanted)
    texts = arguments.getlist("file")[:MOST_ROWS_OF_A_PAGE]
    ids = {int(text) for text in texts if text.isascii() and text.isdecimal() and len(text) < 11}
    return Choice(tuple(sorted(number for number in ids if number <= LARGEST_ID)), wanted)


def delete_first(choice: Choice) -> int:
    """Delete the first 5,000 chosen files, some in each transaction; return how many went.

    Neither other writers nor the person who asked wait for long: the page tells how far it is, and asks for more.
    """
    number, last_id = 0, 0
    while True:
        with transaction(db.session()) as session:
            gone = edits.delete_some(
                session, choice.conditions, after=last_id, author=author(), now=time_of_page()
            )
        number, last_id = number + gone.number, gone.last_id
        if not gone.number or number >= _MOST_IN_A_REQUEST:
            return number


def choices(wanted: FileFilter) -> Sequence[drop_down.Choice]:
    """Return the drop-downs above the list."""
    tenants = [SHARED, *drop_downs.tenant_names(db.session())]
    return (
        drop_down.Choice("kind", "Every kind", [kind.value for kind in KIND_WORDS], wanted.kind or ""),
        drop_down.Choice("tenant", "Every tenant", tenants, wanted.tenant_name),
    )
