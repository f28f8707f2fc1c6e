"""Who does something, as the journal notes it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Author:
    """An operator by the name of the account, or a part of the product; and the address the request came from."""

    name: str
    address: str = ""
