"""Who does something and why, as the journal notes it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Author:
    """An operator by the name of the account, or a part of the product; and the address the request came from.

    ``reason`` is what the operator gave as one, checked by ``app/rules/given_reasons.py``, or empty. It goes into every
    entry that names this author.
    """

    name: str
    address: str = ""
    reason: str = ""
