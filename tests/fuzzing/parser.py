"""What a row of the table of parsers is."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tests.fuzzing.mutations import as_text


@dataclass(frozen=True)
class Parser:
    """What is fed: ``read`` may raise what is ours, RingmasterError, and nothing else."""

    name: str
    samples: Sequence[bytes]
    read: Callable[[bytes], object]


def of_text(name: str, samples: Sequence[str], read: Callable[[str], object]) -> Parser:
    """Return the parser of a text, which may have lone surrogates in it."""
    return Parser(name, [sample.encode() for sample in samples], lambda content: read(as_text(content)))
