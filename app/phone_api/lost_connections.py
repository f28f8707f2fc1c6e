"""Doing something again where the connection to the database turned out to be lost."""

from collections.abc import Callable
from typing import TypeVar

from sqlalchemy.exc import DBAPIError

Done = TypeVar("Done")


def again_if_lost(order: Callable[[], Done]) -> Done:
    """Do something once more where the connection turned out to be lost: the pool makes a fresh one.

    So a restart of the database between two batches costs nobody an answer. What the lost transaction may have
    committed without saying so is done a second time: a report says the same again, an alarm counts once more.
    """
    try:
        return order()
    except DBAPIError as error:
        if not error.connection_invalidated:
            raise
    return order()
