"""What people do to rows of their own accord, as the journal says it: who, what, to which row, what changed."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import inspect
from sqlalchemy.orm import Session

from app.database import EncryptedText
from app.services import journal
from app.services.author import Author

_LONGEST_VALUE = 60


def record(
    session: Session,
    deed: str,
    noun: str,
    subject: str,
    *,
    tenant_id: int | None,
    author: Author,
    now: datetime,
    more: str = "",
) -> None:
    """Write an entry: ``deed`` is *added*, *changed* or the like, ``noun`` what the row is called."""
    journal.record(
        session,
        at=now,
        author=author,
        action=f"{noun} {deed}",
        subject=subject,
        text=f"{author.name} {deed} the {noun} {subject}{': ' if more else ''}{more}.",
        tenant_id=tenant_id,
    )


def changes_of(item: Any, names: Sequence[str]) -> str:
    """Say what changed of a row that is not written yet: ``subnet from "10.1.0.0/16" to nothing``.

    Only plain columns are told; what is encrypted at rest is told as changed, without its values.
    """
    state = inspect(item)
    columns = state.mapper.column_attrs
    return ", ".join(
        _change(name, state.attrs[name].history, columns[name].columns[0].type)
        for name in names
        if name in columns and state.attrs[name].history.has_changes()
    )


def _change(name: str, history: Any, kind: object) -> str:
    words = name.removeprefix("is_").replace("_", " ")
    if isinstance(kind, EncryptedText):
        return f"{words} (a secret)"
    before, after = ((values or (None,))[0] for values in (history.deleted, history.added))
    return f"{words} from {_shown(before)} to {_shown(after)}"


def _shown(value: object) -> str:
    if value is None or value == "":
        return "nothing"
    if isinstance(value, bool):
        return "yes" if value else "no"
    text = str(value)
    return f'"{text[:_LONGEST_VALUE]}{"…" if len(text) > _LONGEST_VALUE else ""}"'
