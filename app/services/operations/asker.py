"""Who asked for an operation, as the journal names whom its deeds are of, however much later they are done."""

from app.models import Operation
from app.services.author import Author


def asker_of(operation: Operation) -> Author:
    """Return who began an operation, from where and why."""
    return Author(operation.created_by, operation.created_from, operation.given_reason)
