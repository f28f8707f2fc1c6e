"""The small fleet that the tests of the benchmarks know."""

from benchmarks.seed import Seed

PHONES = 60
_COPIES = 2
SEED = Seed(asking=PHONES, known=PHONES * (1 + _COPIES), has_files=True)
KEY = "a key for tests only"
