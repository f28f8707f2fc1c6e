"""Notes what came of each acceptance test, with the figures that it recorded."""

from collections.abc import Mapping
from dataclasses import dataclass

import pytest


@dataclass(frozen=True)
class Result:
    """One test: where it is, what it claims, whether that held, how long it took."""

    node_id: str
    passed: bool
    seconds: float
    figures: Mapping[str, object]


class Recorder:
    """A plugin of pytest that keeps the results of a run, in the order in which they came."""

    def __init__(self) -> None:
        self.results: list[Result] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Keep how a test ended; one that could not even begin, or not clean up, has failed."""
        if report.when == "call" or report.failed:
            self.results.append(
                Result(report.nodeid, report.passed, report.duration, dict(report.user_properties))
            )
