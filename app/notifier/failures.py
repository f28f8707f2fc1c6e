"""Why a message was not delivered."""


class NotDelivered(Exception):  # noqa: N818 - what became of the message
    """A receiver could not be reached, or would not have it; the text is a sentence for an administrator.

    ``is_of_message``: the receiver answered, and refused this very message; others may fare better.
    """

    def __init__(self, reason: str, *, is_of_message: bool = False) -> None:
        super().__init__(reason)
        self.is_of_message = is_of_message


def why_unreachable(error: OSError) -> str:
    """Return in words why there is no connection."""
    if isinstance(error, ConnectionRefusedError):
        return "it refuses connections"
    return error.strerror or str(error) or "there is no way to it"
