"""The levels of the log in the words of the manual (13.1), and as Python counts them."""

import logging

VERBOSE = 5
LEVELS = {
    "ERROR": logging.ERROR,
    "WARN": logging.WARNING,
    "INFO": logging.INFO,
    "DEBUGGING": logging.DEBUG,
    "VERBOSE": VERBOSE,
}
FROM_THE_START = "DEBUGGING"


def word_of(number: int) -> str:
    """Return the word for a level of Python's."""
    return next((word for word, level in LEVELS.items() if number >= level), "VERBOSE")
