"""The memory of served files is bounded, and keeps what was served last."""

import pytest

from app.phone_api.delivery import Deliverable, Gzip
from app.phone_api.served_files import ServedFiles
from tests.factories import NOW


def file(size):
    return Deliverable(b"x" * size, size, '"e"', NOW, "text/plain")


def test_what_was_served_is_found_under_its_path_until_it_is_forgotten():
    memory, served = ServedFiles(), file(10)
    memory.keep("/a", served)
    assert memory.find("/a") is served
    assert memory.find("/b") is None
    memory.forget("/a")
    assert memory.find("/a") is None


def test_what_is_of_an_older_version_is_forgotten():
    memory = ServedFiles()
    memory.keep("/a", file(10))
    for tag in ('"e"', '"e-gzip"'):
        memory.forget_older("/a", tag)
        assert memory.find("/a") is not None
    memory.forget_older("/a", '"f"')
    memory.forget_older("/b", '"f"')
    assert memory.find("/a") is None


def test_what_was_served_longest_ago_is_forgotten_first():
    memory = ServedFiles(most_bytes=10_000)
    for path in ("/a", "/b", "/a", "/c"):
        memory.keep(path, file(3_000))
    assert memory.find("/b") is None
    assert memory.find("/a") is not None
    assert memory.find("/c") is not None


def test_a_file_served_again_counts_once():
    memory = ServedFiles(most_bytes=10_000)
    memory.keep("/b", file(1_000))
    for _ in range(50):
        memory.keep("/a", file(3_000))
    assert memory.find("/b") is not None


def test_a_file_counts_as_it_is_kept_compressed():
    memory = ServedFiles(most_bytes=3_000)
    memory.keep("/a", Deliverable(Gzip(b"x" * 1_500), 50_000, '"e"', NOW, "text/plain"))
    assert memory.find("/a") is not None
    memory.keep("/b", Deliverable(Gzip(b"x" * 1_500), 50_000, '"e"', NOW, "text/plain"))
    assert memory.find("/a") is None


@pytest.mark.parametrize("size", [10_001, 0])
def test_the_bound_holds_for_large_files_and_for_many_small_ones(size):
    memory = ServedFiles(most_bytes=10_000)
    for number in range(100):
        memory.keep(f"/{number}", file(size))
    kept = [number for number in range(100) if memory.find(f"/{number}")]
    assert len(kept) * 1024 <= 10_000
