"""Slow downloads go on while a block runs, and none of them may be refused."""

import pytest

from benchmarks.rounds import FailedAnswersError
from benchmarks.slow_readers import downloading
from tests.benchmarks.recording import recorder


def test_all_clients_have_begun_before_the_block_does() -> None:
    with recorder() as server:
        server.body = bytes(1_000_000)
        with downloading(f"{server.url}/a.img", clients=3, bytes_per_second=1_000_000):
            assert [one.path for one in server.received] == ["/a.img"] * 3


def test_a_refused_download_ends_the_measuring() -> None:
    with recorder() as server:
        server.status = 503
        with (
            pytest.raises(FailedAnswersError, match="503 Service Unavailable"),
            downloading(f"{server.url}/a.img", clients=2, bytes_per_second=1_000_000),
        ):
            pass
