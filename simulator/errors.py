"""What stops a simulation before it begins."""


class InvalidOptionError(Exception):
    """The simulation was asked for something it cannot do; the text says what to change."""
