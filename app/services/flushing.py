"""Writing what a constraint of the database may stand against, because somebody else was faster."""

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.errors import ConflictError


def flush_or_refuse(session: Session, sentence: str) -> None:
    """Write what the session holds, or raise ConflictError with the sentence where the database refuses it."""
    try:
        session.flush()
    except IntegrityError as error:
        raise ConflictError(sentence) from error
