"""What people do to rows through forms, as the journal says it."""

from collections.abc import Sequence
from typing import Any

from flask_login import current_user
from sqlalchemy import inspect
from sqlalchemy.orm import Session

from app.database import EncryptedText
from app.models import Operator
from app.security.tenant_scope import ALL_TENANTS, scope_of, set_scope
from app.services import journal
from app.transaction import transaction
from app.views.authors import author, author_of
from app.views.times import time_of_page
from app.views.web_session import db

_LONGEST_VALUE = 60


def record(
    database: Session, deed: str, noun: str, subject: str, *, tenant_id: int | None, more: str = ""
) -> None:
    """Write an entry: who, what, to which row, from where."""
    journal.record(
        database,
        at=time_of_page(),
        author=author(),
        action=f"{noun} {deed}",
        subject=subject,
        text=f"{current_user.username} {deed} the {noun} {subject}{': ' if more else ''}{more}.",
        tenant_id=tenant_id,
    )


def note_of_account(operator: Operator, action: str, text: str, *, subject: str = "") -> None:
    """Write what an operator did with an account, his own where no other is named, in a transaction of its own.

    What concerns accounts belongs to no tenant, and only full scope may write that.
    """
    scope = scope_of(db.session())
    set_scope(db.session(), ALL_TENANTS)
    try:
        with transaction(db.session()) as session:
            journal.record(
                session,
                at=time_of_page(),
                author=author_of(operator),
                action=action,
                subject=subject or operator.username,
                text=text,
            )
    finally:
        set_scope(db.session(), scope)


def changes_of(item: Any, names: Sequence[str]) -> str:
    """Say what a form changed of a row that is not written yet: ``subnet from "10.1.0.0/16" to nothing``.

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
