"""Drop-downs above a list."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Choice:
    """A drop-down: its argument in the address, the words for no choice, its values, and the chosen one."""

    name: str
    label: str
    values: Sequence[str]
    chosen: str = ""
