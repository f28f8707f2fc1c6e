"""Views of the list that a person saved: filters, order, columns and rows under a name, one of them the default."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import bindparam, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.errors import ConflictError, InvalidInputError, NotFoundError
from app.models import SavedView
from app.models.saved_view import MAX_VIEW_NAME, MAX_VIEW_QUERY
from app.rules.sentences import quoted
from app.rules.typed_names import checked_name

MOST_VIEWS = 50


# Written once: the list asks for it with each page.
_VIEWS = select(SavedView).where(SavedView.operator_id == bindparam("of")).order_by(SavedView.name_key)


def views_of(session: Session, operator_id: int) -> Sequence[SavedView]:
    """Return the views of a person in the order of their names."""
    return session.scalars(_VIEWS, {"of": operator_id}).all()


def get_view(session: Session, operator_id: int, view_id: int) -> SavedView:
    """Return one of a person's views, or raise NotFoundError: others' are nobody else's business."""
    found = session.scalar(
        select(SavedView).where(SavedView.id == view_id, SavedView.operator_id == operator_id)
    )
    if found is None:
        raise NotFoundError("You have no such view. It may have been deleted in another window.")
    return found


def add(session: Session, operator_id: int, name: str, query: str, *, now: datetime) -> SavedView:
    """Save a view under a new name; InvalidInputError or ConflictError say what will not do."""
    number = session.scalar(select(func.count()).where(SavedView.operator_id == operator_id)) or 0
    if number >= MOST_VIEWS:
        raise ConflictError(
            f"You have {MOST_VIEWS} views, which is the most. Delete one that you do not need."
        )
    view = SavedView(operator_id=operator_id, name=_checked(name), query=_fitting(query), changed_at=now)
    session.add(view)
    _flush(session, view)
    return view


def rename(session: Session, view: SavedView, name: str, *, now: datetime) -> None:
    """Give a view another name; InvalidInputError or ConflictError say what will not do."""
    view.name, view.changed_at = _checked(name), now
    _flush(session, view)


def overwrite(view: SavedView, query: str, *, now: datetime) -> None:
    """Let a view show what the list shows now."""
    view.query, view.changed_at = _fitting(query), now


def make_default(session: Session, operator_id: int, view: SavedView | None) -> None:
    """Let the list begin with this view, or with all phones."""
    mine = update(SavedView).where(SavedView.operator_id == operator_id)
    session.execute(mine.values(is_default=SavedView.id == (view.id if view else 0)))


def _checked(name: str) -> str:
    name = checked_name(name, "name of the view", MAX_VIEW_NAME)
    if not name:
        raise InvalidInputError("Give the view a name.", field="name")
    return name


def _fitting(query: str) -> str:
    if len(query) > MAX_VIEW_QUERY:
        raise InvalidInputError("There are too many words in the filters of this view to be saved.")
    return query


def _flush(session: Session, view: SavedView) -> None:
    name = view.name
    try:
        session.flush()
    except IntegrityError as error:
        raise ConflictError(
            f"You have a view that is called {quoted(name)} already.", field="name"
        ) from error
