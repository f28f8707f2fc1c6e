"""Figures that are dear to count are kept for a while, for all who see the same tenants (decision 0051)."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from flask import current_app

from app.security.tenant_scope import TenantScope

COUNTED_FOR_EACH_SECONDS = 0.02
_REST = 20
_LONGEST_SECONDS = 30.0
_MOST_KEPT = 200
KEPT_FIGURES = "ringmaster_kept_figures"

Figures = TypeVar("Figures")


@dataclass
class _Kept:
    lock: threading.Lock = field(default_factory=threading.Lock)
    figures: Any = None
    until: float = 0.0


class KeptFigures:
    """Counts for one asker while the others wait for the same, so that counting takes a bounded share of the machine.

    What was counted within ``for_each`` seconds is never kept; what took longer is kept twenty times as long as it
    took, at most half a minute. Figures must be plain values, because they outlive the session that counted them.
    """

    def __init__(
        self, for_each: float = COUNTED_FOR_EACH_SECONDS, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._for_each = for_each
        self._clock = clock
        self._kept: OrderedDict[Hashable, _Kept] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Hashable, count: Callable[[], Figures]) -> Figures:
        """Return what is kept under the key, or count it."""
        kept = self._place(key)
        with kept.lock:
            begun = self._clock()
            if begun < kept.until:
                found: Figures = kept.figures
                return found
            figures = count()
            taken = self._clock() - begun
            if taken > self._for_each:
                kept.figures = figures
                kept.until = begun + taken + min(taken * _REST, _LONGEST_SECONDS)
            return figures

    def _place(self, key: Hashable) -> _Kept:
        with self._lock:
            kept = self._kept.setdefault(key, _Kept())
            self._kept.move_to_end(key)
            if len(self._kept) > _MOST_KEPT:
                self._kept.popitem(last=False)
            return kept


def keep(scope: TenantScope, what: Hashable, count: Callable[[], Figures]) -> Figures:
    """Return figures for those who see these tenants, counted now or a moment ago."""
    kept: KeptFigures = current_app.extensions.setdefault(KEPT_FIGURES, KeptFigures())
    return kept.get((scope.tenant_ids, what), count)
