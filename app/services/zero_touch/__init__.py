"""Zero Touch: where phones belong and what they get, decided, explained, carried out and tried out (manual 4, 8)."""

from app.services.zero_touch.decider import (
    Choices,
    Decider,
    choose,
    decisions_of,
)

__all__ = [
    "Choices",
    "Decider",
    "choose",
    "decisions_of",
]
