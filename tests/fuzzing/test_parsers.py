"""No input makes a parser fail but with a sentence, hang, or need memory without bound."""

import time
import tracemalloc
from collections.abc import Callable

import hypothesis
import pytest

from app.errors import RingmasterError
from tests.fuzzing.mutations import mutated
from tests.fuzzing.parser import Parser
from tests.fuzzing.parsers import PARSERS

FEW, MANY = 12, 300
MOST_SECONDS, MOST_BYTES = 5, 128 * 1024 * 1024
"""Of processor time and of memory, for one input of at most some megabytes."""

over_parsers = pytest.mark.parametrize("parser", PARSERS, ids=lambda parser: parser.name)


@over_parsers
def test_an_input_is_read_or_refused(parser: Parser):
    assert feed(parser, FEW, lambda content: read(parser, content)) >= FEW


@pytest.mark.acceptance
@over_parsers
def test_many_inputs_are_read_or_refused_in_bounds(parser: Parser, record_property):
    spent = Spent()
    tracemalloc.start()
    try:
        tried = feed(parser, MANY, lambda content: spent.within_bounds(lambda: read(parser, content)))
    finally:
        tracemalloc.stop()
    record_property("inputs", f"{tried:,}")
    record_property("longest", f"{spent.seconds * 1000:.0f} ms")
    record_property("most memory", f"{spent.bytes / 1024 / 1024:.1f} MiB")


class Spent:
    """The most that one input took of processor time and memory."""

    def __init__(self) -> None:
        self.seconds, self.bytes = 0.0, 0

    def within_bounds(self, order: Callable[[], None]) -> None:
        """Do something that must not take more than the bounds."""
        tracemalloc.reset_peak()
        before, began = tracemalloc.get_traced_memory()[0], time.process_time()
        order()
        seconds, taken = time.process_time() - began, tracemalloc.get_traced_memory()[1] - before
        self.seconds, self.bytes = max(self.seconds, seconds), max(self.bytes, taken)
        assert seconds < MOST_SECONDS
        assert taken < MOST_BYTES


def read(parser: Parser, content: bytes) -> None:
    """Let a parser read; what it refuses has a sentence."""
    sentence = "None: it was read."
    try:
        parser.read(content)
    except RingmasterError as error:
        sentence = str(error)
    assert sentence.strip()


def feed(parser: Parser, inputs: int, take: Callable[[bytes], None]) -> int:
    """Feed so many inputs and return how many were tried."""
    tried = 0

    def one(content: bytes) -> None:
        nonlocal tried
        tried += 1
        take(content)

    settings = hypothesis.settings(
        max_examples=inputs,
        database=None,
        deadline=None,
        phases=[hypothesis.Phase.generate, hypothesis.Phase.shrink],
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    for sample in parser.samples:
        one(sample)
    settings(hypothesis.given(content=mutated(parser.samples))(one))()
    return tried
