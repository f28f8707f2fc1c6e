"""The five kinds of error, without HTTP: each edge translates them in one place.

A message is a full sentence for an administrator that names the thing and says what to do.
"""

from collections.abc import Mapping
from types import MappingProxyType


class RingmasterError(Exception):
    """The base of every error that is ours; its text is shown to a person or a phone.

    ``by_field`` has a sentence for each value that is wrong, by its name, so that a form can say it there. Of one
    value it is enough to name the ``field``; of several, their sentences are the message.
    """

    def __init__(
        self, message: str = "", *, field: str = "", by_field: Mapping[str, str] = MappingProxyType({})
    ) -> None:
        super().__init__(message or " ".join(by_field.values()))
        self.by_field = {field: message} if field else dict(by_field)


class InvalidInputError(RingmasterError):
    """What came in cannot be understood or is not permitted as a value."""


class NotAllowedError(RingmasterError):
    """The one who asks may not do this."""


class NotFoundError(RingmasterError):
    """The named thing does not exist, or does not exist for the one who asks."""


class ConflictError(RingmasterError):
    """The wish is understood, and something that exists stands against it."""


class UnreachableError(RingmasterError):
    """Another system did not answer: the database, a phone, a directory."""
