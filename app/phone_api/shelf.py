"""The stored files that the calls of a batch ask for."""

from collections.abc import Iterable
from typing import NamedTuple

from sqlalchemy.orm import Session

from app.services import stored_files
from app.services.stored_files import StoredFile


class Wanted(NamedTuple):
    """A stored file that a call will look up, by its name; without its content where the phone may hold it."""

    name: str
    with_content: bool


class Shelf:
    """Looks up the files of a whole batch with one statement for each way of looking, and hands them out."""

    def __init__(self) -> None:
        self._laid_out: dict[Wanted, StoredFile | None] = {}

    def lay_out(self, session: Session, wanted: Iterable[Wanted]) -> None:
        """Read what will be asked for."""
        asked = set(wanted)
        for with_content in (False, True):
            names = [one.name for one in asked if one.with_content is with_content]
            if names:
                found = stored_files.find_many(session, names, with_content=with_content)
                self._laid_out |= {
                    Wanted(name, with_content): found.get(stored_files.key_of(name)) for name in names
                }

    def find(self, session: Session, name: str, *, with_content: bool) -> StoredFile | None:
        """Return a file, from the shelf where it lies there already."""
        wanted = Wanted(name, with_content)
        if wanted not in self._laid_out:
            self.lay_out(session, [wanted])
        return self._laid_out[wanted]
