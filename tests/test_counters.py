"""Counts that processes keep together: nothing is lost when they end, and each adds to its own."""

import multiprocessing
import os
import threading

from app.counters import Counters

FORK = multiprocessing.get_context("fork")


def in_processes(number: int, work) -> None:
    processes = [FORK.Process(target=work) for _ in range(number)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()


def test_what_processes_count_is_summed_and_stays_when_they_end():
    counters = Counters()

    def work() -> None:
        for _ in range(500):
            counters.count("plane", "report", 200, 0.003)
        counters.count("plane", "report", 503, 20.0)

    in_processes(3, work)
    counters.count("plane", "file", 304, 0.3)
    found = counters.requests("plane")
    assert found["report", "2xx"] == 1500
    assert found["report", "5xx"] == 3
    assert found["file", "3xx"] == 1
    assert sum(counters.requests("web").values()) == 0
    buckets, seconds = counters.seconds("plane")
    assert (buckets[0], buckets[5], buckets[-1]) == (1500, 1500, 1504)
    assert round(seconds, 3) == 64.8


def test_threads_of_a_process_lose_nothing():
    counters = Counters()
    threads = [
        threading.Thread(target=lambda: [counters.count("web", "screen", 200, 0.1) for _ in range(2_000)])
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert counters.requests("web")["screen", "2xx"] == 8_000


def test_more_processes_than_there_are_rows_come_and_go():
    counters = Counters()
    in_processes(1, lambda: counters.note_waiting("batch", 7))
    assert counters.waiting("batch") == 0  # it has ended
    for _ in range(140):
        child = os.fork()
        if child == 0:
            counters.count("plane", "report", 200, 0.0)
            os._exit(0)
        os.waitpid(child, 0)
    assert counters.requests("plane")["report", "2xx"] == 140
    counters.note_waiting("batch", 3)
    assert counters.waiting("batch") == 3
