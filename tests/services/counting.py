"""How many statements something takes."""

from collections.abc import Callable

from sqlalchemy import event
from sqlalchemy.orm import Session


class Statements:
    """Counts the statements of a session's connection."""

    def __init__(self, session: Session) -> None:
        self.texts: list[str] = []
        event.listen(session.connection().engine, "before_cursor_execute", self._note)

    def of(self, session: Session, order: Callable[[], object]) -> int:
        """Do something and return how many statements it took."""
        session.flush()
        self.texts.clear()
        order()
        session.flush()
        return len(self.texts)

    def _note(self, _connection: object, _cursor: object, text: str, *_: object) -> None:
        self.texts.append(text)
