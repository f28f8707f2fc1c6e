"""Mail addresses as a mail server is told them."""

import re

# No blanks, no angle brackets, nothing that ends a header: what a mail server is told is what stands here.
_ADDRESS = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?"
)


def is_mail_address(text: str) -> bool:
    """Whether mail could be sent there: a name in plain letters, ``@``, and the name of a host."""
    return _ADDRESS.fullmatch(text) is not None
